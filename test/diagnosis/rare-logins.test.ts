/** Logins in rare situations. */
import { login, podWith, secretWith } from '../support/pull-facts.ts';
import {
  both,
  down,
  forbidden,
  good,
  jane,
  list,
  noAccess,
  noCredential,
  refused,
  rejected,
  reportsAsEver,
  type Situation,
  wrong,
} from '../support/pull-situation.ts';

const logins: readonly Situation[] = [
  [
    'a public image, whose login is refused by the kubelet only',
    podWith({ list: list('a'), status: refused }),
    {
      secrets: { a: good },
      says: (user) => (user === undefined ? { kind: 'anonymous', why: 'empty', result: 'pulls' } : down),
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
    { secrets: { a: 'forbidden' }, says: both(forbidden) },
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
  [
    'a login without access, whose Secret names a credential store, too',
    podWith({ list: list('a') }),
    {
      secrets: {
        a: {
          ...good,
          data: {
            '.dockerconfigjson': Buffer.from(
              JSON.stringify({ auths: { 'ghcr.io': login(), 'quay.io': {} }, credsStore: 'desktop' }),
            ).toString('base64'),
          },
        },
      },
      says: both(noAccess),
    },
  ],
  [
    'several logins under one key, written with a scheme',
    podWith({ list: list('a', 'b') }),
    {
      secrets: {
        a: secretWith({ 'https://ghcr.io/v1/': login() }),
        b: secretWith({ 'https://ghcr.io/v1/': login('rex') }),
      },
      says: jane,
    },
  ],
];

reportsAsEver('logins', logins);
