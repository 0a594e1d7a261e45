/** Judgements from the kubelet's message about its last attempt. */
import {
  all,
  attachOther,
  bare,
  broken,
  create,
  judgements,
  noCredential,
  notFound,
  type Row,
  writtenAt,
} from '../../support/judgement-table.ts';
import { IMAGE, NOW, podWith } from '../../support/pull-facts.ts';
import { down, good, jane, list, quay, wrong } from '../../support/pull-situation.ts';

const refused = `failed to resolve reference "${IMAGE}": failed to authorize: failed to fetch oauth token: unexpected status from GET request to https://ghcr.io/token: 403 Forbidden`;

const kubelet: readonly Row[] = [
  [
    'says that no login was sent',
    podWith({ status: noCredential }),
    {},
    { outcome: 'will not pull', cause: 'no-pull-secret', fix: bare },
  ],
  [
    'says that no login was sent, and there is a Secret for the image, which nobody has tried',
    podWith({ status: noCredential }),
    { secrets: { other: good }, others: ['other'] },
    { outcome: 'will not pull', cause: 'no-pull-secret', fix: attachOther, sufficient: false },
  ],
  [
    'says that the login was refused',
    podWith({ list: list('regcred'), status: refused }),
    { secrets: { regcred: good } },
    { outcome: 'will not pull', cause: 'credential-rejected', fix: create },
  ],
  [
    'says that the login was refused, which is as old as the pod, and there are no events yet',
    podWith({ list: list('regcred'), status: refused }),
    { secrets: { regcred: writtenAt('2026-11-25T11:59:01Z') }, says: all(down) },
    { outcome: 'will not pull', cause: 'credential-rejected', fix: create },
  ],
  [
    'says once that two logins were refused',
    podWith({ list: list('a', 'b'), status: refused }),
    { secrets: { a: wrong, b: good } },
    { outcome: 'will not pull', cause: 'credential-rejected', notes: ['different-credentials'] },
  ],
  [
    'says different things of two logins, and not which',
    podWith({ list: list('a', 'b'), status: `[${refused}, ${noCredential}]` }),
    { secrets: { a: wrong, b: good } },
    { outcome: 'cannot know', cause: 'unexplained', sufficient: false, notes: ['different-credentials'] },
  ],
  [
    'says that there is no such image to nobody, and no registry is asked',
    podWith({ status: notFound }),
    { secrets: { other: good }, others: ['other'] },
    { outcome: 'will not pull', cause: 'image-not-found', sufficient: false },
  ],
  [
    'could not decode a Secret that was fixed in the second of the last attempt',
    podWith({
      list: list('regcred'),
      reason: 'illegal base64 data at input byte 9',
      status: 'illegal base64 data at input byte 9',
      pod: { events: [{ reason: 'Failed', message: 'Error: illegal base64 data …', count: 1, at: NOW - 30_000 }] },
    }),
    { secrets: { regcred: writtenAt('2026-11-25T11:59:30Z') } },
    { outcome: 'cannot know', cause: 'retry-pending', sufficient: false },
  ],
  [
    'says that the login may not pull this',
    podWith({ list: list('regcred'), status: 'server message: insufficient_scope: authorization failed' }),
    { secrets: { regcred: good } },
    { outcome: 'will not pull', cause: 'no-access', fix: create },
  ],
  [
    'got 403, which what is no registry may answer, too',
    podWith({
      list: list('regcred'),
      status: 'unexpected status from HEAD request to https://ghcr.io/v2/acme/web/manifests/v1: 403 Forbidden',
    }),
    { secrets: { regcred: good } },
    { outcome: 'will not pull', cause: 'no-access', fix: create },
  ],
  [
    'says that the image is not there',
    podWith({ list: list('regcred'), status: notFound }),
    { secrets: { regcred: good } },
    { outcome: 'will not pull', cause: 'image-not-found', sufficient: false },
  ],
  [
    'limits the rate',
    podWith({
      status: '429 Too Many Requests - Server message: toomanyrequests: You have reached your pull rate limit',
    }),
    {},
    { outcome: 'will not pull', cause: 'rate-limited', sufficient: false },
  ],
  [
    'cannot resolve the name of the registry',
    podWith({ status: 'dial tcp: lookup ghcr.io: no such host' }),
    { says: jane },
    { outcome: 'will not pull', cause: 'node-cannot-reach', sufficient: false },
  ],
  [
    'does not trust the registry',
    podWith({ status: 'tls: failed to verify certificate: x509: certificate signed by unknown authority' }),
    { says: jane },
    { outcome: 'will not pull', cause: 'node-cannot-reach', sufficient: false },
  ],
  [
    'gets an error of the registry',
    podWith({ list: list('regcred'), status: 'unexpected status from HEAD request to x: 503 Service Unavailable' }),
    { secrets: { regcred: good }, says: jane },
    { outcome: 'will not pull', cause: 'node-cannot-reach', sufficient: false },
  ],
  [
    'has another platform than the image',
    podWith({ list: list('regcred'), status: 'no match for platform in manifest: not found' }),
    { secrets: { regcred: good }, says: jane },
    { outcome: 'will not pull', cause: 'wrong-platform', sufficient: false },
  ],
  [
    'has no room',
    podWith({ list: list('regcred'), status: 'failed to copy: write /var/lib/x: no space left on device' }),
    { secrets: { regcred: good }, says: jane },
    { outcome: 'will not pull', cause: 'disk-full', sufficient: false },
  ],
  [
    'may not pull, and does not have the image',
    podWith({ policy: 'Never', reason: 'ErrImageNeverPull', status: 'is not present with pull policy of Never' }),
    { says: jane },
    { outcome: 'will not pull', cause: 'never-pulled', sufficient: false, asked: [] },
  ],
  [
    'may not pull, and has no login for when it may',
    podWith({
      list: list('quay'),
      policy: 'Never',
      reason: 'ErrImageNeverPull',
      status: 'is not present with pull policy of Never',
    }),
    { secrets: { quay }, says: jane },
    { outcome: 'will not pull', cause: 'never-pulled', sufficient: false, notes: ['no-entry'], asked: [] },
  ],
  [
    'may not pull, and has the image for others, whose login nobody knows',
    podWith({ policy: 'Never', reason: 'ErrImageNeverPull', status: 'is not present with pull policy of Never' }),
    { nodeImages: [IMAGE], says: jane },
    { outcome: 'will not pull', cause: 'unverified-image', fix: bare, sufficient: false },
  ],
  [
    'may not pull, and has the image for others, and there is a Secret for it',
    podWith({ policy: 'Never', reason: 'ErrImageNeverPull', status: 'is not present with pull policy of Never' }),
    { nodeImages: [IMAGE], secrets: { other: good }, others: ['other'], says: jane },
    { outcome: 'will not pull', cause: 'unverified-image', fix: attachOther, asked: [] },
  ],
  [
    'has the image for others, and pulls again in vain',
    podWith({ policy: 'IfNotPresent', status: noCredential }),
    { nodeImages: [IMAGE], says: jane },
    { outcome: 'will not pull', cause: 'no-pull-secret', fix: bare, notes: [] },
  ],
  [
    'has the image for others, and its own Secret is missing: the fix for it is the only one',
    podWith({ policy: 'IfNotPresent', list: list('regcred'), status: noCredential }),
    { nodeImages: [IMAGE], secrets: { regcred: 'missing' }, says: jane },
    { outcome: 'will not pull', cause: 'missing-secret', fix: create, notes: [] },
  ],
  [
    'has the image for others, and its own Secret is of type Opaque: the fix for it is the only one',
    podWith({ policy: 'IfNotPresent', list: list('regcred'), status: noCredential }),
    { nodeImages: [IMAGE], secrets: { regcred: { ...good, type: 'Opaque' } }, says: jane },
    { outcome: 'will not pull', cause: 'wrong-type', fix: `${create} --force`, notes: [] },
  ],
  [
    'has the image for others, and its own Secret is for another server: the fix for it is the only one',
    podWith({ policy: 'IfNotPresent', list: list('quay'), status: noCredential }),
    { nodeImages: [IMAGE], secrets: { quay }, says: jane },
    { outcome: 'will not pull', cause: 'no-entry', fix: 'regsecret create quay -n team-a --server ghcr.io', notes: [] },
  ],
  [
    'has the image for others, and its own login is rejected',
    podWith({ policy: 'IfNotPresent', list: list('regcred'), status: refused }),
    { nodeImages: [IMAGE], secrets: { regcred: wrong }, says: jane },
    { outcome: 'will not pull', cause: 'credential-rejected', fix: create, notes: [] },
  ],
  [
    'has the image for others, and a good login beside a Secret that cannot be decoded',
    podWith({ policy: 'IfNotPresent', list: list('a', 'regcred'), status: noCredential }),
    { nodeImages: [IMAGE], secrets: { a: broken, regcred: good }, says: jane },
    { outcome: 'will not pull', cause: 'unreadable-entry', notes: [] },
  ],
  [
    'had the image, and its kubelet is too old to keep it for some',
    podWith({ policy: 'IfNotPresent', status: noCredential }),
    { nodeImages: [IMAGE], nodeVersion: 'v1.32.9', says: jane },
    { outcome: 'will not pull', cause: 'no-pull-secret', fix: bare, notes: [] },
  ],
  [
    'may not pull, had the image, and its kubelet is too old to keep it for some',
    podWith({ policy: 'Never', reason: 'ErrImageNeverPull', status: 'is not present with pull policy of Never' }),
    { nodeImages: [IMAGE], nodeVersion: 'v1.30.14', says: jane },
    { outcome: 'will not pull', cause: 'never-pulled', sufficient: false, asked: [] },
  ],
  [
    'cannot decode a Secret that may not be read from here',
    podWith({
      list: list('a', 'b'),
      reason: 'illegal base64 data at input byte 9',
      status: 'illegal base64 data at input byte 9',
    }),
    { secrets: { a: 'forbidden', b: 'forbidden' }, says: jane },
    { outcome: 'will not pull', cause: 'undecodable-list', sufficient: false },
  ],
  [
    'sent no credential, and the Secrets may not be read from here',
    podWith({ list: list('a'), status: noCredential }),
    { secrets: { a: 'forbidden' }, says: jane },
    { outcome: 'will not pull', cause: 'unread-secrets', sufficient: false },
  ],
  [
    'is refused what is accepted from here',
    podWith({ list: list('regcred'), status: refused }),
    { secrets: { regcred: good }, says: jane },
    { outcome: 'cannot know', cause: 'unexplained', sufficient: false },
  ],
  [
    'says something that we do not know',
    podWith({ list: list('regcred'), status: 'the moon is full' }),
    { secrets: { regcred: good }, says: jane },
    { outcome: 'cannot know', cause: 'unexplained', sufficient: false },
  ],
];

judgements('the kubelet', kubelet);
