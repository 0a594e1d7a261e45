/** Situations in which a diagnosis looks at single objects, and the objects that the situations share. */

import type { ScopeOptions } from '../../src/gather/scope.ts';
import type { DoctorTarget } from '../../src/workloads/target.ts';
import { ghcrSecret, secretFor } from './attach-request.ts';
import { type Stored, type StoredOptions, stored } from './stored-objects.ts';

export interface Situation {
  readonly objects: readonly Stored[];
  readonly forbidden?: readonly string[];
  /** Left out: the whole namespace. */
  readonly targets?: readonly DoctorTarget[];
  readonly options?: ScopeOptions;
}

export const WAITING = { reason: 'ErrImagePull', message: 'no basic auth credentials' };
export const NO_CONFIG_MAP = { reason: 'CreateContainerConfigError', message: 'configmap "gone" not found' };
export const waits = (waiting: object): object => ({
  status: { phase: 'Pending', containerStatuses: [{ name: 'app', imageID: '', state: { waiting } }] },
});
export const failing = (name: string, options: StoredOptions = {}): Stored =>
  stored('Pod', name, { rest: waits(WAITING), spec: { nodeName: 'n1' }, ...options });
export const account = (list: readonly string[] = []): Stored => stored('ServiceAccount', 'default', { list });
const node: Stored = [
  'Node',
  {
    metadata: { name: 'n1' },
    status: { nodeInfo: { kubeletVersion: 'v1.31.0' }, images: [{ names: ['ghcr.io/acme/web:latest', 7] }, {}] },
  },
];
const event = (reason: string, fields: object): Stored => [
  'Event',
  {
    metadata: { namespace: 'team', name: reason },
    involvedObject: { kind: 'Pod', name: 'web', uid: 'web' },
    reason,
    ...fields,
  },
];
const of = (kind: DoctorTarget['kind'], name: string): { targets: DoctorTarget[] } => ({ targets: [{ kind, name }] });
const labels = { app: 'web' };
const selector = { selector: { matchLabels: labels } };
export const made = [
  stored('Deployment', 'web', { spec: selector }),
  stored('ReplicaSet', 'web-1', { owner: 'Deployment/web', metadata: { labels } }),
  failing('web-1-a', { owner: 'ReplicaSet/web-1', metadata: { labels } }),
  failing('web-1-b', { owner: 'ReplicaSet/web-1', metadata: { labels } }),
  stored('Pod', 'stranger', { metadata: { labels } }),
];
export const pull = { list: ['pull'] };
const revision = (value: string): object => ({ annotations: { 'deployment.kubernetes.io/revision': value } });
const never = { image: 'ghcr.io/acme/web:gone', policy: 'Never' };

