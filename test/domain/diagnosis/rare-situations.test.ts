/** Situations at the edges of the rules: each has its whole report in a text. */
import { describe, expect, test } from 'vitest';
import type { PodEvent, Puller } from '../../../src/domain/diagnosis/facts.ts';
import type { Secret } from '../../../src/domain/keyring/secret.ts';
import type { Verdict } from '../../../src/domain/verify/verdict.ts';
import {
  deployment,
  IMAGE,
  login,
  NOW,
  podWith,
  secretWith,
  templateWith,
  type World,
} from '../../support/pull-facts.ts';
import { outlineOfSituation } from '../../support/report-outline.ts';

type Situation = readonly [situation: string, puller: Puller, world: World];

const list = (...names: string[]): object[] => names.map((name) => ({ name }));
const good = secretWith({ 'ghcr.io': login() });
const wrong = secretWith({ 'ghcr.io': login('rex') });
const quay = secretWith({ 'quay.io': login() });

const closed: Verdict = { kind: 'anonymous', why: 'empty', pulls: false };
const rejected: Verdict = { kind: 'rejected', status: 401 };
const noAccess: Verdict = { kind: 'no access', repository: 'acme/web', status: 403 };
const down: Verdict = { kind: 'unreachable', cause: 'dns', reason: 'its name cannot be resolved' };
const jane: NonNullable<World['says']> = (user) =>
  user === undefined ? closed : user === 'janedoe' ? { kind: 'accepted' } : rejected;
const both =
  (verdict: Verdict): NonNullable<World['says']> =>
  (user) =>
    user === undefined ? closed : verdict;

const refused = 'failed to fetch oauth token: 403 Forbidden';
const noCredential = 'no basic auth credentials';
const never = 'is not present with pull policy of Never';
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

const names: readonly Situation[] = [
  [
    'CRI-O takes no short name',
    podWith({ image: 'web', reason: 'ImageInspectError', status: 'short-name "web" did not resolve' }),
    { says: both(closed) },
  ],
  ['the kubelet says so without a message', podWith({ image: 'web', reason: 'InvalidImageName', status: '' }), {}],
  [
    'a message of 300 characters is kept',
    podWith({ list: list('regcred'), status: 'x'.repeat(300) }),
    { secrets: { regcred: good } },
  ],
  [
    'of a longer one the end is kept',
    podWith({ list: list('regcred'), status: `${'x'.repeat(300)}y` }),
    { secrets: { regcred: good } },
  ],
  [
    'no message, but a reason',
    podWith({ list: list('regcred'), status: '', reason: 'RegistryGone' }),
    { secrets: { regcred: good } },
  ],
  [
    'an undecodable list in the words of the reason',
    podWith({ list: list('a'), status: '', reason: 'illegal base64 data at input byte 9' }),
    { secrets: { a: 'forbidden' } },
  ],
  [
    'undecodable, and all may be read: it is something else',
    podWith({ list: list('quay'), reason: 'unexpected end of JSON input', status: '' }),
    { secrets: { quay } },
  ],
  ['no image at all', podWith({ list: list('regcred'), image: '' }), { secrets: { regcred: good } }],
];

const onNode = (...nodeImages: string[]): World => ({ nodeImages });
const neverPulled = (image: string): Puller =>
  podWith({ image, policy: 'Never', reason: 'ErrImageNeverPull', status: never });
const digest = `sha256:${'1'.repeat(64)}`;
const otherDigest = `sha256:${'2'.repeat(64)}`;

const nodes: readonly Situation[] = [
  ['the node has it by its whole name', neverPulled('nginx'), onNode('docker.io/library/nginx:latest')],
  ['the node has another tag', neverPulled('nginx'), onNode('docker.io/library/nginx:1')],
  ['the node has another path', neverPulled('nginx'), onNode('docker.io/acme/nginx:latest')],
  ['the node has it of another registry', neverPulled('nginx'), onNode('ghcr.io/library/nginx:latest')],
  ['the node has the digest', neverPulled(`r.io/a@${digest}`), onNode('r.io/a:v1', `r.io/a@${digest}`)],
  ['the node has another digest', neverPulled(`r.io/a@${digest}`), onNode(`r.io/a@${otherDigest}`)],
  ['the node says the digest of a tag, which may be another', neverPulled('r.io/a'), onNode(`r.io/a@${digest}`)],
  ['the node has names that are none', neverPulled('r.io/a:v1'), onNode('<none>:<none>', 'r.io/A:v1')],
  ['pulled whenever, so what the node has is no matter', podWith({ status: noCredential }), onNode(IMAGE)],
  [
    'it runs, so the node may have it',
    podWith({ policy: 'IfNotPresent', status: 'runs' }),
    { ...onNode(IMAGE), says: jane },
  ],
  ['it may not be pulled, and nobody has tried', podWith({ policy: 'Never' }), { secrets: {}, says: jane }],
  ['it may not be pulled, and its template says so', templateWith({ policy: 'Never' }), { says: jane }],
];

