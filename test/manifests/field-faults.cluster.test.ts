/**
 * Fields that the API server drops or refuses: our findings against its own answers (`dryRun=All&fieldValidation=Strict`), for
 * the manifests in the modules of Kubernetes, and for objects with every field, in each of which something is wrong.
 */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { goModule, schemaTable } from '../../build/schema-table.ts';
import { yamlValue } from '../../src/codec/go/yaml-value.ts';
import { fieldFaults } from '../../src/manifests/field-faults.ts';
import type { PlacedObject } from '../../src/manifests/objects.ts';
import { ManifestError, readManifest } from '../../src/manifests/read-objects.ts';
import { isObject } from '../../src/workloads/api-object.ts';
import { manifestKindOf, PULL_KINDS } from '../../src/workloads/kind.ts';
import { api, newNamespace } from '../environment/use.ts';
import { cases } from '../support/cases.ts';
import { randomNumbers } from '../support/random.ts';

const RESOURCES = [...PULL_KINDS, { kind: 'Secret', group: '', plural: 'secrets' }];

let namespace = '';
beforeAll(async () => {
  namespace = await newNamespace();
});

test('the table is that of the Kubernetes of the tests', () => {
  expect(readFileSync(join(import.meta.dirname, '../../src/manifests/schema-table.ts'), 'utf8')).toBe(schemaTable());
});

function pathOf({ apiVersion, kind }: PlacedObject['value']): string | undefined {
  const found = RESOURCES.find(
    (one) => one.kind === kind && apiVersion === [one.group, 'v1'].filter(Boolean).join('/'),
  );
  const root = found?.group === '' ? '/api/v1' : `/apis/${apiVersion}`;
  return found && `${root}/namespaces/${namespace}/${found.plural}?dryRun=All&fieldValidation=Strict`;
}

/** What it does not know: all such fields, or `true` if it cannot read the object at all. Anything else is for its validation. */
async function refusedBy(path: string, object: Record<string, unknown>): Promise<readonly string[] | true> {
  const { metadata } = object;
  const body = isObject(metadata) ? { ...object, metadata: { ...metadata, namespace } } : object;
  const answer = await api('POST', path, body);
  if (answer.status !== 400) return [];
  const message = `${answer.body.message}`;
  const fields = [...message.matchAll(/unknown field "([^"]+)"/g)].map(([, field = '']) => field).sort();
  if (fields.length > 0) return fields;
  return /cannot be handled as|unmarshal/.test(message) ? true : [];
}

/** What we say, in the same form: a value that is refused keeps the API server from reading the rest. */
function oursOf(placed: PlacedObject): readonly string[] | true {
  const faults = fieldFaults(placed, manifestKindOf(placed.value));
  return faults.some(({ expected }) => expected !== undefined) || faults.map(({ field }) => field).sort();
}

function placedIn(name: string, text: string): readonly PlacedObject[] {
  try {
    return readManifest({ name, text }).objects;
  } catch (error) {
    if (error instanceof ManifestError) return [];
    throw error;
  }
}

test('the manifests in the modules of Kubernetes: no false alarm, and nothing is missed', async () => {
  const folders = ['k8s.io/kubernetes', 'k8s.io/kubectl', 'k8s.io/cli-runtime'].map((name) => goModule(name).folder);
  const files = folders.flatMap((cwd) => globSync('**/*.{yaml,yml,json}', { cwd }).map((name) => join(cwd, name)));
  const wrong: unknown[] = [];
  let count = 0;
  for (const file of files.filter((name) => !name.includes('openapi'))) {
    const text = readFileSync(file, 'utf8');
    for (const placed of text.includes('{{') ? [] : placedIn(file, text)) {
      const path = pathOf(placed.value);
      if (path === undefined) continue;
      count += 1;
      const [ours, theirs] = [oursOf(placed), await refusedBy(path, yamlValue(placed.node) as Record<string, unknown>)];
      if (JSON.stringify(ours) !== JSON.stringify(theirs))
        wrong.push({ file, name: placed.value.metadata, ours, theirs });
    }
  }
  expect(wrong).toEqual([]);
  expect(files.length).toBeGreaterThan(375);
  expect(count).toBeGreaterThan(150);
}, 300_000);

