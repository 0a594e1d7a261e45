/** A bug in our code shows with one object of many: the report has a finding about it, and the others are judged as usual. */

import { expect, test } from 'vitest';
import type { ApiRequest } from '../../src/cluster/api-request.ts';
import type { Transport } from '../../src/cluster/transport.ts';
import { createCollector } from '../../src/gather/collector.ts';
import { observeTargets } from '../../src/gather/doctor-facts.ts';
import { observeScope } from '../../src/gather/scope.ts';
import { ownNamespace } from '../../src/secret/selected-namespace.ts';
import { fieldOf, itemsOf } from '../../src/workloads/api-object.ts';
import { ghcrSecret, secretFor } from '../support/attach-request.ts';
import { account, failing } from '../support/observed-targets.ts';
import { reportAt } from '../support/steps.ts';
import { type Stored, stored, storedObjects } from '../support/stored-objects.ts';

/** A field whose reading fails, which our code does not expect. */
interface Trap {
  readonly field: readonly string[];
  /** How often it can be read before it fails. */
  readonly after?: number;
}

const EVIL = { namespace: ownNamespace('evil') };

/** An API server with `objects`. The field of the object named `trap` throws when it is read. */
function withTrap(objects: readonly Stored[], { field, after = 0 }: Trap): Transport {
  const inner = storedObjects(objects);
  const spring = (object: unknown): void => {
    if (fieldOf(object, 'metadata', 'name') !== 'trap') return;
    const last = field.at(-1) ?? '';
    const place = field.length === 1 ? object : fieldOf(object, ...field.slice(0, -1));
    const value = fieldOf(object, ...field);
    let reads = 0;
    const get = (): unknown => {
      reads += 1;
      if (reads > after) throw new TypeError('pa55word is not a function');
      return value;
    };
    Object.defineProperty(place, last, { enumerable: true, get });
  };
  return {
    ...inner,
    async request<T>(request: ApiRequest): Promise<T> {
      const answer = await inner.request<T>(request);
      for (const object of [answer, ...itemsOf(fieldOf(answer, 'items'))]) spring(object);
      return answer;
    },
  };
}

const honest: readonly Stored[] = [
  failing('web', { list: ['gone'] }),
  account(['pull']),
  ghcrSecret,
  secretFor('other', 'quay.io'),
];
const secret = secretFor('trap', 'ghcr.io', 'evil');
const user = stored('ServiceAccount', 'robot', { list: ['trap'], metadata: EVIL });
const opaque: Stored = ['Secret', { ...secret[1], type: 'Opaque' }];
const withPod = (pod: Stored): Stored[] => [pod, stored('ServiceAccount', 'default', { metadata: EVIL })];

const SITUATIONS: readonly [title: string, object: string, objects: readonly Stored[], trap: Trap][] = [
  ['the contents of a Secret', 'Secret', [secret, user], { field: ['data'] }],
  [
    'the contents of a Secret of another type, which is read by its name',
    'Secret',
    [opaque, user],
    { field: ['data'] },
  ],
  [
    'the annotations of a service account',
    'ServiceAccount',
    [stored('ServiceAccount', 'trap', { metadata: { ...EVIL, annotations: {} } })],
    { field: ['metadata', 'annotations'] },
  ],
  [
    'the list of a pod',
    'Pod',
    withPod(failing('trap', { list: ['x'], metadata: EVIL })),
    { field: ['spec', 'imagePullSecrets'] },
  ],
  [
    'the node of a pod that fails',
    'Pod',
    withPod(failing('trap', { metadata: EVIL })),
    { field: ['spec', 'nodeName'] },
  ],
  [
    'the node of a pod that nobody says anything of',
    'Pod',
    withPod(stored('Pod', 'trap', { spec: { nodeName: 'n1' }, metadata: EVIL })),
    { field: ['spec', 'nodeName'] },
  ],
  [
    'how many pods of a workload run',
    'Deployment',
    withPod(stored('Deployment', 'trap', { metadata: EVIL, rest: { status: { readyReplicas: 1 } } })),
    { field: ['status', 'readyReplicas'] },
  ],
];

const options = { allNamespaces: true, offline: true };

test.each(SITUATIONS)('%s', async (_, kind, objects, trap) => {
  const findingsOf = async (transport: Transport) => {
    const { usage, ...observed } = await observeScope(options, createCollector(transport));
    return reportAt({ ...observed, usage }, observed.facts).findings;
  };
  const expected = await findingsOf(storedObjects(honest));
  const found = await findingsOf(withTrap([...honest, ...objects], trap));
  expect(found.filter(({ object }) => object.namespace !== 'evil')).toEqual(expected);
  const [bug, ...others] = found.filter(({ code }) => code === 'unread-object');
  expect(others).toEqual([]);
  expect(bug).toMatchObject({
    severity: 'error',
    object: { kind, namespace: 'evil', name: 'trap' },
    arguments: { reason: 'TypeError', bug: true },
    message: `${kind.toLowerCase()} evil/trap was not checked, because of a bug in regsecret (TypeError)`,
  });
  expect(JSON.stringify(found)).not.toContain('pa55word');
});

test('one that is asked about itself is a bug to be reported, with the place where it happens', async () => {
  const transport = { ...withTrap([...honest, secret, user], { field: ['data'] }), namespace: ownNamespace('evil') };
  const observed = observeTargets([{ kind: 'Secret', name: 'trap' }], options, createCollector(transport));
  await expect(observed).rejects.toThrow(TypeError);
});