const accounts: readonly Situation[] = [
  ['the service account may not be read', templateWith(), { account: 'forbidden', says: both(closed) }],
  [
    'the service account may not be read, and the image is public',
    templateWith(),
    { account: 'forbidden', says: () => ({ kind: 'anonymous', why: 'empty', pulls: true }) },
  ],
  [
    'the service account may not be read, and the pod has a list',
    templateWith({ list: list('regcred') }),
    { account: 'forbidden', secrets: { regcred: good }, says: jane },
  ],
  [
    'the service account may not be read, and the list is of no use',
    templateWith({ list: list('regcred') }),
    { account: 'forbidden', secrets: { regcred: wrong }, says: jane },
  ],
  [
    'a pod whose service account may not be read',
    podWith({ list: list('regcred') }),
    { account: 'forbidden', secrets: { regcred: good }, says: jane },
  ],
  [
    'a pod whose service account is gone',
    podWith({ list: list('regcred') }),
    { account: 'missing', secrets: { regcred: good }, says: jane },
  ],
  [
    'a pod with the list of its service account',
    podWith({ list: list('a', 'b') }),
    { account: list('a', 'b'), secrets: { a: good, b: quay }, says: jane },
  ],
  [
    'a pod with the same in another order',
    podWith({ list: list('b', 'a') }),
    { account: list('a', 'b'), secrets: { a: good, b: quay }, says: jane },
  ],
  [
    'a pod with more',
    podWith({ list: list('a', 'b') }),
    { account: list('a'), secrets: { a: good, b: quay }, says: jane },
  ],
  [
    'a pod whose template has a list of its own',
    podWith({ list: list('a'), pod: { template: { name: 'deployment/web', list: list('a') } } }),
    { account: list('a'), secrets: { a: good }, says: jane },
  ],
  [
    'a pod whose template has an empty list',
    podWith({ list: list('a'), pod: { template: { name: 'deployment/web', list: [] } } }),
    { account: list('b'), secrets: { a: good }, says: jane },
  ],
  [
    'one name is allowed and one is not',
    templateWith({ list: list('a', 'b') }),
    { account: [{}, { name: 'a' }], enforced: true, secrets: { a: good, b: good }, says: jane },
  ],
  [
    'all names are allowed',
    templateWith({ list: list('a') }),
    { account: list('a'), enforced: true, secrets: { a: good }, says: jane },
  ],
  ['a pod that exists was allowed', podWith({ list: list('a') }), { enforced: true, secrets: { a: good }, says: jane }],
  [
    'a list of its own hides several, of which the second opens the image',
    templateWith({ list: list('a') }),
    { account: list('a', 'b', 'c'), secrets: { a: quay, b: wrong, c: good }, says: jane },
  ],
  [
    'attached to the service account in addition',
    podWith({ pod: { template: { name: 'deployment/web', list: [] } }, list: list('a'), way: deployment }),
    { account: list('a', 'b'), secrets: { a: quay, b: good }, says: jane },
  ],
  [
    'attached to the service account in another order',
    podWith({ pod: { template: { name: 'deployment/web', list: [] } }, list: list('a', 'b'), status: refused }),
    { account: list('b'), secrets: { a: wrong, b: good } },
  ],
];

