/** How to make pods use another list, depending on what creates them. */
import { describe, expect, test } from 'vitest';
import { type PullKindName, pullKind } from '../../src/workloads/kind.ts';
import { type Controller, type PullSpec, pullSpecOf } from '../../src/workloads/pull-spec.ts';
import { failuresLeft, type Remedy, remedyOfPod, remedyOfTemplate, remedyUnder } from '../../src/workloads/remedy.ts';

const list = [{ name: 'a' }];

function specOf(kind: PullKindName, spec: object = {}, more: object = {}): PullSpec {
  const { specPath } = pullKind(kind);
  const inner = specPath.slice(1).reduceRight<object>((value, name) => ({ [name]: value }), {});
  const object = { metadata: { namespace: 'team', name: 'web' }, [specPath[0] ?? 'x']: { ...inner, ...spec }, ...more };
  return pullSpecOf(pullKind(kind), object) as PullSpec;
}

const target = (kind: PullKindName, name = 'web') => ({ kind, namespace: 'team', name });
const rollout: Controller = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', name: 'r', uid: '1' };
const replicaSet: Controller = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'r', uid: '1' };
const pods = Array.from({ length: 12 }, (_, index) => `p${index}`);
const ten = pods.slice(0, 10);

describe('of a template', () => {
  test.each<[string, PullSpec, readonly string[], Remedy]>([
    ['a Deployment rolls out', specOf('Deployment'), ['p'], { how: 'template', target: target('Deployment') }],
    [
      'a Deployment that is paused, of ten pods at most',
      specOf('Deployment', { paused: true }),
      pods,
      { how: 'template', target: target('Deployment'), next: { step: 'resume', pods: ten } },
    ],
    [
      'a Deployment that is paused and has no pod',
      specOf('Deployment', { paused: true }),
      [],
      { how: 'template', target: target('Deployment'), next: { step: 'resume', pods: [] } },
    ],
    [
      'a StatefulSet, whose controller waits for the pod that cannot pull',
      specOf('StatefulSet'),
      pods,
      { how: 'template', target: target('StatefulSet'), next: { step: 'delete pods', pods: ten } },
    ],
    ['a StatefulSet without pods', specOf('StatefulSet'), [], { how: 'template', target: target('StatefulSet') }],
    [
      'a StatefulSet whose pods are independent',
      specOf('StatefulSet', { podManagementPolicy: 'Parallel' }),
      ['p'],
      { how: 'template', target: target('StatefulSet') },
    ],
    [
      'a DaemonSet whose pods are replaced when they are deleted',
      specOf('DaemonSet', { updateStrategy: { type: 'OnDelete' } }),
      ['p'],
      { how: 'template', target: target('DaemonSet'), next: { step: 'delete pods', pods: ['p'] } },
    ],
    [
      'a CronJob, which makes its next job some time',
      specOf('CronJob'),
      ['p'],
      { how: 'template', target: target('CronJob'), next: { step: 'run again' } },
    ],
    ['a CronJob without pods', specOf('CronJob'), [], { how: 'template', target: target('CronJob') }],
    [
      'a ReplicaSet of a Rollout, whose kind we do not know',
      { ...specOf('ReplicaSet'), controller: rollout },
      ['p'],
      { how: 'owner', owner: 'rollout.argoproj.io/r', namespace: 'team' },
    ],
    [
      'a Job of a CronJob',
      { ...specOf('Job'), controller: { apiVersion: 'batch/v1', kind: 'CronJob', name: 'c', uid: '1' } },
      [],
      { how: 'manifest' },
    ],
    [
      'something of a core kind that has no pull secrets',
      { ...specOf('ReplicaSet'), controller: { apiVersion: 'v1', kind: 'Node', name: 'n', uid: '1' } },
      [],
      { how: 'owner', owner: 'node/n', namespace: 'team' },
    ],
    [
      'a service account',
      specOf('ServiceAccount'),
      pods,
      { how: 'account', target: target('ServiceAccount'), pods: ten },
    ],
    [
      'a Job without a list, which cannot be changed: its next pod has that of the service account',
      { ...specOf('Job'), serviceAccountName: 'ci' },
      pods,
      { how: 'account', target: target('ServiceAccount', 'ci'), pods: pods.slice(0, 6) },
    ],
    [
      'a Job without a list that may fail only twice more',
      specOf('Job', { backoffLimit: 3 }, { status: { failed: 1 } }),
      pods,
      { how: 'account', target: target('ServiceAccount', 'default'), pods: ['p0', 'p1'] },
    ],
    ['a Job with a list', { ...specOf('Job'), imagePullSecrets: list }, ['p'], { how: 'manifest' }],
    ['a Job that makes no other pod', specOf('Job', { backoffLimit: 0 }), ['p'], { how: 'manifest' }],
  ])('%s', (_, template, names, remedy) => {
    expect(remedyOfTemplate(template, names)).toEqual(remedy);
  });

  test('nobody says which pods there are', () => {
    expect(remedyOfTemplate(specOf('StatefulSet'))).toEqual({ how: 'template', target: target('StatefulSet') });
  });
});