/** Situations with named targets. */
export const TARGET_SITUATIONS: readonly [string, Situation][] = [
  [
    'a pod whose ConfigMap is missing',
    { objects: [stored('Pod', 'web', { rest: waits(NO_CONFIG_MAP) }), account()], ...of('Pod', 'web') },
  ],
  [
    'the same with another image',
    {
      objects: [stored('Pod', 'web', { rest: waits(NO_CONFIG_MAP) }), account()],
      ...of('Pod', 'web'),
      options: { image: ['ghcr.io/acme/api'] },
    },
  ],
  ['a pod without a list', { objects: [failing('web'), account(), node, ghcrSecret], ...of('Pod', 'web') }],
  ['a pod with a Secret that fits', { objects: [failing('web', pull), account(), ghcrSecret], ...of('Pod', 'web') }],
  [
    'a pod with a Secret that is missing',
    { objects: [failing('web', pull), account(), secretFor('pul', 'ghcr.io')], ...of('Pod', 'web') },
  ],
  [
    'a pod with a Secret of another namespace',
    { objects: [failing('web', pull), account(), secretFor('pull', 'ghcr.io', 'prod')], ...of('Pod', 'web') },
  ],
  [
    'a pod with a Secret that may not be read',
    { objects: [failing('web', pull), account(), ghcrSecret], forbidden: ['get secrets'], ...of('Pod', 'web') },
  ],
  [
    'a pod whose account has the Secret that it has not',
    { objects: [failing('web'), account(['pull']), ghcrSecret], ...of('Pod', 'web') },
  ],
  [
    'a pod whose account may not be read',
    { objects: [failing('web'), account()], forbidden: ['get serviceaccounts'], ...of('Pod', 'web') },
  ],
  [
    'a pod of a Deployment with a list',
    {
      objects: [
        failing('web', { owner: 'ReplicaSet/rs' }),
        stored('ReplicaSet', 'rs', { owner: 'Deployment/web' }),
        stored('Deployment', 'web', pull),
        account(),
        ghcrSecret,
      ],
      ...of('Pod', 'web'),
    },
  ],
  [
    'a pod of a ReplicaSet of something unknown',
    {
      objects: [
        failing('web', { owner: 'ReplicaSet/rs' }),
        stored('ReplicaSet', 'rs', { owner: 'Rollout/r' }),
        account(),
      ],
      ...of('Pod', 'web'),
    },
  ],
  [
    'a pod whose owner may not be read',
    {
      objects: [failing('web', { owner: 'ReplicaSet/rs' }), stored('ReplicaSet', 'rs'), account()],
      forbidden: ['get replicasets'],
      ...of('Pod', 'web'),
    },
  ],
  [
    'such a pod whose ReplicaSet says by its name which Deployment made it',
    {
      objects: [
        failing('web', { owner: 'ReplicaSet/web-5b57', metadata: { labels: { 'pod-template-hash': '5b57' } } }),
        account(),
      ],
      forbidden: ['get replicasets'],
      ...of('Pod', 'web'),
    },
  ],
  [
    'a pod whose Deployment may not be read',
    {
      objects: [
        failing('web', { owner: 'ReplicaSet/rs' }),
        stored('ReplicaSet', 'rs', { owner: 'Deployment/web' }),
        account(),
      ],
      forbidden: ['get deployments'],
      ...of('Pod', 'web'),
    },
  ],
  [
    'a pod whose StatefulSet may not be read',
    {
      objects: [failing('web', { owner: 'StatefulSet/db' }), account()],
      forbidden: ['get statefulsets'],
      ...of('Pod', 'web'),
    },
  ],
  ['a pod that is not there', { objects: [failing('wep')], ...of('Pod', 'web') }],
  [
    'a pod that says only in events why it waits',
    {
      objects: [
        failing('web', { rest: waits({ reason: 'ImagePullBackOff', message: 'Back-off' }) }),
        account(),
        event('Failed', {
          message: 'Failed to pull image "ghcr.io/acme/web": no basic auth credentials',
          count: 3,
          lastTimestamp: '2026-11-25T12:00:00Z',
          firstTimestamp: '2026-11-25T11:00:00Z',
        }),
        event('BackOff', {
          message: 'Back-off',
          series: { count: 7, lastObservedTime: '2026-11-25T11:30:00Z' },
          eventTime: '2026-11-25T11:00:00Z',
        }),
        event('Pulling', { eventTime: '2026-11-25T11:00:00Z' }),
        event('Failed', {
          metadata: { namespace: 'team', name: 'other' },
          message: 'Failed to pull image "quay.io/other": timeout',
          lastTimestamp: '2026-11-25T12:30:00Z',
        }),
        event('Scheduled', { lastTimestamp: '2026-11-25T10:00:00Z' }),
      ],
      ...of('Pod', 'web'),
    },
  ],
  [
    'and events may not be listed',
    {
      objects: [failing('web', { rest: waits({ reason: 'ImagePullBackOff', message: 'Back-off' }) }), account()],
      forbidden: ['list events'],
      ...of('Pod', 'web'),
    },
  ],
  [
    'a pod that is done',
    { objects: [stored('Pod', 'web', { rest: { status: { phase: 'Succeeded' } } }), account()], ...of('Pod', 'web') },
  ],
  [
    'a pod that is about to go',
    {
      objects: [failing('web', { metadata: { deletionTimestamp: '2026-11-25T12:00:00Z' } }), account()],
      ...of('Pod', 'web'),
    },
  ],
  ['a Deployment whose pods fail', { objects: [...made, account(), ghcrSecret], ...of('Deployment', 'web') }],
  [
    'a Deployment whose ReplicaSets may not be listed',
    { objects: [...made, account()], forbidden: ['list replicasets'], ...of('Deployment', 'web') },
  ],
  [
    'a Deployment whose new pod fails, and an old one, too',
    {
      objects: [
        stored('ReplicaSet', 'web-1', { owner: 'Deployment/web', metadata: revision('1') }),
        stored('ReplicaSet', 'web-2', { owner: 'Deployment/web', metadata: revision('2'), ...never }),
        failing('web-1-a', { owner: 'ReplicaSet/web-1', metadata: { creationTimestamp: '2026-11-25T11:00:00Z' } }),
        failing('web-2-a', {
          owner: 'ReplicaSet/web-2',
          ...never,
          metadata: { creationTimestamp: '2026-11-25T12:00:00Z' },
          rest: waits({
            reason: 'ErrImageNeverPull',
            message: 'Container image is not present with pull policy of Never',
          }),
        }),
        stored('Deployment', 'web', { metadata: revision('2'), ...never }),
        account(),
        ghcrSecret,
      ],
      ...of('Deployment', 'web'),
    },
  ],
  [
    'a StatefulSet without pods',
    { objects: [stored('StatefulSet', 'db', pull), account(), ghcrSecret], ...of('StatefulSet', 'db') },
  ],
  [
    'a ReplicationController, whose selector is plain',
    {
      objects: [
        stored('ReplicationController', 'rc', { spec: { selector: labels } }),
        failing('rc-1', { owner: 'ReplicationController/rc', metadata: { labels } }),
        account(),
      ],
      ...of('ReplicationController', 'rc'),
    },
  ],
  [
    'a ReplicaSet, whose list comes from its Deployment',
    { objects: [...made, account()], ...of('ReplicaSet', 'web-1') },
  ],
  [
    'a StatefulSet whose account may not be read',
    { objects: [stored('StatefulSet', 'db')], forbidden: ['get serviceaccounts'], ...of('StatefulSet', 'db') },
  ],
  [
    'a ReplicaSet of something unknown',
    {
      objects: [
        stored('ReplicaSet', 'rs', { owner: 'Rollout/r', spec: selector }),
        failing('rs-1', { owner: 'ReplicaSet/rs', metadata: { labels } }),
        account(),
      ],
      ...of('ReplicaSet', 'rs'),
    },
  ],
  ['a workload that is not there', { objects: [stored('Deployment', 'wep')], ...of('Deployment', 'web') }],
  [
    'a Secret that is used',
    {
      objects: [ghcrSecret, account(['pull']), stored('Deployment', 'web', pull), failing('web', pull)],
      ...of('Secret', 'pull'),
    },
  ],
  ['a Secret that is missing', { objects: [account(), secretFor('pul', 'ghcr.io')], ...of('Secret', 'pull') }],
  ['a Secret of no namespace', { objects: [], ...of('Secret', 'pull') }],
  ['a service account', { objects: [account(['pull', 'gone']), ghcrSecret], ...of('ServiceAccount', 'default') }],
  [
    'a service account that is not there',
    { objects: [stored('ServiceAccount', 'builder')], ...of('ServiceAccount', 'bilder') },
  ],
  [
    'an image',
    { objects: [account(['pull']), ghcrSecret], targets: [], options: { image: ['ghcr.io/acme/api', 'quay.io/a'] } },
  ],
  [
    'an image with a Secret',
    { objects: [account(), ghcrSecret], targets: [], options: { image: ['ghcr.io/acme/api'], secret: ['pull'] } },
  ],
  [
    'an image of another service account',
    {
      objects: [account(), stored('ServiceAccount', 'ci', pull), ghcrSecret],
      targets: [],
      options: { image: ['ghcr.io/acme/api'], serviceaccount: 'ci' },
    },
  ],
  [
    'an image and a service account',
    {
      objects: [account(), stored('ServiceAccount', 'ci', pull), ghcrSecret],
      ...of('ServiceAccount', 'ci'),
      options: { image: ['ghcr.io/acme/api'] },
    },
  ],
];
