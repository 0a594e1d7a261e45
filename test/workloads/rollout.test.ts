/** What happens to a workload's pods when its template changes, and how far that has come. */
import { describe, expect, test } from 'vitest';
import { type PullKindName, pullKind } from '../../src/workloads/kind.ts';
import { type PullSpec, pullSpecOf } from '../../src/workloads/pull-spec.ts';
import {
  createTrouble,
  effectOf,
  failingWithout,
  hasFinished,
  hasGivenUp,
  progressOf,
  selectorOf,
  waitingRollout,
  waitsForPods,
} from '../../src/workloads/rollout.ts';

const workload = (kind: PullKindName, spec: object, status: object = {}): PullSpec =>
  ({
    ref: { kind, namespace: 'team', name: 'web' },
    object: { metadata: { generation: 2 }, spec, status: { observedGeneration: 2, ...status } },
  }) as unknown as PullSpec;
const updateStrategy = (fields: object): object => ({ updateStrategy: fields });

describe('a changed template', () => {
  test.each<[PullKindName, object, object]>([
    ['Deployment', {}, { kind: 'rolls out' }],
    ['Deployment', { paused: true }, { kind: 'paused' }],
    ['DaemonSet', {}, { kind: 'rolls out' }],
    ['DaemonSet', updateStrategy({ type: 'OnDelete' }), { kind: 'on delete' }],
    ['StatefulSet', {}, { kind: 'rolls out' }],
    ['StatefulSet', updateStrategy({ type: 'OnDelete', rollingUpdate: { partition: 1 } }), { kind: 'on delete' }],
    ['StatefulSet', updateStrategy({ rollingUpdate: { partition: 0 } }), { kind: 'rolls out' }],
    ['StatefulSet', updateStrategy({ rollingUpdate: { partition: 1 } }), { kind: 'partition', partition: 1 }],
    ['ReplicaSet', {}, { kind: 'new pods only' }],
    ['CronJob', {}, { kind: 'new pods only' }],
  ])('of a %s with %j', (kind, spec, effect) => {
    expect(effectOf(workload(kind, spec))).toEqual(effect);
  });

  test.each<[PullKindName, object, boolean]>([
    ['StatefulSet', {}, true],
    ['StatefulSet', { podManagementPolicy: 'OrderedReady' }, true],
    ['StatefulSet', { podManagementPolicy: 'Parallel' }, false],
    ['Deployment', {}, false],
  ])('waits for the pods of a %s with %j: %s', (kind, spec, waits) => {
    expect(waitsForPods(workload(kind, spec))).toBe(waits);
  });
});

describe('the rollout of', () => {
  const unseen = 'its controller has not processed the change';
  test.each<[PullKindName, object, object, string | undefined]>([
    ['Deployment', {}, { observedGeneration: 1, updatedReplicas: 1, availableReplicas: 1 }, unseen],
    ['Deployment', {}, {}, '0 of 1 pods are new'],
    ['Deployment', { replicas: 3 }, { updatedReplicas: 2, availableReplicas: 3 }, '2 of 3 pods are new'],
    ['Deployment', { replicas: 3 }, { updatedReplicas: 3, replicas: 5 }, '2 old pods have not ended yet'],
    ['Deployment', { replicas: 3 }, { updatedReplicas: 3, replicas: 4 }, '1 old pod has not ended yet'],
    [
      'Deployment',
      { replicas: 1 },
      { updatedReplicas: 1, replicas: 2, unavailableReplicas: 1 },
      '1 pod is not ready, so 1 old pod has not been replaced',
    ],
    ['Deployment', { replicas: 3 }, { updatedReplicas: 3, replicas: 3, availableReplicas: 2 }, '2 of 3 pods run'],
    ['Deployment', { replicas: 3 }, { updatedReplicas: 3, replicas: 3, availableReplicas: 3 }, undefined],
    ['Deployment', { replicas: 0 }, {}, undefined],
    ['DaemonSet', {}, { desiredNumberScheduled: 2, updatedNumberScheduled: 1 }, '1 of 2 pods are new'],
    ['DaemonSet', {}, { desiredNumberScheduled: 2, updatedNumberScheduled: 2 }, '0 of 2 pods run'],
    ['DaemonSet', {}, { desiredNumberScheduled: 2, updatedNumberScheduled: 2, numberAvailable: 2 }, undefined],
    ['StatefulSet', { replicas: 2 }, { updatedReplicas: 2, replicas: 3, availableReplicas: 2 }, undefined],
    [
      'StatefulSet',
      { replicas: 3, ...updateStrategy({ rollingUpdate: { partition: 2 } }) },
      { updatedReplicas: 0, availableReplicas: 3 },
      '0 of 1 pods are new',
    ],
    [
      'StatefulSet',
      { replicas: 3, ...updateStrategy({ rollingUpdate: { partition: 5 } }) },
      { availableReplicas: 3 },
      undefined,
    ],
  ])('a %s with %j and %j', (kind, spec, status, waiting) => {
    expect(progressOf(workload(kind, spec, status))).toEqual(
      waiting === undefined ? { done: true } : { done: false, waiting },
    );
  });

  const gaveUp = (lastUpdateTime = '10:00:00'): object => ({
    conditions: [
      { reason: 'MinimumReplicasUnavailable', lastUpdateTime: '10:00:09' },
      { reason: 'ProgressDeadlineExceeded', lastUpdateTime },
    ],
  });
  const before = { observedGeneration: 1 };
  test.each<[string, object, object, boolean]>([
    ['with no conditions', {}, {}, false],
    ['with an empty list of conditions', { conditions: [] }, {}, false],
    ['that makes progress', { conditions: [{ reason: 'NewReplicaSetAvailable' }] }, {}, false],
    ['that was given up before, and is not changed', gaveUp(), gaveUp(), true],
    [
      'that was given up before a change which is not seen yet',
      { ...gaveUp(), ...before },
      { ...gaveUp(), ...before },
      false,
    ],
    ['that was given up before a change which has just been seen', gaveUp(), { ...gaveUp(), ...before }, false],
    ['that is given up again after a change', gaveUp('10:00:01'), { ...gaveUp(), ...before }, true],
    ['that is given up after a change', gaveUp(), before, true],
    ['that is given up, when is not known', { conditions: [{ reason: 'ProgressDeadlineExceeded' }] }, before, true],
  ])('a Deployment %s has been given up', (_, status, changed, expected) => {
    expect(hasGivenUp(workload('Deployment', {}, status), workload('Deployment', {}, changed))).toBe(expected);
  });
});