const others: readonly Situation[] = [
  [
    'six fit, and no more than five are tried',
    podWith(),
    {
      secrets: Object.fromEntries(
        ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => [name, secretWith({ 'ghcr.io': login(name) })]),
      ),
      others: ['a', 'b', 'c', 'd', 'e', 'f'],
      says: (user) => (user === undefined ? closed : user === 'f' ? { kind: 'accepted' } : rejected),
    },
  ],
  [
    'one in the list already is none to take instead',
    podWith({ list: list('a') }),
    { secrets: { a: wrong, b: good }, others: ['a', 'b'], says: jane },
  ],
  [
    'one without a login is none to take',
    podWith(),
    { secrets: { a: secretWith({ 'ghcr.io': {} }) }, others: ['a'], says: jane },
  ],
  [
    'nearly called so, and of no use',
    podWith({ list: list('regcerd') }),
    { secrets: { regcerd: 'missing', regcred: quay }, others: ['regcred'], says: jane },
  ],
  [
    'two are missing',
    podWith({ list: list('a', 'b') }),
    { secrets: { a: 'missing', b: { elsewhere: ['prod'] } }, says: jane },
  ],
  [
    'none may be read, and a login was refused',
    podWith({ list: list('a'), status: refused }),
    { secrets: { a: 'forbidden' } },
  ],
  [
    'none may be read, and who knows what was sent',
    podWith({ list: list('a'), status: 'unauthorized' }),
    { secrets: { a: 'forbidden' } },
  ],
  [
    'entries of two Secrets, each server once',
    podWith({ list: list('a', 'b') }),
    { secrets: { a: quay, b: secretWith({ 'quay.io': login(), 'r.io': login() }) }, says: jane },
  ],
  [
    'a key that nearly fits, in a Secret of another type',
    podWith({ list: list('a', 'b') }),
    {
      secrets: {
        a: { ...secretWith({ 'ghcr.io:443': login() }), type: 'Opaque' },
        b: secretWith({ 'ghcr.io:5000': login() }),
      },
      says: jane,
    },
  ],
  [
    'the second key nearly fits',
    podWith({ list: list('a') }),
    { secrets: { a: secretWith({ 'quay.io': login(), 'ghcr.io:443': login() }) }, says: jane },
  ],
  [
    'a key of another registry that opens nothing',
    podWith({ list: list('a') }),
    { secrets: { a: secretWith({ 'quay.io/acme/web:v1': login() }) }, says: jane },
  ],
  [
    'a key of the registry with a port for any',
    podWith({ list: list('a'), image: 'r.io:5000/a' }),
    { secrets: { a: secretWith({ 'r.io:*': login() }) }, says: jane },
  ],
  [
    'a key in capitals with a path',
    podWith({ list: list('a') }),
    { secrets: { a: secretWith({ 'GHCR.io/acme': login() }) }, says: jane },
  ],
  [
    'a scheme that is none, and a port',
    podWith({ list: list('a'), image: 'r.io:5000/a' }),
    { secrets: { a: secretWith({ 'oci://r.io:5000': login() }) }, says: jane },
  ],
];

