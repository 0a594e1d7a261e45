/** What a failing pod needs, which pods use which service account, and which choices a person gets. */
import { describe, expect, test } from 'vitest';
import { createContext } from '../../src/attaching/context.ts';
import { remedyFinder, toRestart } from '../../src/changes/pod-remedy.ts';
import { createReader } from '../../src/cluster/reader.ts';
import { gatherFacts } from '../../src/gather/failing.ts';
import { attachRequest, ghcrSecret, listener } from '../support/attach-request.ts';
import { type Stored, type StoredOptions, stored, storedObjects } from '../support/stored-objects.ts';

const WAITING = { reason: 'ErrImagePull', message: 'no basic auth credentials' };
const FAILS = { status: { containerStatuses: [{ name: 'app', state: { waiting: WAITING } }] } };
const failing = (name: string, options: StoredOptions = {}): Stored => stored('Pod', name, { ...options, rest: FAILS });

const revision = (number: number) => ({ annotations: { 'deployment.kubernetes.io/revision': `${number}` } });

describe('a pod that fails', () => {
  const pull = { list: ['pull'] };
  test.each<[string, Stored, Stored[], string[], string]>([
    ['of nothing', failing('web'), [], [], 'recreate'],
    [
      'of nothing, whose node has to have the image',
      stored('Pod', 'web', {
        rest: { status: { containerStatuses: [{ name: 'app', state: { waiting: { reason: 'ErrImageNeverPull' } } }] } },
      }),
      [],
      [],
      'heals',
    ],
    [
      'whose image the Secret does not open',
      failing('web', { image: 'quay.io/a', owner: 'StatefulSet/db' }),
      [],
      [],
      'none quay.io/a',
    ],
    [
      'of nothing, whose image the Secret does not open',
      failing('web', { image: 'quay.io/a' }),
      [],
      [],
      'none quay.io/a',
    ],
    ['of something unknown', failing('web', { owner: 'Rollout/web' }), [], [], 'ask the owner rollout.argoproj.io/web'],
    ['of what is gone', failing('web', { owner: 'StatefulSet/db' }), [], [], 'ask the owner statefulset.apps/db'],
    [
      'of what was made again',
      failing('web', { owner: 'StatefulSet/db' }),
      [stored('StatefulSet', 'db', { metadata: { uid: 'new' } })],
      [],
      'ask the owner statefulset.apps/db',
    ],
    [
      'of what may not be read',
      failing('web', { owner: 'DaemonSet/d' }),
      [stored('DaemonSet', 'd')],
      ['get daemonsets'],
      'ask the owner daemonset.apps/d (get daemonsets)',
    ],
    [
      'of a ReplicaSet of something unknown',
      failing('web', { owner: 'ReplicaSet/rs' }),
      [stored('ReplicaSet', 'rs', { owner: 'Rollout/r' })],
      [],
      'ask the owner rollout.argoproj.io/r',
    ],
    ...(['ReplicaSet', 'ReplicationController'] as const).map((kind): [string, Stored, Stored[], string[], string] => [
      `of a ${kind} that nothing made, which has no rollout`,
      failing('web', { owner: `${kind}/web` }),
      [stored(kind, 'web')],
      [],
      `delete ${kind}/web`,
    ]),
    [
      'of a Deployment',
      failing('web', { owner: 'ReplicaSet/rs' }),
      [stored('ReplicaSet', 'rs', { owner: 'Deployment/web' }), stored('Deployment', 'web')],
      [],
      'restart Deployment/web, restarts Deployment/web',
    ],
    [
      'of a Deployment that a roll-out is replacing: a restart would be another one',
      failing('web', { owner: 'ReplicaSet/rs' }),
      [
        stored('ReplicaSet', 'rs', { owner: 'Deployment/web', metadata: revision(1) }),
        stored('Deployment', 'web', { metadata: revision(2) }),
      ],
      [],
      'heals',
    ],
    [
      'of the new template of that',
      failing('web', { owner: 'ReplicaSet/rs' }),
      [
        stored('ReplicaSet', 'rs', { owner: 'Deployment/web', metadata: revision(2) }),
        stored('Deployment', 'web', { metadata: revision(2) }),
      ],
      [],
      'restart Deployment/web, restarts Deployment/web',
    ],
    [
      'of a Deployment that is paused',
      failing('web', { owner: 'ReplicaSet/rs' }),
      [
        stored('ReplicaSet', 'rs', { owner: 'Deployment/web' }),
        stored('Deployment', 'web', { spec: { paused: true } }),
      ],
      [],
      'delete Deployment/web',
    ],
    [
      'of a DaemonSet',
      failing('web', { owner: 'DaemonSet/d' }),
      [stored('DaemonSet', 'd')],
      [],
      'restart DaemonSet/d, restarts DaemonSet/d',
    ],
    [
      'of a template that has the Secret: the roll-out has still to reach it',
      failing('web', { owner: 'DaemonSet/d' }),
      [stored('DaemonSet', 'd', pull)],
      [],
      'heals',
    ],
    [
      'of a template with a list of its own',
      failing('web', { owner: 'DaemonSet/d' }),
      [stored('DaemonSet', 'd', { list: ['a'] })],
      [],
      'attach DaemonSet/d',
    ],
    [
      'of a StatefulSet, which waits for its pods',
      failing('web', { owner: 'StatefulSet/db' }),
      [stored('StatefulSet', 'db', pull)],
      [],
      'delete StatefulSet/db',
    ],
    [
      'of a StatefulSet that does not',
      failing('web', { owner: 'StatefulSet/db' }),
      [stored('StatefulSet', 'db', { spec: { podManagementPolicy: 'Parallel' } })],
      [],
      'restart StatefulSet/db, restarts StatefulSet/db',
    ],
    ['of a Job that may fail again', failing('web', { owner: 'Job/j' }), [stored('Job', 'j')], [], 'delete Job/j'],
    [
      'of a Job that may not',
      failing('web', { owner: 'Job/j' }),
      [stored('Job', 'j', { spec: { backoffLimit: 0 } })],
      [],
      'ask the owner job.batch/j',
    ],
    [
      'of a Job with a list',
      failing('web', { owner: 'Job/j' }),
      [stored('Job', 'j', { list: ['a'] })],
      [],
      'ask the owner job.batch/j',
    ],
    [
      'of a Job of a CronJob, both with a list',
      failing('web', { owner: 'Job/j' }),
      [stored('Job', 'j', { list: ['a'], owner: 'CronJob/c' }), stored('CronJob', 'c', { list: ['a'] })],
      [],
      'attach CronJob/c',
    ],
    [
      'of a Job of a CronJob that has it',
      failing('web', { owner: 'Job/j' }),
      [stored('Job', 'j', { list: ['a'], owner: 'CronJob/c' }), stored('CronJob', 'c', pull)],
      [],
      'ask the owner job.batch/j',
    ],
    [
      'of a Job of a CronJob that may not fail again',
      failing('web', { owner: 'Job/j' }),
      [stored('Job', 'j', { owner: 'CronJob/c', spec: { backoffLimit: 0 } }), stored('CronJob', 'c')],
      [],
      'ask the owner cronjob.batch/c',
    ],
  ])('%s', async (_, pod, others, forbidden, expected) => {
    const context = createContext(storedObjects([pod, ghcrSecret, ...others], forbidden), attachRequest(), listener);
    const { failing: found } = await gatherFacts(context, { namespace: 'team', cached: false });
    const remedied = await remedyFinder(context)(found[0] as (typeof found)[0]);
    if (remedied === undefined) return expect('heals').toBe(expected);
    const { remedy } = remedied;
    const whom =
      'controller' in remedy
        ? `${remedy.controller.kind}/${remedy.controller.name}`
        : 'owner' in remedy
          ? remedy.owner
          : 'image' in remedy
            ? remedy.image
            : '';
    const restarts = toRestart([remedied, remedied]).map(({ ref }) => `, restarts ${ref.kind}/${ref.name}`);
    const rights = context.missingRights.list().map((right) => ` (${right})`);
    expect(`${remedy.how} ${whom}`.trim() + restarts.join('') + rights.join('')).toBe(expected);
  });
});

