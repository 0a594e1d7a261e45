/** The order in time of a Secret's changes and the kubelet's attempts. */
import type { PodEvent, Puller } from '../../src/diagnosis/facts.ts';
import type { Secret } from '../../src/secret/secret.ts';
import { IMAGE, NOW, podWith, type World } from '../support/pull-facts.ts';
import {
  both,
  good,
  jane,
  list,
  noCredential,
  quay,
  refused,
  rejected,
  reportsAsEver,
  type Situation,
} from '../support/pull-situation.ts';

const ago = (seconds: number): number => NOW - 1000 * seconds;
const time = (seconds: number): string => new Date(ago(seconds)).toISOString();
const failed = (seconds: number, message = `Failed to pull image "${IMAGE}": …`, reason = 'Failed'): PodEvent => ({
  reason,
  message,
  count: 1,
  at: ago(seconds),
});
const writtenAt = (metadata: object, from: Secret = good): Secret => ({
  ...from,
  metadata: { ...from.metadata, ...metadata },
});
const regcred = (metadata: object): World => ({ secrets: { regcred: writtenAt(metadata) }, says: jane });

const waiting = (events: readonly PodEvent[], pod: object = {}): Puller =>
  podWith({ list: list('regcred'), status: noCredential, pod: { events, ...pod } });

const other = waiting([failed(20, 'Failed to pull image "r.io/x": …'), failed(60)]);
/** The second image failed after the Secret was changed, the first before. */
const twoImages: Puller = { ...other, images: [...other.images, ...podWith({ image: 'r.io/x' }).images] };

const times: readonly Situation[] = [
  ['changed before the last attempt', waiting([failed(20), failed(90)]), regcred({ creationTimestamp: time(30) })],
  ['changed after an attempt for another image', twoImages, regcred({ creationTimestamp: time(30) })],
  [
    'what is said between attempts is none',
    waiting([failed(10, 'Error: ImagePullBackOff'), failed(60)]),
    regcred({ creationTimestamp: time(30) }),
  ],
  [
    'nor is the end of an attempt by itself',
    waiting([failed(10, 'Error: ErrImagePull'), failed(60)]),
    regcred({ creationTimestamp: time(30) }),
  ],
  [
    'other events are no attempts',
    waiting([failed(10, `Pulling image "${IMAGE}"`, 'Pulling'), failed(60)]),
    regcred({ creationTimestamp: time(30) }),
  ],
  [
    'of several writers the last counts',
    waiting([failed(60)]),
    regcred({ managedFields: [{ time: time(90) }, { time: time(30) }, {}, { time: 'soon' }] }),
  ],
  ['nobody says when it was written', waiting([failed(60)]), regcred({ creationTimestamp: 5, managedFields: 'x' })],
  [
    'an old pod without events: no more than the longest back-off',
    waiting([], { createdAt: ago(9000) }),
    regcred({ creationTimestamp: time(310) }),
  ],
  [
    'an old pod without events, changed before that',
    waiting([], { createdAt: ago(9000) }),
    regcred({ creationTimestamp: time(311) }),
  ],
  ['a young pod without events', waiting([], { createdAt: ago(60) }), regcred({ creationTimestamp: time(61) })],
  [
    'another Secret of the list was changed, which is of no use',
    podWith({ list: list('other', 'regcred'), status: noCredential, pod: { events: [failed(60)] } }),
    { secrets: { other: writtenAt({ creationTimestamp: time(30) }, quay), regcred: good }, says: jane },
  ],
  [
    'nobody knows whether it is good now: in the second of the attempt is no later',
    podWith({ list: list('regcred'), status: refused, pod: { events: [failed(30)] } }),
    { secrets: { regcred: writtenAt({ creationTimestamp: time(30) }) } },
  ],
  [
    'nobody knows whether it is good now: one second later is',
    podWith({ list: list('regcred'), status: refused, pod: { events: [failed(31)] } }),
    { secrets: { regcred: writtenAt({ creationTimestamp: time(30) }) } },
  ],
  [
    'changed, and rejected all the same',
    podWith({ list: list('regcred'), status: refused, pod: { events: [failed(60)] } }),
    { secrets: { regcred: writtenAt({ creationTimestamp: time(30) }) }, says: both(rejected) },
  ],
  [
    'changed in the second of the attempt, and rejected: it may be what the kubelet sent',
    podWith({ list: list('regcred'), status: refused, pod: { events: [failed(30)] } }),
    { secrets: { regcred: writtenAt({ creationTimestamp: time(30) }) }, says: both(rejected) },
  ],
  [
    'changed, and what the kubelet says is something else',
    podWith({ list: list('regcred'), status: 'the moon is full', pod: { events: [failed(60)] } }),
    regcred({ creationTimestamp: time(30) }),
  ],
  [
    'the Secret that could not be decoded was changed, and has no entry for the image',
    podWith({ list: list('quay'), status: 'x: illegal base64 data at input byte 9', pod: { events: [failed(60)] } }),
    { secrets: { quay: writtenAt({ creationTimestamp: time(30) }, quay) } },
  ],
];

reportsAsEver('times', times);
