/** Walks from a pod to its owners, with an owner reference whose unchecked fields are hostile. */
import { expect, test } from 'vitest';
import { walkOwners } from '../../src/cluster/pod-owners.ts';
import type { Transport } from '../../src/cluster/transport.ts';
import { pullKind } from '../../src/workloads/kind.ts';
import type { ObjectRef } from '../../src/workloads/object-ref.ts';
import { type PullSpec, pullSpecOf } from '../../src/workloads/pull-spec.ts';

test.each([
  ['two dots', '..'],
  ['a path', '../x'],
  ['a percent sign', '50%'],
  ['nothing', ''],
  ['a megabyte', 'a'.repeat(1_000_000)],
])('nobody is asked for an owner that is called %s', async (_, name) => {
  const owner = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name, uid: 'x', controller: true };
  const pod = { metadata: { namespace: 'a', name: 'p', ownerReferences: [owner] }, spec: {} };
  const asked: unknown[] = [];
  const read = async (ref: unknown): Promise<undefined> => void asked.push(ref);
  const spec = pullSpecOf(pullKind('Pod'), pod) as PullSpec;
  const { chain, unknownOwner } = await walkOwners({} as Transport, spec, read);
  expect(asked).toEqual([]);
  expect(chain).toEqual([]);
  expect(unknownOwner?.kind).toBe('ReplicaSet');
});

test.each([
  ['of the same name that came later', 'another-uid', []],
  ['that made it', 'uid', ['web']],
])('an owner %s, which is looked for in the namespace of the pod', async (_, uid, expected) => {
  const owner = {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    name: 'web',
    namespace: 'prod',
    uid: 'uid',
    controller: true,
  };
  const pod = { metadata: { namespace: 'evil', name: 'p', ownerReferences: [owner] }, spec: {} };
  const asked: unknown[] = [];
  const read = async (ref: ObjectRef): Promise<PullSpec | undefined> => {
    asked.push(ref);
    return pullSpecOf(pullKind('ReplicaSet'), {
      metadata: { namespace: 'evil', name: 'web', uid },
      spec: { template: { spec: {} } },
    });
  };
  const { chain } = await walkOwners({} as Transport, pullSpecOf(pullKind('Pod'), pod) as PullSpec, read);
  expect(asked).toEqual([{ kind: 'ReplicaSet', namespace: 'evil', name: 'web' }]);
  expect(chain.map(({ ref }) => ref.name)).toEqual(expected);
});
