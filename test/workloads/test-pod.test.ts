/** The pod that asks a node: which pods are left over, and what the status of one says. */
import { describe, expect, test } from 'vitest';
import { hadSecrets, isLeftOver, pullCost, testPod, testState } from '../../src/workloads/test-pod.ts';

const CREATED = '2026-11-25T12:00:00Z';
const seconds = (count: number): number => Date.parse(CREATED) + count * 1000;

interface Shape {
  readonly metadata: object;
  readonly spec: { readonly containers: readonly [object] };
}

const made = (): Shape => {
  const pod = testPod({
    id: 'abcdef123456',
    image: 'r.io/a:1',
    account: 'default',
    deadlineSeconds: 130,
  }) as unknown as Shape;
  return { ...pod, metadata: { ...pod.metadata, creationTimestamp: CREATED } };
};
const named = (metadata: object): Shape => ({ ...made(), metadata: { ...made().metadata, ...metadata } });
const like = (spec: object): Shape => ({ ...made(), spec: { ...made().spec, ...spec } });
const running = (container: object): Shape => like({ containers: [{ ...made().spec.containers[0], ...container }] });

describe('a pod', () => {
  test.each<[string, Shape, number, boolean]>([
    ['of ours, past its deadline', made(), 131, true],
    ['of ours, at its deadline', made(), 130, false],
    ['of ours, before its deadline', made(), 5, false],
    ['without our label', named({ labels: {} }), 1000, false],
    ['with the label of another program', named({ labels: { 'app.kubernetes.io/managed-by': 'Helm' } }), 1000, false],
    ['with our label and another name', named({ name: 'web' }), 1000, false],
    ['with a name that only begins like ours', named({ name: 'regsecret-pull-test' }), 1000, false],
    ['with the name of another of ours', named({ name: 'regsecret-pull-test-abcdef123457' }), 1000, false],
    ['with a program', running({ command: ['/app'] }), 1000, false],
    ['with arguments', running({ command: ['/regsecret-pull-test/abcdef123456', 'x'] }), 1000, false],
    ['with the program of its image', running({ command: undefined }), 1000, false],
    ['with a container of another name', running({ name: 'app' }), 1000, false],
    ['without a deadline', like({ activeDeadlineSeconds: undefined }), 1000, false],
    ['of an unknown age', named({ creationTimestamp: 'yesterday' }), 1000, false],
  ])('%s', (_, pod, age, is) => {
    expect(isLeftOver(pod, seconds(age))).toBe(is);
  });

  test.each([undefined, null, 'pod', {}, { spec: { containers: 'x' } }])('%j is none', (pod) => {
    expect(isLeftOver(pod, seconds(1000))).toBe(false);
  });
});

const own = (state: object, rest: object = {}): object => ({
  phase: 'Pending',
  containerStatuses: [{ name: 'regsecret-pull-test', imageID: '', state, ...rest }],
});
const waiting = (reason: string, message = ''): object => own({ waiting: { reason, message } });

describe('the status', () => {
  test.each<[string, object | undefined, string]>([
    ['of a pod that has just been created', undefined, 'waiting'],
    ['of a container that is on its way', waiting('ContainerCreating'), 'waiting'],
    ['of a container whose user is root', waiting('CreateContainerConfigError', 'image will run as root'), 'pulled'],
    ['of a container that CRI-O cannot create', waiting('CreateContainerError', 'no such file'), 'pulled'],
    ['of a container that cannot start', own({ terminated: { reason: 'StartError', exitCode: 128 } }), 'pulled'],
    ['of a failed pull', waiting('ErrImagePull', '401 Unauthorized'), 'failed'],
    ['between two attempts', waiting('ImagePullBackOff', 'Back-off pulling image'), 'failed'],
    ['of a pull that is put off', waiting('ErrImagePull', 'pull QPS exceeded'), 'waiting'],
    ['whose reason is the whole error', waiting('illegal base64 data at input byte 9'), 'failed'],
    ['of a pod that the kubelet rejects', { phase: 'Failed', reason: 'OutOfpods' }, 'ended'],
    [
      'of a pod that the kubelet has ended',
      { ...own({ terminated: { reason: 'ContainerStatusUnknown' } }), phase: 'Failed', reason: 'DeadlineExceeded' },
      'ended',
    ],
    ['of another container that runs', { containerStatuses: [{ name: 'proxy', state: { running: {} } }] }, 'waiting'],
  ])('%s', (_, status, is) => {
    expect(testState({ ...made(), status }).is).toBe(is);
  });

  test('of a pod that no node takes says why', () => {
    const conditions = [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/2 nodes' }];
    expect(testState({ ...made(), status: { conditions } })).toEqual({
      is: 'waiting',
      reason: 'Unschedulable: 0/2 nodes',
    });
  });
});

test.each([
  [
    'Pulled',
    'Successfully pulled image "r.io/a:1" in 1.5s (2s including waiting). Image size: 714871 bytes.',
    '1.5s 714871',
  ],
  ['Pulled', 'Container image "r.io/a:1" already present on machine', ''],
  ['Failed', 'Successfully pulled image "r.io/a:1" in 1s (1s including waiting). Image size: 7 bytes.', ''],
])('the event %s: %s', (reason, message, cost) => {
  expect(Object.values(pullCost({ reason, message }) ?? {}).join(' ')).toBe(cost);
});

describe('a failed attempt', () => {
  const pulling = (second: number, count = 1) => event('Pulling', 'Pulling image "r.io/a:1"', second, count);
  const failing = (second: number, count = 1) => event('Failed', 'Failed to pull image "r.io/a:1": 401', second, count);
  const unread = (second: number, names = 'pull') =>
    event(
      'FailedToRetrieveImagePullSecret',
      `Unable to retrieve some image pull secrets (${names}); attempting`,
      second,
    );
  const event = (reason: string, message: string, second: number, count = 1) => ({
    reason,
    message,
    count,
    at: seconds(second),
  });

  test.each<[string, Parameters<typeof hadSecrets>[0], boolean | undefined]>([
    ['of which no event tells yet', [], undefined],
    ['that goes on', [pulling(1)], undefined],
    ['that had all Secrets', [pulling(1), failing(1)], true],
    ['without a Secret that the kubelet had not got yet', [unread(1), pulling(1), failing(2)], false],
    ['without a Secret that is not there', [unread(1, 'gone'), pulling(1), failing(2)], true],
    ['without one that is there, and one that is not', [unread(1, 'gone, pull'), pulling(1), failing(2)], false],
    ['after that, which goes on', [unread(1), failing(2), pulling(12, 2)], undefined],
    ['after that, which had the Secret', [unread(1), pulling(12, 2), failing(12, 2)], true],
    ['after that, without it again', [pulling(12, 2), unread(12), failing(13, 2)], false],
    ['of a name that is none', [event('InspectFailed', 'Failed to apply default image tag', 1)], true],
  ])('%s', (_, events, is) => {
    expect(hadSecrets(events, (name) => name === 'gone')).toBe(is);
  });
});
