/** Every command that examines a namespace looks at the same kinds of workloads, with and without a controller above them. */
import { beforeAll, describe, expect, test } from 'vitest';
import { WORKLOAD_KINDS } from '../../src/workloads/kind.ts';
import { api, newNamespace } from '../environment/use.ts';
import { cached, named, newAccount, newPullSecret, newWorkload, pathOf, regsecretIn } from '../support/attach-world.ts';

/** A controller of an unknown kind. */
const ROLLOUT = {
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'Rollout',
  name: 'web',
  uid: 'b7a5c2f0-0000-4000-8000-000000000000',
  controller: true,
};

const situations = WORKLOAD_KINDS.flatMap((kind) => [
  { title: kind, kind, name: `own-${kind.toLowerCase()}`, metadata: {} },
  {
    title: `${kind} of a Rollout`,
    kind,
    name: `rollout-${kind.toLowerCase()}`,
    metadata: { ownerReferences: [ROLLOUT] },
  },
]);

/** A namespace with one workload of each kind, which makes no pods if it can, and has its own list and service account. */
let namespace = '';
beforeAll(async () => {
  namespace = await newNamespace({ serviceAccount: true });
  await newPullSecret(namespace, 'mine');
  await newPullSecret(namespace, 'theirs');
  for (const { kind, name, metadata } of situations) {
    await newAccount(namespace, {}, name);
    const none = { CronJob: {}, Job: { parallelism: 0 }, DaemonSet: {} };
    // A ReplicaSet of a Rollout that is scaled to 0 is a former one.
    const replicas = kind === 'ReplicaSet' && 'ownerReferences' in metadata ? 1 : 0;
    const fields = kind in none ? none[kind as keyof typeof none] : { replicas };
    await newWorkload(kind, namespace, { name, list: named('theirs'), account: name, fields, metadata });
  }
});

const json = async (...args: string[]) => JSON.parse((await regsecretIn(namespace, [...args, '-o', 'json'])).stdout);

describe('attach to its service account says that it has its own imagePullSecrets', () => {
  test.each(situations)('$title', async ({ kind, name }) => {
    const { notes } = await json('attach', 'mine', '--sa', name);
    expect(notes).toContainEqual({
      code: 'shadowed',
      ref: { kind, namespace, name },
      account: name,
      list: ['theirs'],
    });
  });
});

test('attach --used picks their service accounts', async () => {
  const { results } = await json('attach', 'mine', '--used', '--dry-run=client');
  const picked = results.map(({ name }: { name: string }) => name);
  expect(picked).toEqual(expect.arrayContaining(situations.map(({ name }) => name)));
});

test('list, inspect and why say that they use the Secret', async () => {
  const users = situations.map(({ kind, name }) => `${kind.toLowerCase()}/${name}`).sort();
  const { items } = await json('list');
  const row = items.find(({ name }: { name: string }) => name === 'theirs');
  expect([...row.usedBy.workloads].sort()).toEqual(users);
  expect([...(await json('inspect', 'theirs')).usedBy.workloads].sort()).toEqual(users);
  const { secrets } = await json('why', 'secret/theirs', '--offline');
  expect([...secrets[0].usedBy.workloads].sort()).toEqual(users);
});

test('doctor counts them', async () => {
  expect((await json('doctor', '--offline')).counts.workloads).toBe(situations.length);
});

test('a Job that has finished makes no pods, so nothing is said of its list', async () => {
  await newAccount(namespace, {}, 'robot');
  const fields = { suspend: true };
  const name = await newWorkload('Job', namespace, { list: named('theirs'), account: 'robot', fields });
  const time = '2026-11-25T12:00:00Z';
  const condition = { type: 'FailureTarget', status: 'True', lastTransitionTime: time };
  const status = { startTime: time, conditions: [condition, { ...condition, type: 'Failed' }] };
  const headers = { 'content-type': 'application/merge-patch+json' };
  const answer = await api('PATCH', `${pathOf('Job', namespace, name)}/status`, { status }, headers);
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  await cached(pathOf('Job', namespace), name, ({ status: now }) =>
    now.conditions?.some(({ type }: { type: string }) => type === 'Failed'),
  );
  expect((await json('attach', 'mine', '--sa', 'robot')).notes).toEqual([]);
});
