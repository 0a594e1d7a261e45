/** Situations in which a diagnosis reads further objects: nodes that have the image, events, owners of owners. */
import { ghcrSecret } from './attach-request.ts';
import { account, failing, pull, type Situation, waits } from './observed-targets.ts';
import { type Stored, stored } from './stored-objects.ts';

const IMAGE = 'ghcr.io/acme/web';
const node = (names: readonly unknown[]): Stored => [
  'Node',
  { metadata: { name: 'n1' }, status: { nodeInfo: { kubeletVersion: 'v1.35.0' }, images: [{ names }] } },
];
const never = failing('web', {
  ...pull,
  spec: { nodeName: 'n1', containers: [{ name: 'app', image: IMAGE, imagePullPolicy: 'Never' }] },
  rest: waits({ reason: 'ErrImageNeverPull', message: 'Container image is not present with pull policy of Never' }),
});
const mute = failing('web', { rest: waits({ reason: 'ImagePullBackOff', message: 'Back-off' }) });
const event = (name: string, reason: string, message: string, fields: object = {}): Stored => [
  'Event',
  {
    metadata: { namespace: 'team', name },
    involvedObject: { kind: 'Pod', name: 'web', uid: 'web' },
    reason,
    message,
    lastTimestamp: `2026-11-25T12:0${name}:00Z`,
    ...fields,
  },
];
const of = (kind: 'Pod' | 'Job' | 'Deployment', name: string): Pick<Situation, 'targets'> => ({
  targets: [{ kind, name }],
});

export const DETAIL_SITUATIONS: readonly [string, Situation][] = [
  [
    'a pod that may not pull an image which its node has',
    { objects: [never, account(), ghcrSecret, node([7, `${IMAGE}:latest`])], ...of('Pod', 'web') },
  ],
  [
    'a pod that may not pull an image which its node has not',
    { objects: [never, account(), ghcrSecret, node([`${IMAGE}:other`])], ...of('Pod', 'web') },
  ],
  [
    'such a pod whose node may not be read',
    {
      objects: [never, account(), ghcrSecret, node([`${IMAGE}:latest`])],
      forbidden: ['get nodes'],
      ...of('Pod', 'web'),
    },
  ],
  [
    'a pod of which the last event says less, and one of another reason the same',
    {
      objects: [
        mute,
        account(),
        event('1', 'Failed', `Failed to pull image "${IMAGE}": no basic auth credentials`),
        event('2', 'BackOff', `Failed to pull image "${IMAGE}": timeout`),
        event('3', 'Failed', 'Error: ErrImagePull'),
      ],
      ...of('Pod', 'web'),
    },
  ],
  [
    'a pod whose events differ in time alone, of which the last counts',
    {
      objects: [
        mute,
        account(),
        event('2', 'Failed', `Failed to pull image "${IMAGE}": 429 Too Many Requests`, { count: 2 }),
        event('1', 'Failed', `Failed to pull image "${IMAGE}": no basic auth credentials`, { count: 'many' }),
        event('0', 'Failed', `Failed to pull image "${IMAGE}": x`, { lastTimestamp: 'soon', eventTime: 5 }),
      ],
      ...of('Pod', 'web'),
    },
  ],
  [
    'a pod that says itself why it waits, whatever its events say',
    {
      objects: [failing('web'), account(), event('1', 'Failed', `Failed to pull image "${IMAGE}": timeout`)],
      ...of('Pod', 'web'),
    },
  ],
  [
    'a Job of a CronJob of something unknown',
    {
      objects: [
        stored('Job', 'j', { list: ['pul'], owner: 'CronJob/c' }),
        stored('CronJob', 'c', { owner: 'Rollout/r' }),
        account(),
        ghcrSecret,
      ],
      ...of('Job', 'j'),
    },
  ],
  [
    'a pod of a ReplicaSet of something unknown, with a list of its template',
    {
      objects: [
        failing('web', { owner: 'ReplicaSet/rs' }),
        stored('ReplicaSet', 'rs', { ...pull, owner: 'Rollout/r' }),
        account(),
        ghcrSecret,
      ],
      ...of('Pod', 'web'),
    },
  ],
];
