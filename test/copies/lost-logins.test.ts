/** Which logins `sync` drops, and the warnings about them. */
import { expect, test } from 'vitest';
import { planSecret, type SyncSource } from '../../src/copies/copy-plan.ts';
import { type LoginLoss, loginLossOf, lossWarnings, saidLosses } from '../../src/copies/lost-logins.ts';
import type { Secret } from '../../src/secret/secret.ts';

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
  keys: new Set(['r.example']),
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

type KeptBy = LoginLoss['keptBy'];

test.each<[situation: string, existing: Secret | undefined, shown: readonly string[], keptBy?: KeptBy]>([
  ['nothing is there', undefined, []],
  ['another login for the same server', foreign({ 'r.example': bob }), []],
  ['the same server, written in another way', foreign({ 'https://r.example/v2/': bob }), []],
  ['a login for another server', foreign(both), ['quay.io (bob)'], 'merge'],
  ['a login for a part of the server', foreign({ 'r.example/team': bob }), ['r.example/team (bob)'], 'merge'],
  ['a login for Docker Hub', foreign({ 'https://index.docker.io/v1/': bob }), ['Docker Hub (bob)'], 'merge'],
  ['several', foreign({ 'quay.io': bob, 'ghcr.io': {} }), ['quay.io (bob)', 'ghcr.io'], 'merge'],
  ['one that cannot be decoded', foreign({ 'quay.io': { auth: '!' } }), ['quay.io'], 'merge'],
  [
    'one with a password in its name',
    foreign({ 'https://u:secret@quay.io': bob }),
    ['https://…@quay.io (bob)'],
    'merge',
  ],
  [
    'one in the older format',
    foreign({}, { type: 'kubernetes.io/dockercfg', data: { '.dockercfg': encoded(both) } }),
    ['quay.io (bob)'],
    'merge',
  ],
  [
    'one that is immutable, which --merge cannot change',
    foreign(both, { immutable: true }),
    ['quay.io (bob)'],
    'leave',
  ],
  ['no docker config', foreign({}, { data: { '.dockerconfigjson': 'eA==' } }), []],
  ['a Secret of another type, which is left alone', foreign(both, { type: 'Opaque' }), []],
  ['a copy of this source, which is behind', foreign(own, {}, copyOf('home/pull')), []],
  [
    'a copy with a login that its source does not have',
    foreign(both, {}, copyOf('home/pull')),
    ['quay.io (bob)'],
    'source',
  ],
  [
    'such a copy, which is immutable and made again',
    foreign(both, { immutable: true }, copyOf('home/pull')),
    ['quay.io (bob)'],
    'source',
  ],
  ['a copy of another source', foreign(both, {}, copyOf('x/pull')), ['quay.io (bob)'], 'leave'],
  [
    'a copy of this source that another tool has taken over',
    foreign(both, {}, {
      ...copyOf('home/pull'),
      ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'o', uid: 'u' }],
    } as object),
    ['quay.io (bob)'],
    'leave',
  ],
])('%s', (_, existing, shown, keptBy) => {
  const loss = loginLossOf('a', planSecret('a', existing, source), existing, source);
  expect(loss?.shown ?? []).toEqual(shown);
  expect(loss?.keptBy).toBe(keptBy);
  for (const mode of ['merge', 'leave'] as const) {
    const other = { ...source, foreign: mode };
    const same = keptBy === 'source' ? loss : undefined;
    expect(loginLossOf('a', planSecret('a', existing, other), existing, other)).toEqual(same);
  }
});

test('an entry of the source that no kubelet can decode is copied with the rest, so it is not lost', () => {
  const auths = { 'r.example': own['r.example'], 'quay.io': { auth: '!' } };
  const partly = { ...source, payload: encoded({ auths }), keys: new Set(Object.keys(auths)) };
  for (const marks of [copyOf('home/pull'), {}]) {
    const existing = foreign(both, {}, marks);
    expect(loginLossOf('a', planSecret('a', existing, partly), existing, partly)).toBeUndefined();
  }
});

test('a watch says a loss once while its write fails, and again when the same is lost later', () => {
  const said = saidLosses();
  expect(said.unsaid([loss('a'), loss('b')])).toEqual([loss('a'), loss('b')]);
  said.over('b');
  expect(said.unsaid([loss('a'), loss('b')])).toEqual([loss('b')]);
  expect(said.unsaid([loss('a', ['ghcr.io'])])).toEqual([loss('a', ['ghcr.io'])]);
});

const loss = (
  namespace: string,
  shown: readonly string[] = ['quay.io (bob)'],
  keptBy: KeptBy = 'merge',
): LoginLoss => ({
  namespace,
  servers: [],
  shown,
  keptBy,
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
    [loss('a', ['quay.io'], 'leave'), loss('b', ['ghcr.io'], 'leave'), loss('c', ['ghcr.io'], 'leave')],
    [
      '--adopt drops quay.io from secret pull in a; without --adopt nothing changes there',
      '--adopt drops ghcr.io from secret pull in b, c; without --adopt nothing changes there',
    ],
  ],
  [
    'what copies have and their source has not',
    [loss('a', ['quay.io'], 'source'), loss('b', ['quay.io'], 'source'), loss('c', ['x.io', 'y.io'], 'source')],
    [
      'sync drops quay.io from secret pull in a, b; the source does not have it',
      'sync drops x.io, y.io from secret pull in c; the source does not have them',
    ],
  ],
  [
    'something else in each of many copies',
    numbered(12).map((name) => loss(name, [name], 'source')),
    [
      ...numbered(10).map((name) => `sync drops ${name} from secret pull in ${name}; the source does not have it`),
      'sync drops other logins from secret pull in 2 more namespaces',
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
