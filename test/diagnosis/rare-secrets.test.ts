/** Secrets outside a pod's list that fit, and Secrets in the list that do not. */
import { login, podWith, secretWith } from '../support/pull-facts.ts';
import {
  forbidden,
  good,
  jane,
  list,
  quay,
  refused,
  rejected,
  reportsAsEver,
  type Situation,
  wrong,
} from '../support/pull-situation.ts';

const others: readonly Situation[] = [
  [
    'six fit, and no more than five are tried',
    podWith(),
    {
      secrets: Object.fromEntries(
        ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => [name, secretWith({ 'ghcr.io': login(name) })]),
      ),
      others: ['a', 'b', 'c', 'd', 'e', 'f'],
      says: (user) => (user === undefined ? forbidden : user === 'f' ? { kind: 'accepted' } : rejected),
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

reportsAsEver('other Secrets', others);
