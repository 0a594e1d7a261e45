/** Groups of equal pods, of which only one is examined. */
import { describe, expect, test } from 'vitest';
import { pullKind } from '../../src/workloads/kind.ts';
import { addPod, briefly, hasEnded, type PodGroup, type PodGroups, trouble } from '../../src/workloads/pod-group.ts';
import { type PullSpec, pullSpecOf } from '../../src/workloads/pull-spec.ts';

interface Made {
  readonly name?: string;
  readonly namespace?: string;
  readonly owner?: string;
  readonly image?: string;
  readonly spec?: object;
  readonly metadata?: object;
  readonly phase?: string;
  readonly waiting?: object;
}

function podOf({ name = 'a', namespace = 'team', owner = '1', image = 'r.io/app:1', ...more }: Made = {}): PullSpec {
  const { spec = {}, metadata = {}, phase = 'Pending', waiting } = more;
  const state = waiting === undefined ? { running: {} } : { waiting };
  const status = { name: 'app', image, imageID: waiting === undefined ? `${image}@sha256:1` : '', state };
  const ownerReferences = [{ kind: 'ReplicaSet', name: 'web', uid: owner, controller: true }];
  const object = {
    metadata: { name, namespace, uid: name, ownerReferences, ...metadata },
    spec: { nodeName: 'n', containers: [{ name: 'app', image }], ...spec },
    status: { phase, containerStatuses: [status] },
  };
  return pullSpecOf(pullKind('Pod'), object) as PullSpec;
}

function grouped(...pods: PullSpec[]): PodGroup[] {
  const groups: PodGroups = new Map();
  for (const pod of pods) addPod(groups, pod);
  return [...groups.values()];
}

const failing = { reason: 'ErrImagePull', message: 'no basic auth credentials' };

test.each<[string, Made, number]>([
  ['its name', { name: 'b' }, 1],
  ['its tag', { image: 'r.io/app:2' }, 1],
  ['a digest for its tag', { image: 'r.io/app@sha256:2' }, 1],
  ['its repository', { image: 'r.io/other:1' }, 2],
  ['the port of its registry', { image: 'r.io:5000/app' }, 2],
  ['its namespace', { namespace: 'other' }, 2],
  ['its owner', { owner: '2' }, 2],
  ['its service account', { spec: { serviceAccountName: 'ci' } }, 2],
  ['its list', { spec: { imagePullSecrets: [{ name: 'a' }] } }, 2],
  ['whether it has a node', { spec: { nodeName: undefined } }, 2],
  ['that it is being deleted', { metadata: { deletionTimestamp: 'now' } }, 2],
  ['that it has ended', { phase: 'Succeeded' }, 2],
  ['that it cannot pull', { waiting: failing }, 2],
])('two pods that differ in %s', (_, other, groups) => {
  const found = grouped(podOf(), podOf(other));
  expect(found).toHaveLength(groups);
  expect(found.map(({ count }) => count)).toEqual(groups === 1 ? [2] : [1, 1]);
});

describe('of pods without a controller', () => {
  test.each<[string, Made, string[][]]>([
    [
      'each that cannot pull is a group: a command for one leaves the others as they are',
      { waiting: failing },
      [['a'], ['b']],
    ],
    ['those that have pulled are one', {}, [['a', 'b']]],
    ['those that have ended without an image are one', { waiting: failing, phase: 'Failed' }, [['a', 'b']]],
  ])('%s', (_, pod, groups) => {
    const pods = ['a', 'b'].map((name) => podOf({ ...pod, name, metadata: { uid: name, ownerReferences: [] } }));
    expect(grouped(...pods).map(({ names }) => names)).toEqual(groups);
  });
});

test('pods that cannot pull are told apart by their tags, which decide whether there is an image', () => {
  expect(grouped(podOf({ waiting: failing }), podOf({ waiting: failing, image: 'r.io/app:2' }))).toHaveLength(2);
});

describe('how bad it is', () => {
  test.each<[string, Made, number]>([
    ['images are missing', { waiting: failing }, 2],
    ['nobody has tried', { waiting: { reason: 'ContainerCreating' } }, 1],
    ['they are there', {}, 0],
    ['it has ended', { phase: 'Failed', waiting: failing }, -1],
    ['it is being deleted', { metadata: { deletionTimestamp: 'now' }, waiting: failing }, -1],
  ])('%s', (_, made, expected) => {
    expect(grouped(podOf(made)).map(trouble)).toEqual([expected]);
  });
});

test.each([
  ['Succeeded', true],
  ['Failed', true],
  ['Running', false],
  ['Pending', false],
])('a pod that is %s has ended: %s', (phase, expected) => {
  expect(hasEnded({ status: { phase } })).toBe(expected);
});

test('of a pod of which nothing more is asked only the node, the phase and whether it is ready are kept', () => {
  const [quiet] = grouped(podOf({ phase: 'Running' }));
  const kept = briefly(quiet as PodGroup);
  expect(kept.images).toEqual([]);
  expect(kept.object).toEqual({
    metadata: quiet?.pod.object.metadata,
    spec: { nodeName: 'n' },
    status: { phase: 'Running', conditions: [] },
  });
  const [loud] = grouped(podOf({ waiting: failing }));
  expect(briefly(loud as PodGroup)).toBe(loud?.pod);
});

test('what is kept of the first pod of a group is chosen once', () => {
  const groups: PodGroups = new Map();
  const keep = (group: PodGroup): PullSpec => ({ ...group.pod, images: [`kept ${group.count}`] });
  addPod(groups, podOf(), keep);
  addPod(groups, podOf({ name: 'b' }), keep);
  expect([...groups.values()].map(({ pod, count }) => [pod.ref.name, pod.images, count])).toEqual([
    ['a', ['kept 1'], 2],
  ]);
});

test('of a thousand pods that are alike, as many names are kept as a command has room for', () => {
  const [group] = grouped(...Array.from({ length: 1000 }, (_, index) => podOf({ name: `p${index}` })));
  expect(group?.count).toBe(1000);
  expect(group?.names).toEqual(['p0', 'p1', 'p2', 'p3', 'p4', 'p5', 'p6', 'p7', 'p8', 'p9']);
});
