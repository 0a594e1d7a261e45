/** Images of containers: when each is pulled, and its state in a pod. */
import { describe, expect, test } from 'vitest';
import { containerStatuses, containersIn, imageUses } from '../../src/workloads/container-images.ts';

const wait = (reason: string, message?: string): object => ({ waiting: { reason, ...(message && { message }) } });
const ended = { terminated: { exitCode: 1 } };

test('all containers of a pod, whatever for, and what its status says of each', () => {
  const spec = { ephemeralContainers: ['e'], containers: ['c', 'd'], initContainers: ['i'], other: ['x'] };
  expect(containersIn(spec)).toEqual(['i', 'c', 'd', 'e']);
  const status = { ephemeralContainerStatuses: ['e'], containerStatuses: ['c'], initContainerStatuses: ['i', 'j'] };
  expect(containerStatuses(status)).toEqual(['i', 'j', 'c', 'e']);
});

describe('the pull policy', () => {
  test.each<[string, unknown, string]>([
    ['a', undefined, 'Always'],
    ['a:latest', undefined, 'Always'],
    ['a:v1', undefined, 'IfNotPresent'],
    ['a:notlatest', undefined, 'IfNotPresent'],
    ['r.io:5000/a', undefined, 'Always'],
    ['r.io:5000/a:v1', undefined, 'IfNotPresent'],
    ['a@sha256:0', undefined, 'IfNotPresent'],
    ['a:latest@sha256:0', undefined, 'IfNotPresent'],
    ['a', 'Never', 'Never'],
    ['a', 'IfNotPresent', 'IfNotPresent'],
    ['a:v1', 'Always', 'Always'],
    ['a:v1', 'other', 'IfNotPresent'],
  ])('of %s with %s is %s', (image, imagePullPolicy, policy) => {
    const [use] = imageUses({ containers: [{ name: 'app', image, imagePullPolicy }] });
    expect(use).toEqual({ image, containers: ['app'], policy, state: { status: 'not used' } });
  });
});

describe('a container', () => {
  const missing = (reason: string, message: string, pullError: string): object => ({
    status: 'missing',
    reason,
    message,
    pullError,
  });
  test.each<[string, object | undefined, object]>([
    ['has no status', undefined, { status: 'not tried' }],
    ['has no state', { imageID: '' }, { status: 'not tried' }],
    ['runs', { imageID: 'x', state: { running: {} } }, { status: 'there' }],
    ['has ended', { imageID: '', state: ended }, { status: 'there' }],
    ['waits', { state: wait('ContainerCreating') }, { status: 'not tried' }],
    ['waits without a reason', { state: { waiting: {} } }, { status: 'not tried' }],
    ['waits with an image from before', { imageID: 'x', state: wait('ContainerCreating') }, { status: 'there' }],
    ['waits to run again', { state: wait('PodInitializing'), lastState: ended }, { status: 'there' }],
    ['waits, and has not run before', { state: wait('PodInitializing'), lastState: {} }, { status: 'not tried' }],
    ['crashes', { state: wait('CrashLoopBackOff') }, { status: 'there' }],
    [
      'cannot pull',
      { imageID: 'x', state: wait('ErrImagePull', 'no such host') },
      missing('ErrImagePull', 'no such host', 'name'),
    ],
    ['cannot pull, without words', { state: wait('ImagePullBackOff') }, missing('ImagePullBackOff', '', 'other')],
  ])('%s', (_, status, state) => {
    const containerStatuses = status === undefined ? [] : [{ name: 'app', ...status }];
    const spec = { containers: [{ name: 'app', image: 'a:v1' }] };
    expect(imageUses(spec, { containerStatuses }).map((use) => use.state)).toEqual([state]);
  });
});

test('the status of another container says nothing', () => {
  const status = { containerStatuses: [{ name: 'b', state: { running: {} } }] };
  const [use] = imageUses({ containers: [{ name: 'a', image: 'x:1' }] }, status);
  expect(use?.state).toEqual({ status: 'not tried' });
});

describe('several containers with one image', () => {
  const spec = {
    initContainers: [{ name: 'init', image: 'a:1' }],
    containers: [
      { name: 'b', image: 'a:1' },
      { name: 'c', image: 'b:1' },
      { name: 'd', image: 'a:1' },
      { name: 'e', image: 'a:1', imagePullPolicy: 'Always' },
    ],
  };
  const stateOf = { 'not tried': {}, there: { running: {} }, missing: wait('ErrImagePull') };

  test('are one, for each policy, in their order', () => {
    expect(imageUses(spec).map(({ image, policy, containers }) => [image, policy, ...containers])).toEqual([
      ['a:1', 'IfNotPresent', 'init', 'b', 'd'],
      ['b:1', 'IfNotPresent', 'c'],
      ['a:1', 'Always', 'e'],
    ]);
  });

  test.each<[keyof typeof stateOf, keyof typeof stateOf, keyof typeof stateOf]>([
    ['there', 'not tried', 'not tried'],
    ['not tried', 'there', 'not tried'],
    ['missing', 'there', 'missing'],
    ['not tried', 'missing', 'missing'],
    ['there', 'there', 'there'],
  ])('%s and %s is %s', (one, other, worst) => {
    const status = {
      initContainerStatuses: [{ name: 'init', state: { running: {} } }],
      containerStatuses: [
        { name: 'b', ...(one === 'not tried' ? {} : { state: stateOf[one] }) },
        { name: 'd', ...(other === 'not tried' ? {} : { state: stateOf[other] }) },
      ],
    };
    expect(imageUses(spec, status)[0]?.state.status).toBe(worst);
  });
});

describe('a volume that is an image', () => {
  const digest = `sha256:${'0'.repeat(64)}`;
  const pulled = (reference: string, message: string, image = 'r.io/app:v1'): string[] =>
    imageUses(
      {
        containers: [{ name: 'app', image }],
        volumes: [{ name: 'v', image: { reference, pullPolicy: 'Never' } }],
      },
      { containerStatuses: [{ name: 'app', state: wait('ErrImagePull', message) }] },
    ).map((use) => `${use.image} ${use.policy} ${use.state.status}`);

  test.each<[string, string, string]>([
    ['by its digest', `acme/data@${digest}`, `docker.io/acme/data@${digest}`],
    ['by its tag', 'acme/data:v2', 'docker.io/acme/data:v2'],
    ['without a tag', 'data', 'docker.io/library/data:latest'],
    ['that is no name', 'acme/Data', 'acme/Data'],
  ])('%s', (_, reference, name) => {
    expect(pulled(reference, `failed to pull "${name}"`)).toEqual([
      'r.io/app:v1 IfNotPresent not tried',
      `${reference} Never missing`,
    ]);
    expect(pulled(reference, `failed to pull ${name}`)).toEqual([
      'r.io/app:v1 IfNotPresent missing',
      `${reference} Never not tried`,
    ]);
  });

  test('the image of the container itself', () => {
    expect(pulled('a:v1', 'failed to pull "a:v1"', 'a:v1')).toEqual([
      'a:v1 IfNotPresent missing',
      'a:v1 Never not tried',
    ]);
  });

  test('of a template', () => {
    const spec = {
      volumes: [
        { name: 'v', image: { reference: 'a' } },
        { name: 'w', image: {} },
      ],
    };
    expect(imageUses(spec)).toEqual([
      { image: 'a', containers: ['v'], volume: true, policy: 'Always', state: { status: 'not used' } },
    ]);
  });
});