type Parent = Record<string, unknown> | unknown[];

/** Every value in `value`, with its parent. */
function places(value: unknown): { readonly parent: Parent; readonly key: string }[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.keys(value).flatMap((key) => [
    { parent: value as Parent, key },
    ...places((value as Record<string, unknown>)[key]),
  ]);
}

type Slip = (parent: Record<string, unknown>, key: string, object: Record<string, unknown>) => void;

function renamed(name: (key: string) => string): Slip {
  return (parent, key) => {
    const value = parent[key];
    delete parent[key];
    parent[name(key)] = value;
  };
}

/** What people do to a field. */
const SLIPS: Readonly<Record<string, Slip>> = {
  'loses a letter': renamed((key) => key.slice(0, -1)),
  'has another case': renamed((key) => key.charAt(0).toUpperCase() + key.slice(1)),
  'has another word': renamed((key) => `${key}Name`),
  'stands in the spec': (parent, key, object) => {
    (object.spec as Record<string, unknown> | undefined)?.[key] ??
      Object.assign(object.spec ?? object, { [key]: structuredClone(parent[key]) });
  },
  'is a number': (parent, key) => {
    parent[key] = 7.5;
  },
  'is a string': (parent, key) => {
    parent[key] = 'x';
  },
  'is a list of strings': (parent, key) => {
    parent[key] = ['x'];
  },
  'is a boolean': (parent, key) => {
    parent[key] = true;
  },
};

/** The API server reads these as more than a string, so that a string can be wrong as well. */
const FORMATS = /Time(stamp)?$|^time$|^data$|^fieldsV1$|Key$|^divisor$|^sizeLimit$/;

test.each(RESOURCES)(
  'a $kind with every field, and one slip',
  async ({ kind, group }) => {
    const folder = join(goModule('k8s.io/api').folder, 'testdata/HEAD');
    const text = readFileSync(join(folder, `${group || 'core'}.v1.${kind}.json`), 'utf8');
    const whole = (): Record<string, unknown> => {
      // Only the API server writes a status, also that of a claim in a StatefulSet.
      const object = JSON.parse(text, (key, value) => (key === 'status' ? undefined : value));
      delete object.metadata.managedFields;
      return object;
    };
    const random = randomNumbers(RESOURCES.findIndex((one) => one.kind === kind) + 1);
    const wrong: unknown[] = [];
    let found = 0;
    const compare = async (slip: string, object: Record<string, unknown>): Promise<void> => {
      const [placed] = placedIn('a.json', JSON.stringify(object));
      if (placed === undefined) throw new Error(`no object after ${slip}`);
      const [ours, theirs] = [oursOf(placed), await refusedBy(pathOf(placed.value) ?? '', object)];
      if (JSON.stringify(theirs) !== '[]') found += 1;
      if (JSON.stringify(ours) !== JSON.stringify(theirs)) wrong.push({ slip, ours, theirs });
    };
    await compare('none', whole());
    for (const [name, slip] of Object.entries(SLIPS)) {
      for (let times = 0; times < cases(4, 40); times += 1) {
        const object = whole();
        const fields = places(object).filter(
          ({ parent, key }) =>
            !Array.isArray(parent) && !/^(kind|apiVersion|metadata|namespace)$/.test(key) && !FORMATS.test(key),
        );
        const chosen = fields[Math.floor(random() * fields.length)];
        if (chosen === undefined) throw new Error('no field');
        slip(chosen.parent as Record<string, unknown>, chosen.key, object);
        await compare(`${chosen.key} ${name}`, object);
      }
    }
    expect(wrong).toEqual([]);
    expect(found).toBeGreaterThan(6);
  },
  120_000,
);

const POD = { containers: [{ name: 'app', image: 'ghcr.io/acme/web:v1' }] };
const pod = (spec: object, rest: object = {}): object => ({ apiVersion: 'v1', kind: 'Pod', ...rest, spec });
const deployment = (spec: object): object => ({ apiVersion: 'apps/v1', kind: 'Deployment', spec });
const list = [{ name: 'regcred' }];

