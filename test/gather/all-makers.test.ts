/** Everything that makes pods is looked at, and once: what an owner makes anew from its template does not count again. */
import { describe, expect, test } from 'vitest';
import { usersWithLogin } from '../../src/attaching/secret-users.ts';
import { createReader } from '../../src/cluster/reader.ts';
import { createCollector } from '../../src/gather/collector.ts';
import { gatherFacts } from '../../src/gather/failing.ts';
import { observeScope } from '../../src/gather/scope.ts';
import { gatherUsage } from '../../src/gather/usage.ts';
import type { Secret } from '../../src/secret/secret.ts';
import { ghcrSecret } from '../support/attach-request.ts';
import { account, failing } from '../support/observed-targets.ts';
import { type Stored, stored, storedObjects } from '../support/stored-objects.ts';

const pull = { list: ['pull'] };
const hash = { metadata: { labels: { 'pod-template-hash': '1' } } };
const scale = (replicas: number) => ({ spec: { replicas } });
const held = { owner: 'CronJob/nightly', spec: { suspend: true } };
const done = { rest: { status: { conditions: [{ type: 'Complete', status: 'True' }] } } };
const nightly = stored('CronJob', 'nightly', { list: ['new'] });

const SITUATIONS: readonly [string, Stored[], string, string?][] = [
  ['a ReplicaSet without a Deployment', [stored('ReplicaSet', 'web', pull)], 'ReplicaSet/web'],
  [
    'a ReplicationController without a DeploymentConfig',
    [stored('ReplicationController', 'web', pull)],
    'ReplicationController/web',
  ],
  [
    'a ReplicaSet of a Deployment, whose template was changed',
    [stored('Deployment', 'web'), stored('ReplicaSet', 'web-1', { ...pull, ...hash, owner: 'Deployment/web' })],
    'Deployment/web',
    '',
  ],
  [
    'a ReplicaSet that a Deployment has adopted',
    [stored('Deployment', 'web'), stored('ReplicaSet', 'web-1', { ...pull, owner: 'Deployment/web' })],
    'Deployment/web',
    '',
  ],
  [
    'the ReplicaSet of a Rollout',
    [stored('ReplicaSet', 'web', { ...pull, ...scale(1), owner: 'Rollout/r' })],
    'ReplicaSet/web',
  ],
  ['an older ReplicaSet of a Rollout', [stored('ReplicaSet', 'web', { ...pull, ...scale(0), owner: 'Rollout/r' })], ''],
  ['a ReplicaSet that is scaled to 0', [stored('ReplicaSet', 'web', { ...pull, ...scale(0) })], 'ReplicaSet/web'],
  [
    'a held Job with an older list than its CronJob',
    [nightly, stored('Job', 'nightly-1', { ...pull, ...held })],
    'CronJob/nightly Job/nightly-1',
    'Job/nightly-1',
  ],
  [
    'a Job with an older list than its CronJob, which comes later',
    [stored('Job', 'nightly-1', { ...pull, owner: 'CronJob/nightly' }), nightly],
    'CronJob/nightly Job/nightly-1',
    'Job/nightly-1',
  ],
  [
    'two held Jobs with the list of their CronJob',
    [stored('CronJob', 'nightly', pull), ...['1', '2'].map((name) => stored('Job', name, { ...pull, ...held }))],
    'CronJob/nightly',
  ],
  [
    'a held Job with an older list that has ended',
    [nightly, stored('Job', 'nightly-1', { ...pull, ...held, ...done })],
    'CronJob/nightly',
    '',
  ],
  [
    'a held Job with an older service account',
    [stored('CronJob', 'nightly', pull), stored('Job', 'nightly-1', { ...pull, ...held, account: 'ci' })],
    'CronJob/nightly Job/nightly-1',
  ],
  ['a held Job whose CronJob is gone', [stored('Job', 'nightly-1', { ...pull, ...held })], '', ''],
];

const [, secret] = ghcrSecret as [string, unknown];
const world = (objects: readonly Stored[]) => storedObjects([account(), ghcrSecret, ...objects]);
const named = ({ ref }: { ref: { kind: string; name: string } }) => `${ref.kind}/${ref.name}`;

describe.each(SITUATIONS)('%s', (_, objects, all, users = all) => {
  test('doctor judges it', async () => {
    const { pullers, scope } = await observeScope({ offline: true }, createCollector(world(objects)));
    const found = pullers.filter(({ ref }) => ref.kind !== 'ServiceAccount').map((puller) => named(puller as never));
    expect(found.toSorted().join(' ')).toBe(all);
    expect(scope?.counts.workloads).toBe(found.length);
  });

  test('inspect, list and why name it as a user of the Secret', async () => {
    const { usage } = await gatherUsage(createReader(world(objects)), 'team');
    const found = usage.get('team/pull')?.workloads ?? [];
    expect(found.toSorted().join(' ')).toBe(users.replaceAll(/\w+\//g, (kind) => kind.toLowerCase()));
  });

  test('delete and remove name it as a user of the Secret', async () => {
    const found = (await usersWithLogin(createReader(world(objects)), secret as Secret)).users.map(named);
    expect(found.toSorted().join(' ')).toBe(users);
  });

  test('attach and detach count it for its service account', async () => {
    const { users: found, workloads } = await gatherFacts(createReader(world(objects)), { cached: false });
    expect([...found.values()].reduce((sum, one) => sum + one.workloads, 0)).toBe(
      all.split(' ').filter(Boolean).length,
    );
    expect(
      workloads
        .filter(({ list }) => list.includes('pull'))
        .map(named)
        .toSorted()
        .join(' '),
    ).toBe(users);
  });
});

test('the pods of a ReplicaSet that a deleted Deployment left show its template', async () => {
  const left = [
    stored('ReplicaSet', 'web', { ...pull, ...hash }),
    failing('web-a', { ...pull, ...hash, owner: 'ReplicaSet/web' }),
  ];
  const { pullers } = await observeScope({ offline: true }, createCollector(world(left)));
  expect(pullers.filter(({ pod }) => pod !== undefined).map(({ remedy }) => remedy)).toMatchObject([
    { how: 'template', target: { kind: 'ReplicaSet', name: 'web' } },
  ]);
  const { users } = await usersWithLogin(createReader(world(left)), secret as Secret);
  expect(users.map(named)).toEqual(['ReplicaSet/web']);
});