describe('the roll-out that replaces pods of a ReplicaSet', () => {
  const numbered = (kind: PullKindName, revision: string | undefined, spec: object = {}): PullSpec => ({
    ...workload(kind, { replicas: 2, ...spec }, { updatedReplicas: 1, replicas: 2 }),
    annotations: revision === undefined ? {} : { 'deployment.kubernetes.io/revision': revision },
  });

  test.each<[string, PullSpec, PullSpec, string | undefined]>([
    ['of an older template', numbered('ReplicaSet', '9'), numbered('Deployment', '10'), '1 of 2 pods are new'],
    ['of the template', numbered('ReplicaSet', '10'), numbered('Deployment', '10'), undefined],
    [
      'of an older template, which is paused',
      numbered('ReplicaSet', '1'),
      numbered('Deployment', '2', { paused: true }),
      undefined,
    ],
    [
      'that no controller has numbered',
      numbered('ReplicaSet', undefined),
      numbered('Deployment', undefined),
      undefined,
    ],
    ['of none', numbered('ReplicaSet', '1'), numbered('ReplicaSet', '1'), undefined],
  ])('%s', (_, replicaSet, deployment, waiting) => {
    expect(waitingRollout(replicaSet, deployment)).toBe(waiting);
  });
});

describe('why no pods can be created, of a workload', () => {
  const failure = { type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message: 'exceeded quota' };
  const text = 'FailedCreate: exceeded quota';

  test.each<[string, PullKindName, object, object, string | undefined]>([
    ['with a quota', 'Deployment', {}, { conditions: [{ type: 'Available', status: 'False' }, failure] }, text],
    ['without a Deployment', 'ReplicaSet', {}, { conditions: [failure] }, text],
    ['that could not once', 'Deployment', {}, { conditions: [{ ...failure, status: 'False' }] }, undefined],
    ['that wants none', 'Deployment', { replicas: 0 }, { conditions: [failure] }, undefined],
    ['that says nothing', 'StatefulSet', {}, {}, undefined],
  ])('%s', (_, kind, spec, status, expected) => {
    expect(createTrouble(workload(kind, spec, status))).toBe(expected);
  });
});

describe('the selector', () => {
  test.each<[PullKindName, object | undefined, string | undefined]>([
    ['Deployment', { matchLabels: { app: 'web', tier: 'a' } }, 'app=web,tier=a'],
    ['ReplicationController', { app: 'web' }, 'app=web'],
    ['ReplicationController', { matchExpressions: 'web' }, 'matchExpressions=web'],
    ['Deployment', {}, undefined],
    ['Deployment', undefined, undefined],
    [
      'Deployment',
      {
        matchExpressions: [
          { key: 'a', operator: 'In', values: ['x', 'y'] },
          { key: 'b', operator: 'NotIn', values: ['z'] },
          { key: 'c', operator: 'Exists' },
          { key: 'd', operator: 'DoesNotExist' },
          { key: 'e', operator: 'In' },
        ],
      },
      'a in (x,y),b notin (z),c,!d,e in ()',
    ],
    ['Deployment', { matchLabels: { app: 'web' }, matchExpressions: [{ key: 'a', operator: 'Gt' }] }, undefined],
  ])('of a %s with %j', (kind, selector, text) => {
    expect(selectorOf(workload(kind, { selector }))).toBe(text);
  });
});

test.each<[PullKindName, unknown, boolean]>([
  ['Job', undefined, false],
  ['Job', [], false],
  ['Job', [{ type: 'Complete', status: 'True' }], true],
  [
    'Job',
    [
      { type: 'Suspended', status: 'True' },
      { type: 'Failed', status: 'True' },
    ],
    true,
  ],
  ['Job', [{ type: 'Failed', status: 'False' }], false],
  ['Job', [{ type: 'Suspended', status: 'True' }], false],
  ['Deployment', [{ type: 'Failed', status: 'True' }], false],
])('a %s with the conditions %j makes no pod any more: %s', (kind, conditions, expected) => {
  expect(hasFinished(workload(kind, {}, { conditions }))).toBe(expected);
});

test('pods that cannot pull, and do not have the Secret', () => {
  const pod = (name: string, list: string[], reason?: string): PullSpec => {
    const state = reason === undefined ? { running: {} } : { waiting: { reason, message: 'no' } };
    const spec = { containers: [{ name: 'app', image: 'a' }], imagePullSecrets: list.map((one) => ({ name: one })) };
    const status = { containerStatuses: [{ name: 'app', state }] };
    return pullSpecOf(pullKind('Pod'), { metadata: { name }, spec, status }) as PullSpec;
  };
  const pods = [pod('a', [], 'ErrImagePull'), pod('b', ['x', 'y'], 'ErrImagePull'), pod('c', []), pod('d', ['x'], 'E')];
  expect(failingWithout(pods, 'y')).toEqual([
    { name: 'a', failure: { image: 'a', reason: 'ErrImagePull', message: 'no', pullError: 'other' } },
  ]);
});
