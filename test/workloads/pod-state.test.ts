/** The state of a pod, from its status. */
import { describe, expect, test } from 'vitest';
import { isRunning, otherTrouble, pullFailures, troubleBesideImages } from '../../src/workloads/pod-state.ts';

const waiting = (name: string, reason: string, message?: string): object => ({
  name,
  state: { waiting: { reason, ...(message === undefined ? {} : { message }) } },
});
const podWith = (...statuses: object[]): object => ({
  spec: {
    initContainers: [{ name: 'init', image: 'r.io/init' }],
    containers: [
      { name: 'app', image: 'r.io/app' },
      { name: 'side', image: 'r.io/side' },
    ],
  },
  status: { containerStatuses: statuses },
});

test.each<[string, object, string[]]>([
  ['nothing', podWith(), []],
  ['no status', { spec: { containers: [{ name: 'app', image: 'a' }] } }, []],
  ['an image that is not there', podWith(waiting('app', 'ErrImagePull', 'no')), ['r.io/app ErrImagePull no']],
  [
    'two of them',
    podWith(waiting('side', 'ImagePullBackOff'), waiting('app', 'ErrImagePull', 'no')),
    ['r.io/app ErrImagePull no', 'r.io/side ImagePullBackOff '],
  ],
  ['a pull that is put off', podWith(waiting('app', 'ErrImagePull', 'pull QPS exceeded')), []],
  ['a name that is no image, which no login helps', podWith(waiting('app', 'InvalidImageName', 'no')), []],
  ['a container that crashes', podWith(waiting('app', 'CrashLoopBackOff')), []],
  [
    'the text of an error for a reason',
    podWith(waiting('app', 'illegal base64 data at input byte 9')),
    ['r.io/app illegal base64 data at input byte 9 '],
  ],
])('images that a pod cannot pull: %s', (_, pod, failures) => {
  expect(pullFailures(pod).map(({ image, reason, message }) => `${image} ${reason} ${message}`)).toEqual(failures);
});

describe('other trouble', () => {
  test.each<[string, object, string | undefined]>([
    ['none', podWith(waiting('app', 'ErrImagePull', 'no'), { name: 'side', state: { running: {} } }), undefined],
    ['none without a status', {}, undefined],
    ['the pod has failed', { status: { phase: 'Failed' } }, 'has failed'],
    ['the pod has failed for a reason', { status: { phase: 'Failed', reason: 'Evicted' } }, 'has failed: Evicted'],
    ['with an empty reason', { status: { phase: 'Failed', reason: '' } }, 'has failed'],
    ['a container crashes', podWith(waiting('app', 'CrashLoopBackOff', 'again')), 'CrashLoopBackOff: again'],
    ['without more words', podWith(waiting('app', 'CreateContainerConfigError')), 'CreateContainerConfigError'],
    [
      'of the second container',
      podWith(waiting('app', 'ContainerCreating'), waiting('side', 'InvalidImageName', 'no')),
      'InvalidImageName: no',
    ],
    ['a reason that is no text', podWith({ name: 'app', state: { waiting: { reason: 1 } } }), undefined],
    [
      'of a container that prepares the pod',
      { status: { initContainerStatuses: [waiting('init', 'RunContainerError', 'no')] } },
      'RunContainerError: no',
    ],
  ])('%s', (_, pod, trouble) => {
    expect(otherTrouble(pod)).toBe(trouble);
  });
});

test.each<[string, object, string | undefined]>([
  [
    'a ConfigMap is missing',
    podWith(waiting('app', 'CreateContainerConfigError', 'configmap "gone" not found')),
    'CreateContainerConfigError: configmap "gone" not found',
  ],
  ['an image is missing, too', podWith(waiting('app', 'CrashLoopBackOff'), waiting('side', 'ErrImagePull')), undefined],
  ['the name of an image is not valid', podWith(waiting('app', 'InvalidImageName', 'no')), undefined],
  ['it has ended', { status: { phase: 'Failed', reason: 'Evicted' } }, undefined],
  ['it starts', podWith(waiting('app', 'ContainerCreating')), undefined],
  ['nobody has tried to find it a node', { status: { phase: 'Pending' } }, undefined],
  ['it is on a node', { status: { conditions: [{ type: 'PodScheduled', status: 'True' }] } }, undefined],
  [
    'no node takes it',
    {
      status: {
        phase: 'Pending',
        conditions: [
          { type: 'Ready', status: 'False', reason: 'No' },
          { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/1 nodes are available' },
        ],
      },
    },
    'Unschedulable: 0/1 nodes are available',
  ],
])('why a pod is not ready that misses no image: %s', (_, pod, trouble) => {
  expect(troubleBesideImages(pod)).toBe(trouble);
});

test.each<[object, boolean]>([
  [{}, false],
  [{ phase: 'Succeeded' }, true],
  [{ phase: 'Running' }, false],
  [{ phase: 'Running', containerStatuses: [] }, false],
  [{ phase: 'Running', containerStatuses: [{ ready: true }] }, true],
  [{ phase: 'Running', containerStatuses: [{ ready: true }, { ready: false }] }, false],
  [{ phase: 'Running', containerStatuses: [{ ready: 'true' }] }, false],
  [{ phase: 'Pending', containerStatuses: [{ ready: true }] }, false],
])('a pod with %j runs: %s', (status, expected) => {
  expect(isRunning({ status })).toBe(expected);
});