describe('of a pod', () => {
  const pod = specOf('Pod');
  const annotations = { 'kubernetes.io/config.mirror': '' };
  const mirror: PullSpec = { ...specOf('Pod', { nodeName: 'node-7' }), annotations };
  test.each<[string, PullSpec, readonly PullSpec[], Controller | undefined, Remedy]>([
    ['nothing makes it', pod, [], undefined, { how: 'recreate', target: target('Pod') }],
    ['its manifest is on the node', mirror, [], rollout, { how: 'node', node: 'node-7' }],
    [
      'the uppermost is not known',
      pod,
      [specOf('ReplicaSet')],
      rollout,
      { how: 'owner', owner: 'rollout.argoproj.io/r', namespace: 'team' },
    ],
    ['the uppermost may not be read', pod, [], replicaSet, { how: 'manifest' }],
    [
      'its job is of a CronJob',
      pod,
      [specOf('Job'), specOf('CronJob')],
      undefined,
      { how: 'template', target: target('CronJob'), next: { step: 'run again', job: 'web' } },
    ],
    [
      'its job is of a CronJob, and has ended',
      pod,
      [specOf('Job', {}, { status: { conditions: [{ type: 'Failed', status: 'True' }] } }), specOf('CronJob')],
      undefined,
      { how: 'template', target: target('CronJob'), next: { step: 'run again' } },
    ],
    [
      'the uppermost decides',
      pod,
      [specOf('Job'), specOf('StatefulSet')],
      undefined,
      { how: 'template', target: target('StatefulSet'), next: { step: 'delete pods', pods: ['web'] } },
    ],
  ])('%s', (_, one, owners, unknownOwner, remedy) => {
    expect(remedyOfPod(one, owners, unknownOwner)).toEqual(remedy);
  });

  test('of a DaemonSet OnDelete: all that are like it are to be deleted', () => {
    const daemonSet = specOf('DaemonSet', { updateStrategy: { type: 'OnDelete' } });
    const next = { step: 'delete pods', pods: ten } as const;
    const remedy = { how: 'template', target: target('DaemonSet'), next };
    expect(remedyOfPod(pod, [daemonSet], undefined, pods)).toEqual(remedy);
  });
});

test.each<[Remedy['how'], Remedy, boolean]>([
  ['template', { how: 'template', target: target('Deployment') }, true],
  ['recreate', { how: 'recreate', target: target('Pod') }, true],
  ['account', { how: 'account', target: target('ServiceAccount'), pods: [] }, false],
  ['file', { how: 'file', file: 'a.yaml' }, false],
  ['owner', { how: 'owner', owner: 'rollout.argoproj.io/r', namespace: 'team' }, false],
  ['manifest', { how: 'manifest' }, false],
  ['node', { how: 'node', node: 'node-7' }, false],
])('a service account that allows only what it lists comes first for %s: %s', (_, remedy, comes) => {
  const allow = target('ServiceAccount', 'default');
  expect(remedyUnder(remedy, allow)).toEqual(comes ? { ...remedy, allow } : remedy);
});

test.each<[object, object, boolean]>([
  [{}, {}, true],
  [{}, { failed: 5 }, true],
  [{}, { failed: 6 }, false],
  [{ backoffLimit: 0 }, {}, false],
  [{ backoffLimit: 1 }, { failed: 0 }, true],
  [{ backoffLimit: 1 }, { failed: 1 }, false],
  [{ backoffLimit: '9' }, { failed: 7 }, false],
  [{ backoffLimit: 1 }, { failed: '3' }, true],
])('a Job with %j and %j makes another pod for one that is deleted: %s', (spec, status, expected) => {
  expect(failuresLeft({ object: { spec, status } }) > 0).toBe(expected);
});