const logins: readonly Situation[] = [
  [
    'a public image, whose login is refused by the kubelet only',
    podWith({ list: list('a'), status: refused }),
    {
      secrets: { a: good },
      says: (user) => (user === undefined ? { kind: 'anonymous', why: 'empty', pulls: true } : down),
    },
  ],
  ['two without access', podWith({ list: list('a', 'b') }), { secrets: { a: good, b: wrong }, says: both(noAccess) }],
  [
    'the kubelet says that one may not, and there are two',
    podWith({ list: list('a', 'b'), status: 'x: [insufficient_scope: y, z]' }),
    { secrets: { a: good, b: wrong } },
  ],
  [
    'the kubelet says once of two that they may not',
    podWith({ list: list('a', 'b'), status: 'insufficient_scope' }),
    { secrets: { a: good, b: wrong } },
  ],
  [
    'an entry without a login and one that is refused',
    podWith({ list: list('a', 'b'), status: refused }),
    { secrets: { a: secretWith({ 'ghcr.io': {} }), b: wrong } },
  ],
  ['unauthorized, with a login', podWith({ list: list('a'), status: 'unauthorized' }), { secrets: { a: wrong } }],
  [
    'unauthorized, and the registry knows the login',
    podWith({ list: list('a'), status: 'unauthorized' }),
    { secrets: { a: good }, says: jane },
  ],
  [
    'an entry of Docker Hub that another key of the same Secret keeps away',
    podWith({ list: list('a'), image: 'acme/web' }),
    {
      secrets: { a: secretWith({ 'https://index.docker.io/v1/': login(), 'docker.io/acme': login('rex') }) },
      says: jane,
    },
  ],
  [
    'an entry of Docker Hub without a login',
    podWith({ list: list('a'), image: 'acme/web' }),
    { secrets: { a: secretWith({ 'https://index.docker.io/v1/': {}, 'docker.io/acme': login('rex') }) }, says: jane },
  ],
  [
    'an entry of Docker Hub, which is no matter for another registry',
    podWith({ list: list('a') }),
    { secrets: { a: secretWith({ 'https://index.docker.io/v1/': login(), 'ghcr.io': login('rex') }) }, says: jane },
  ],
  [
    'white space in a password that is not tried',
    podWith({ list: list('a') }),
    { secrets: { a: secretWith({ 'ghcr.io/acme': login('rex'), 'quay.io': login('x', ' p') }) }, says: jane },
  ],
  [
    'a rejection without an image in it counts',
    podWith({ list: list('a') }),
    { secrets: { a: wrong }, says: () => rejected },
  ],
  [
    'rate limited with a login',
    podWith({ list: list('a') }),
    { secrets: { a: good }, says: () => ({ kind: 'rate limited' }) },
  ],
  [
    'rate limited, as the kubelet says, with a login',
    podWith({ list: list('a'), status: '429 Too Many Requests' }),
    { secrets: { a: good } },
  ],
  [
    'the registry has no such image for anybody',
    podWith({ status: noCredential }),
    { says: () => ({ kind: 'not found', repository: 'acme/web', missing: 'repository' }) },
  ],
  [
    'the image is there from here',
    podWith({ list: list('a'), status: ': not found' }),
    { secrets: { a: good }, says: jane },
  ],
  [
    'its Secret may not be read, and nothing has been tried',
    podWith({ list: list('a') }),
    { secrets: { a: 'forbidden' }, says: both(closed) },
  ],
  [
    'several logins under one key, of which some are equal',
    podWith({ list: list('a', 'b', 'c') }),
    { secrets: { a: good, b: good, c: wrong }, says: jane },
  ],
  [
    'two logins under one key of one Secret',
    podWith({ list: list('a') }),
    { secrets: { a: secretWith({ 'ghcr.io': login(), 'https://ghcr.io': login('rex') }) }, says: jane },
  ],
  [
    'a key in capitals that fits the image',
    podWith({ list: list('a'), image: 'GHCR.io/acme/web:v1' }),
    { secrets: { a: secretWith({ 'GHCR.io': login() }) }, says: jane },
  ],
  [
    'a key with a port of its own, which has to do with the image',
    podWith({ list: list('a', 'b') }),
    { secrets: { a: good, b: secretWith({ 'ghcr.io:443': {} }) }, says: jane },
  ],
  [
    'an empty entry of a credential store beside a login',
    podWith({ list: list('a') }),
    {
      secrets: {
        a: {
          ...good,
          data: {
            '.dockerconfigjson': Buffer.from(
              JSON.stringify({ auths: { 'ghcr.io': login(), 'ghcr.io/acme': {} }, credsStore: 'desktop' }),
            ).toString('base64'),
          },
        },
      },
      says: jane,
    },
  ],
];

const pods: readonly Situation[] = [
  ['no node yet', podWith({ list: list('a'), pod: { node: '' } }), { secrets: { a: good }, says: jane }],
  ['about to go', podWith({ list: list('a'), pod: { deletedAt: NOW } }), { secrets: { a: good }, says: jane }],
  [
    'done and about to go',
    podWith({ list: list('a'), pod: { deletedAt: NOW, done: true } }),
    { secrets: { a: good }, says: jane },
  ],
  ['on a node that is there', podWith({ list: list('a') }), { secrets: { a: good }, nodeImages: [], says: jane }],
  [
    'one of many, with a login that fits: nobody is asked',
    { ...podWith({ list: list('a') }), brief: true },
    { secrets: { a: good }, says: jane },
  ],
  [
    'one of many, with a login that does not fit',
    { ...podWith({ list: list('a') }), brief: true },
    { secrets: { a: quay }, says: jane },
  ],
  ['one of many without a list', { ...podWith(), brief: true }, { says: jane }],
  [
    'one of many whose Secret may not be read',
    { ...podWith({ list: list('a') }), brief: true },
    { secrets: { a: 'forbidden' }, says: jane },
  ],
  [
    'one of many that fails',
    { ...podWith({ list: list('a'), status: refused }), brief: true },
    { secrets: { a: good }, says: both(rejected) },
  ],
  [
    'one of many that fails, and no registry can be asked',
    { ...podWith({ list: list('a'), status: refused }), brief: true },
    { secrets: { a: good } },
  ],
];

describe.each([
  ['times', times],
  ['names', names],
  ['nodes', nodes],
  ['service accounts', accounts],
  ['other Secrets', others],
  ['logins', logins],
  ['pods', pods],
])('%s', (title, rows) => {
  test('as ever', async () => {
    const outlines = rows.map(([situation, puller, world]) => outlineOfSituation(situation, puller, world));
    await expect(outlines.join('\n')).toMatchFileSnapshot(`reports/rare-${title.replaceAll(' ', '-')}.txt`);
  });
});
