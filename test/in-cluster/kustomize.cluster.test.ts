/** `deploy/` renders, an API server accepts it, and its rights are those that `rbac` prints for its command lines. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { expect, test } from 'vitest';
import {
  admissionLine,
  type ClusterObject,
  comparable,
  isOfAdmission,
  isOfRbac,
  parseObjects,
  rbacLines,
} from '../../build/release/in-cluster-objects.ts';
import { kubectl, newNamespace } from '../environment/use.ts';
import { DEPLOY, kustomize, overlay } from '../support/deploy-overlay.ts';
import { here } from '../support/here.ts';

async function printedRights(objects: readonly ClusterObject[]): Promise<ClusterObject[]> {
  const printed: ClusterObject[] = [];
  for (const line of rbacLines(objects)) {
    const { code, stdout, stderr } = await here(line, { env: { HOME: '/nowhere' } });
    expect(code, stderr).toBe(0);
    printed.push(...parseObjects(stdout));
  }
  return printed;
}

/** The kustomization of docs/in-cluster.md, and the command line that prints its rights. */
const page = readFileSync(join(DEPLOY, '..', 'docs', 'in-cluster.md'), 'utf8');
const shown = load(/```yaml\n# kustomization\.yaml\n(.*?)```/s.exec(page)?.[1] ?? '') as object;
const rightsLine = /^regsecret (rbac .*) > rights\.yaml$/m.exec(page)?.[1]?.split(' ') ?? [];

test.each<[situation: string, folder: () => Promise<string>]>([
  ['as it is', async () => DEPLOY],
  ['in another namespace', async () => overlay({ namespace: 'platform' })],
  [
    'with other arguments, and what rbac prints for them, as in docs/in-cluster.md',
    async () => {
      const local = JSON.parse(JSON.stringify(shown).replaceAll(/https:[^"]*\/deploy([^"]*)\?ref=[^"]*/g, 'BASE$1'));
      const rights = await here(rightsLine);
      return overlay(local, { 'rights.yaml': rights.stdout });
    },
  ],
])('the rights are those of its command lines: %s', async (_, folder) => {
  const objects = parseObjects(await kustomize(await folder()));
  const printed = await printedRights(objects);
  expect(printed).toHaveLength(8);
  expect(comparable(objects.filter(isOfRbac), { labels: false })).toEqual(comparable(printed));
});

test('the component with the policy of sync --admission is what that prints for the same arguments', async () => {
  const objects = parseObjects(await kustomize(overlay({ components: ['BASE/admission'] })));
  const { code, stdout, stderr } = await here(admissionLine(objects), { env: { HOME: '/nowhere' } });
  expect(code, stderr).toBe(0);
  const labels = { labels: false };
  expect(comparable(objects.filter(isOfAdmission), labels)).toEqual(comparable(parseObjects(stdout), labels));
});

test("each policy is for who has the rights, also with a namespace and a suffix of one's own", async () => {
  const objects = parseObjects(await kustomize(overlay({ namespace: 'platform', nameSuffix: '-b' })));
  const policies = new Map(
    objects.filter(({ kind }) => kind === 'ValidatingAdmissionPolicy').map((policy) => [policy.metadata.name, policy]),
  );
  const guarded = objects
    .filter(({ kind }) => kind === 'ValidatingAdmissionPolicyBinding')
    .flatMap(({ spec: { policyName, paramRef } }) => {
      const { kind } = policies.get(policyName)?.spec.paramKind ?? {};
      const isMeant = ({ metadata }: ClusterObject) =>
        metadata.name === paramRef.name && metadata.namespace === paramRef.namespace;
      return objects.find((object) => object.kind === kind && isMeant(object))?.subjects;
    });
  expect(guarded).toEqual([
    { kind: 'ServiceAccount', name: 'regsecret-rotate-b', namespace: 'platform' },
    { kind: 'ServiceAccount', name: 'regsecret-b', namespace: 'platform' },
  ]);
});

test('the API server takes it in a namespace that allows restricted pods only, with the network policy too', async () => {
  const pods = { 'pod-security.kubernetes.io/enforce': 'restricted', 'pod-security.kubernetes.io/warn': 'restricted' };
  const namespace = await newNamespace({ labels: pods });
  const folder = overlay({ namespace, components: ['BASE/network-policy'] });
  const applied = await kubectl(['apply', '--dry-run=server', '--validate=strict', '-k', folder]);
  expect(applied).toMatchObject({ code: 0, stderr: '' });
  expect(applied.stdout.trim().split('\n')).toHaveLength(13);
});

test('doctor finds nothing in it', async () => {
  const { code, stdout, stderr } = await here(['doctor', '-f', '-'], { stdin: await kustomize(DEPLOY) });
  expect({ code, stdout, stderr }).toEqual({
    code: 0,
    stdout: '4 objects in 1 file: nothing wrong; it is not known whether 1 image without a login needs one\n',
    stderr: '',
  });
});
