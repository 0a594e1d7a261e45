/** Events explain pods that fail without a message in their status. One pod and many get the same result, with few requests. */
import { expect, test } from 'vitest';
import type { Transport } from '../../src/cluster/transport.ts';
import { createCollector } from '../../src/gather/collector.ts';
import { gatherPod, podEvents } from '../../src/gather/pod.ts';
import { observeScope } from '../../src/gather/scope.ts';
import { account, failing, waits } from '../support/observed-targets.ts';
import { type Stored, storedObjects } from '../support/stored-objects.ts';

const DENIED = 'Failed to pull image "ghcr.io/acme/web": no basic auth credentials';
const event = (pod: string, reason: string, lastTimestamp: string, uid = pod, message = DENIED): Stored => [
  'Event',
  {
    metadata: { namespace: 'team', name: `${pod}.${reason}.${message.length}` },
    involvedObject: { kind: 'Pod', name: pod, uid },
    reason,
    message,
    lastTimestamp,
  },
];
const ref = (name: string) => ({ kind: 'Pod', namespace: 'team', name }) as const;

/** A cluster whose pods all have different lists, so that they form no group. */
function world(count: number): { readonly transport: Transport; readonly paths: string[] } {
  const names = Array.from({ length: count }, (_, index) => `web-${index}`);
  const inner = storedObjects([
    account(),
    ...names.map((name) => failing(name, { list: [name], rest: waits({ reason: 'ImagePullBackOff', message: '' }) })),
    ...names.flatMap((name) => [
      event(name, 'Failed', '2026-11-25T12:00:02Z'),
      event(name, 'Pulling', '2026-11-25T12:00:01Z'),
      event(name, 'Scheduled', '2026-11-25T12:00:00Z'),
    ]),
    event('another', 'Failed', '2026-11-25T12:00:00Z'),
  ]);
  const paths: string[] = [];
  const transport: Transport = {
    ...inner,
    request: (request) => {
      paths.push(request.path);
      return inner.request(request);
    },
  };
  return { transport, paths };
}

test.each([
  [8, 8],
  [9, 1],
  [40, 1],
])('%d pods: requests for events: %d', async (count, requests) => {
  const { transport, paths } = world(count);
  const { pullers } = await observeScope({ offline: true }, createCollector(transport));
  expect(paths.filter((path) => path.endsWith('/events'))).toHaveLength(requests);
  const pods = pullers.filter(({ pod }) => pod !== undefined);
  expect(pods).toHaveLength(count);
  const alone = await podEvents(ref('web-0'), createCollector(transport));
  expect(alone.map(({ reason }) => reason)).toEqual(['Pulling', 'Failed']);
  const events = alone.map(({ uid: _, ...rest }) => rest);
  for (const { pod, images } of pods) {
    expect(pod?.events).toEqual(events);
    expect(images[0]?.state).toMatchObject({ status: 'missing', message: DENIED });
  }
});

test('where events may not be listed, pods are judged without', async () => {
  const { transport } = world(9);
  const request: Transport['request'] = (one) =>
    one.path.endsWith('/events') ? storedObjects([], ['list events']).request(one) : transport.request(one);
  const observed = await observeScope({ offline: true }, createCollector({ ...transport, request }));
  expect(observed.pullers.flatMap(({ pod }) => pod?.events ?? [])).toEqual([]);
  expect(observed.unchecked).toContain('list events');
});

const MIRROR = { metadata: { annotations: { 'kubernetes.io/config.mirror': 'of-its-file' } } };

test.each([
  ['of the pod', 'web', {}, 1],
  ['of a former pod of its name', 'former', {}, 0],
  ['without a UID', '', {}, 0],
  ['of a static pod, which have the UID of its file', 'of-its-file', MIRROR, 1],
  ['of a static pod, by the UID of the pod', 'web', MIRROR, 0],
])('events %s', async (_, uid, options, count) => {
  const pod = failing('web', { ...options, rest: waits({ reason: 'ImagePullBackOff', message: '' }) });
  const collector = createCollector(
    storedObjects([account(), pod, event('web', 'Failed', '2026-11-25T12:00:02Z', uid)]),
  );
  const puller = await gatherPod(ref('web'), collector);
  expect(puller.pod?.events).toHaveLength(count);
});

const AT = '2026-11-25T12:00:02Z';
const MOUNT = 'MountVolume.SetUp failed for volume "v" : secret "gone" not found';
const mount = (at = AT, uid = 'web', message = MOUNT): Stored => event('web', 'FailedMount', at, uid, message);
const LATE = 'Unable to attach or mount volumes: unmounted volumes=[v]: context deadline exceeded';

test.each<[title: string, events: readonly Stored[], rest: object, trouble: string | undefined]>([
  ['a volume is missing', [mount()], {}, `FailedMount: ${MOUNT}`],
  [
    'the last word does not say why',
    [mount(), mount('2026-11-25T12:02:00Z', 'web', LATE)],
    {},
    `FailedMount: ${MOUNT}`,
  ],
  ['only the last word is left', [mount(AT, 'web', LATE)], {}, `FailedMount: ${LATE}`],
  ['it is mounted since, and the image is pulled', [mount(), event('web', 'Pulling', AT)], {}, undefined],
  ['behind an init container', [mount()], waits({ reason: 'PodInitializing' }), `FailedMount: ${MOUNT}`],
  ['a former pod of its name', [mount(AT, 'former')], {}, undefined],
  ['it has failed', [mount()], { status: { phase: 'Failed' } }, undefined],
  [
    'a container cannot be made',
    [mount()],
    waits({ reason: 'CreateContainerConfigError', message: 'no' }),
    'CreateContainerConfigError: no',
  ],
])('a pod that waits for its volumes: %s', async (_, events, rest, trouble) => {
  const pod = failing('web', { rest: { ...waits({ reason: 'ContainerCreating' }), ...rest } });
  const transport = storedObjects([account(), pod, ...events]);
  const puller = await gatherPod(ref('web'), createCollector(transport));
  expect(puller.pod?.trouble).toBe(trouble);
  const { scope } = await observeScope({ offline: true }, createCollector(transport));
  expect(scope?.counts.troubledPods).toBe(trouble && 1);
});