test.each<[situation: string, object: object, field: string, meant: string | undefined]>([
  [
    'a list in a Deployment itself',
    deployment({ imagePullSecrets: list }),
    'spec.imagePullSecrets',
    'spec.template.spec.imagePullSecrets',
  ],
  [
    'a list in a template',
    deployment({ template: { imagePullSecrets: list } }),
    'spec.template.imagePullSecrets',
    'spec.template.spec.imagePullSecrets',
  ],
  [
    'a list in a container',
    pod({ containers: [{ ...POD.containers[0], imagePullSecrets: list }] }),
    'spec.containers[0].imagePullSecrets',
    'spec.imagePullSecrets',
  ],
  [
    'a list in the metadata',
    pod(POD, { metadata: { name: 'a', imagePullSecrets: list } }),
    'metadata.imagePullSecrets',
    'spec.imagePullSecrets',
  ],
  ['a list beside the spec', pod(POD, { imagePullSecrets: list }), 'imagePullSecrets', 'spec.imagePullSecrets'],
  ['one letter less', pod({ ...POD, imagePullSecret: list }), 'spec.imagePullSecret', 'spec.imagePullSecrets'],
  ['another case', pod({ ...POD, imagepullsecrets: list }), 'spec.imagepullsecrets', 'spec.imagePullSecrets'],
  ['the case of Python', pod({ ...POD, image_pull_secrets: list }), 'spec.image_pull_secrets', 'spec.imagePullSecrets'],
  [
    'a misspelt list in the wrong place',
    deployment({ imagePullSecret: list }),
    'spec.imagePullSecret',
    'spec.template.spec.imagePullSecrets',
  ],
  [
    'the name of a Secret in a volume',
    pod({ ...POD, imagePullSecrets: [{ secretName: 'a' }] }),
    'spec.imagePullSecrets[0].secretName',
    'spec.imagePullSecrets[0].name',
  ],
  ['an image without a container', pod({ ...POD, image: 'a' }), 'spec.image', 'spec.containers[].image'],
  [
    'the pull policy of a pod',
    pod({ ...POD, imagePullPolicy: 'Always' }),
    'spec.imagePullPolicy',
    'spec.containers[].imagePullPolicy',
  ],
  [
    'the service account of a container',
    pod({ containers: [{ ...POD.containers[0], serviceAccountName: 'a' }] }),
    'spec.containers[0].serviceAccountName',
    'spec.serviceAccountName',
  ],
  [
    'the service account in a Deployment itself',
    deployment({ serviceAccountName: 'a' }),
    'spec.serviceAccountName',
    'spec.template.spec.serviceAccountName',
  ],
  [
    'a service account with a spec',
    { apiVersion: 'v1', kind: 'ServiceAccount', spec: { imagePullSecrets: list } },
    'spec',
    'imagePullSecrets',
  ],
  [
    'a pod with a template',
    pod({ ...POD, template: { spec: { imagePullSecrets: list } } }),
    'spec.template',
    'spec.imagePullSecrets',
  ],
  [
    'a misspelt spec',
    deployment({ template: { specs: { imagePullSecrets: list } } }),
    'spec.template.specs',
    'spec.template.spec',
  ],
  ['nothing that is known', pod({ ...POD, foo: 1 }), 'spec.foo', undefined],
  [
    'one letter less in a service account',
    { apiVersion: 'v1', kind: 'ServiceAccount', imagePullSecret: list },
    'imagePullSecret',
    'imagePullSecrets',
  ],
])('%s', async (_, object, field, meant) => {
  const [placed] = placedIn('a.json', JSON.stringify({ metadata: { name: 'a' }, ...object }));
  if (placed === undefined) throw new Error('no object');
  expect(fieldFaults(placed, undefined)).toMatchObject([{ field, ...(meant === undefined ? {} : { meant }) }]);
  expect(await refusedBy(pathOf(placed.value) ?? '', placed.value as Record<string, unknown>)).toEqual([field]);
});