describe('the use of service accounts', () => {
  const ci = { account: 'ci' };
  const objects = [
    stored('Pod', 'runs', ci),
    failing('fails', { ...ci, owner: 'Rollout/r' }),
    failing('bare', { list: ['a'] }),
    stored('Deployment', 'web', { ...ci, list: ['a'] }),
    stored('ReplicaSet', 'rs', { ...ci, owner: 'Deployment/web' }),
    stored('StatefulSet', 'one', ci),
    stored('StatefulSet', 'two', ci),
    stored('StatefulSet', 'of-rollout', { ...ci, owner: 'Rollout/r' }),
    stored('Job', 'done', { ...ci, rest: { status: { conditions: [{ type: 'Complete', status: 'True' }] } } }),
    stored('Deployment', 'elsewhere', { metadata: { namespace: 'other' } }),
  ];

  test('counts pods, and workloads that are neither made by others nor done', async () => {
    const {
      users,
      failing: found,
      workloads,
    } = await gatherFacts(createReader(storedObjects(objects)), { cached: true });
    const counts = [...users].map(
      ([key, { pods, workloads: count, examples }]) => `${key} ${pods} ${count} ${examples.map(({ name }) => name)}`,
    );
    expect(counts.toSorted()).toEqual(['other/default 0 1 elsewhere', 'team/ci 2 4 web,one,two', 'team/default 1 0 ']);
    expect(found.map(({ ref, controller, list }) => [ref.name, controller?.kind, ...list])).toEqual([
      ['fails', 'Rollout'],
      ['bare', undefined, 'a'],
    ]);
    expect(workloads.map(({ ref, account, list }) => [ref.name, account, ...list])).toEqual([['web', 'ci', 'a']]);
  });

  test('of one account in one namespace', async () => {
    const reader = createReader(storedObjects(objects));
    const { users, failing: found } = await gatherFacts(reader, {
      namespace: 'team',
      account: 'default',
      cached: true,
    });
    expect([...users.keys()]).toEqual(['team/default']);
    expect(found.map(({ ref }) => ref.name)).toEqual(['bare']);
  });

  test('as far as pods and workloads may be listed', async () => {
    const reader = createReader(storedObjects(objects, ['list pods', 'list jobs']));
    await gatherFacts(reader, { cached: true });
    expect(reader.missingRights.list()).toEqual(['list jobs', 'list pods']);
  });
});
