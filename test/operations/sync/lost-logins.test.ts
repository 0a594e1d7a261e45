/** Which logins `--adopt` drops, and the warnings about them. */
import { expect, test } from 'vitest';
import type { Secret } from '../../../src/domain/keyring/secret.ts';
import { type LoginLoss, loginLossOf, lossWarnings } from '../../../src/operations/sync/lost-logins.ts';
import { planSecret, type SyncSource } from '../../../src/operations/sync/plan.ts';

const TYPE = 'kubernetes.io/dockerconfigjson';
const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64');
const bob = { username: 'bob', password: 'b' };
const source: SyncSource = {
  ref: 'home/pull',
  name: 'pull',
  type: TYPE,
  payload: encoded({ auths: { 'r.example': { username: 'jane', password: 'new' } } }),
  expiresAt: undefined,
  entries: [{ server: 'r.example', credential: { username: 'jane', password: 'new' } }],
  foreign: 'adopt',
};

const LABELS = { 'app.kubernetes.io/managed-by': 'regsecret' };

/** A Secret with `auths` that regsecret did not create. */
const foreign = (auths: object, fields: Partial<Secret> = {}, metadata: Partial<Secret['metadata']> = {}): Secret => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { namespace: 'a', name: 'pull', resourceVersion: '7', ...metadata },
  type: TYPE,
  data: { '.dockerconfigjson': encoded({ auths }) },
  ...fields,
});
const copyOf = (ref: string) => ({ labels: LABELS, annotations: { 'regsecret/source': ref } });
const own = { 'r.example': { username: 'jane', password: 'old' } };
const both = { ...own, 'quay.io': bob };

test.each<[situation: string, existing: Secret | undefined, shown: readonly string[], isMergeable?: boolean]>([
  ['nothing is there', undefined, []],
  ['another login for the same server', foreign({ 'r.example': bob }), []],
  ['the same server, written in another way', foreign({ 'https://r.example/v2/': bob }), []],
  ['a login for another server', foreign(both), ['quay.io (bob)'], true],
  ['a login for a part of the server', foreign({ 'r.example/team': bob }), ['r.example/team (bob)'], true],
  ['a login for Docker Hub', foreign({ 'https://index.docker.io/v1/': bob }), ['Docker Hub (bob)'], true],
  ['several', foreign({ 'quay.io': bob, 'ghcr.io': {} }), ['quay.io (bob)', 'ghcr.io'], true],
  ['one that cannot be decoded', foreign({ 'quay.io': { auth: '!' } }), ['quay.io'], true],
  ['one with a password in its name', foreign({ 'https://u:secret@quay.io': bob }), ['https://…@quay.io (bob)'], true],
  [
    'one in the older format',
    foreign({}, { type: 'kubernetes.io/dockercfg', data: { '.dockercfg': encoded(both) } }),
    ['quay.io (bob)'],
    true,
  ],
  ['one that is immutable, which --merge cannot change', foreign(both, { immutable: true }), ['quay.io (bob)'], false],
  ['no docker config', foreign({}, { data: { '.dockerconfigjson': 'eA==' } }), []],
  ['a Secret of another type, which is left alone', foreign(both, { type: 'Opaque' }), []],
  ['a copy of this source, which is behind', foreign(both, {}, copyOf('home/pull')), []],
  ['a copy of another source', foreign(both, {}, copyOf('x/pull')), ['quay.io (bob)'], false],
  [
    'a copy of this source that another tool has taken over',
    foreign(both, {}, {
      ...copyOf('home/pull'),
      ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'o', uid: 'u' }],
    } as object),
    ['quay.io (bob)'],
    false,
  ],
])('%s', (_, existing, shown, isMergeable) => {
  const loss = loginLossOf('a', planSecret('a', existing, source), existing, source);
  expect(loss?.shown ?? []).toEqual(shown);
  expect(loss?.isMergeable).toBe(isMergeable);
  for (const mode of ['merge', 'leave'] as const) {
    const other = { ...source, foreign: mode };
    expect(loginLossOf('a', planSecret('a', existing, other), existing, other)).toBeUndefined();
  }
});

const loss = (namespace: string, shown: readonly string[] = ['quay.io (bob)'], isMergeable = true): LoginLoss => ({
  namespace,
  servers: [],
  shown,
  isMergeable,
});
const numbered = (count: number): string[] => Array.from({ length: count }, (_, index) => `n${index}`);

test.each<[situation: string, losses: readonly LoginLoss[], said: readonly string[]]>([
  ['nothing', [], []],
  ['one', [loss('a')], ['--adopt drops quay.io (bob) from secret pull in a; --merge keeps it']],
  [
    'two logins in two namespaces',
    [loss('a', ['quay.io', 'ghcr.io']), loss('b', ['quay.io', 'ghcr.io'])],
    ['--adopt drops quay.io, ghcr.io from secret pull in a, b; --merge keeps them'],
  ],
  [
    'the same in many namespaces',
    numbered(12).map((name) => loss(name)),
    [`--adopt drops quay.io (bob) from secret pull in ${numbered(10).join(', ')} and 2 more; --merge keeps it`],
  ],
  [
    'what --merge does not touch',
    [loss('a', ['quay.io'], false), loss('b', ['ghcr.io'], false), loss('c', ['ghcr.io'], false)],
    [
      '--adopt drops quay.io from secret pull in a; without --adopt nothing changes there',
      '--adopt drops ghcr.io from secret pull in b, c; without --adopt nothing changes there',
    ],
  ],
  [
    'something else in each of many',
    numbered(12).map((name) => loss(name, [name])),
    [
      ...numbered(10).map((name) => `--adopt drops ${name} from secret pull in ${name}; --merge keeps it`),
      '--adopt drops other logins from secret pull in 2 more namespaces',
    ],
  ],
])('said of %s', (_, losses, said) => {
  expect(lossWarnings('pull', losses)).toEqual(said);
});
