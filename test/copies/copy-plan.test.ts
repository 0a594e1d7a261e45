/** What `sync` does in one namespace, and which namespaces it selects. */
import { describe, expect, test } from 'vitest';
import { planSecret, type SyncSource } from '../../src/copies/copy-plan.ts';
import { idlePatterns } from '../../src/copies/idle-patterns.ts';
import { formatHint } from '../../src/line/hint.ts';
import { TypedLine } from '../../src/line/typed-line.ts';
import type { Secret } from '../../src/secret/secret.ts';
import { choiceOf } from '../../src/secret/selected-namespace.ts';
import { fc } from '../support/fast-check.ts';

const TYPE = 'kubernetes.io/dockerconfigjson';
const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64');
const login = (password: string): object => ({ username: 'jane', password });
const PAYLOAD = encoded({ auths: { 'r.example': login('new') } });
const source: SyncSource = {
  ref: 'home/regsecret',
  name: 'regsecret',
  type: TYPE,
  payload: PAYLOAD,
  expiresAt: 'soon',
  entries: [{ server: 'r.example', credential: { username: 'jane', password: 'new' } }],
  keys: new Set(['r.example']),
  foreign: 'leave',
};
const LABELS = { 'app.kubernetes.io/managed-by': 'regsecret' };
const ANNOTATIONS = { 'regsecret/source': 'home/regsecret', 'regsecret/expires-at': 'soon' };

function stored(fields: Partial<Secret> = {}, metadata: Secret['metadata'] = {}): Secret {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      namespace: 'a',
      name: 'regsecret',
      resourceVersion: '7',
      labels: LABELS,
      annotations: ANNOTATIONS,
      ...metadata,
    },
    type: TYPE,
    data: { '.dockerconfigjson': PAYLOAD },
    ...fields,
  };
}

test.each<[string, Secret | undefined, unknown]>([
  ['no Secret', undefined, { action: 'create' }],
  ['a copy', stored(), { action: 'unchanged' }],
  [
    'a copy with another login',
    stored({ data: { '.dockerconfigjson': 'b2xk' } }),
    { action: 'update', patch: { metadata: { resourceVersion: '7' }, data: { '.dockerconfigjson': PAYLOAD } } },
  ],
  [
    'a copy with data of others',
    stored({ data: { '.dockerconfigjson': PAYLOAD, 'ca.crt': 'eA==' } }),
    { action: 'unchanged' },
  ],
  [
    'a copy with data of others, and another login',
    stored({ data: { '.dockerconfigjson': 'b2xk', 'ca.crt': 'eA==' } }),
    { action: 'update', patch: { metadata: { resourceVersion: '7' }, data: { '.dockerconfigjson': PAYLOAD } } },
  ],
  [
    'an immutable copy with data of others, and another login',
    stored({ immutable: true, data: { '.dockerconfigjson': 'b2xk', 'ca.crt': 'eA==' } }),
    { action: 'replace', secret: { data: { '.dockerconfigjson': PAYLOAD, 'ca.crt': 'eA==' } } },
  ],
  [
    'a copy with the payload of the other type too',
    stored({ data: { '.dockerconfigjson': PAYLOAD, '.dockercfg': 'e30=' } }),
    { action: 'update', patch: { metadata: { resourceVersion: '7' }, data: { '.dockercfg': null } } },
  ],
  [
    'a copy without the end of its login',
    stored({}, { annotations: { 'regsecret/source': 'home/regsecret', own: 'yes' } }),
    {
      action: 'update',
      patch: { metadata: { resourceVersion: '7', annotations: { 'regsecret/expires-at': 'soon' } } },
    },
  ],
  ['a copy of another type', stored({ type: 'kubernetes.io/dockercfg' }), { action: 'replace' }],
  ['a copy that is immutable and as it should be', stored({ immutable: true }), { action: 'unchanged' }],
  ['a copy that is immutable and is not', stored({ immutable: true, data: {} }), { action: 'replace' }],
  [
    'a copy of one in another cluster',
    stored({}, { annotations: { ...ANNOTATIONS, 'regsecret/made-from': 'another-cluster' } }),
    { action: 'refuse' },
  ],
  [
    'a copy of a login',
    stored({}, { annotations: { ...ANNOTATIONS, 'regsecret/made-from': 'login' } }),
    { action: 'update', patch: { metadata: { resourceVersion: '7', annotations: { 'regsecret/made-from': null } } } },
  ],
  ['a Secret without our label', stored({}, { labels: {} }), { action: 'refuse' }],
  ['a Secret without a source', stored({}, { annotations: {} }), { action: 'refuse' }],
  [
    'a copy of another source',
    stored({}, { annotations: { 'regsecret/source': 'x/regsecret' } }),
    { action: 'refuse' },
  ],
  [
    'a copy that Argo CD makes by now',
    stored({ data: {} }, { labels: { ...LABELS, 'argocd.argoproj.io/instance': 'web' } }),
    { action: 'refuse' },
  ],
  [
    'such a copy, as it should be',
    stored({}, { labels: { ...LABELS, 'argocd.argoproj.io/instance': 'web' } }),
    { action: 'unchanged' },
  ],
  ['a copy that is being deleted', stored({}, { deletionTimestamp: '2026-01-01T00:00:00Z' }), { action: 'refuse' }],
])('%s', (_, existing, step) => {
  expect(planSecret('a', existing, source)).toMatchObject(step as object);
});

describe('a login from here that lasts so long from when it is asked for', () => {
  const ends = (time: string): string => `{"r.example":"2030-01-01T${time}Z"}`;
  const login: SyncSource = { ...source, madeFrom: 'login', expiresAt: ends('12:00:00') };
  const written = (end: string, fields: Partial<Secret> = {}): Secret =>
    stored(fields, { annotations: { ...ANNOTATIONS, 'regsecret/made-from': 'login', 'regsecret/expires-at': end } });

  test.each<[string, Secret, string]>([
    ['the same one, asked for again: it ends when it did', written(ends('11:00:00')), 'unchanged'],
    ['the same one, with an end that is too late', written(ends('13:00:00')), 'update'],
    ['the same one, with an end that cannot be read', written('{'), 'update'],
    ['the same one, with an end of another registry', written('{"x":"2030-01-01T11:00:00Z"}'), 'update'],
    ['another one', written(ends('11:00:00'), { data: { '.dockerconfigjson': 'b2xk' } }), 'update'],
  ])('%s', (_, existing, action) => {
    expect(planSecret('a', existing, login).action).toBe(action);
  });
});

/** A Secret that regsecret did not create. */
const foreign = (fields: Partial<Secret>, annotations: Record<string, string> = { own: 'yes' }): Secret =>
  stored(fields, { labels: {}, annotations });
const other = { '.dockerconfigjson': encoded({ auths: { 'r.example': login('old'), 'other.example': login('x') } }) };
const same = { '.dockerconfigjson': encoded({ auths: { 'r.example': login('new'), 'other.example': login('x') } }) };

test.each<[string, 'merge' | 'adopt', Secret, unknown]>([
  [
    'another login',
    'merge',
    foreign({ data: other }),
    { action: 'update', patch: { metadata: { resourceVersion: '7' } } },
  ],
  ['the same login and others', 'merge', foreign({ data: same }), { action: 'unchanged' }],
  ['another type', 'merge', foreign({ type: 'Opaque', data: { a: 'eA==' } }), { action: 'refuse' }],
  ['an immutable one', 'merge', foreign({ data: other, immutable: true }), { action: 'refuse' }],
  ['no docker config', 'merge', foreign({ data: { '.dockerconfigjson': 'eA==' } }), { action: 'refuse' }],
  [
    'a copy of another source',
    'merge',
    stored({}, { annotations: { 'regsecret/source': 'x/regsecret' } }),
    { action: 'refuse' },
  ],
  ['a copy of this one', 'merge', stored(), { action: 'unchanged' }],
  [
    'another login',
    'adopt',
    foreign({ data: other }),
    {
      action: 'update',
      patch: { metadata: { labels: LABELS, annotations: ANNOTATIONS }, data: { '.dockerconfigjson': PAYLOAD } },
    },
  ],
  [
    'another type of pull secret',
    'adopt',
    foreign({ type: 'kubernetes.io/dockercfg', data: {} }),
    { action: 'replace' },
  ],
  ['an immutable one', 'adopt', foreign({ data: other, immutable: true }), { action: 'replace' }],
  ['another type', 'adopt', foreign({ type: 'Opaque' }), { action: 'refuse' }],
  [
    'a copy of another source',
    'adopt',
    stored({}, { annotations: { 'regsecret/source': 'x/regsecret' } }),
    { action: 'update' },
  ],
])('%s, --%s', (_, mode, existing, step) => {
  expect(planSecret('a', existing, { ...source, foreign: mode })).toMatchObject(step as object);
});

test.each<[string, SyncSource['foreign'], Secret, string]>([
  [
    'a Secret that others made',
    'leave',
    foreign({ data: other }),
    'sync --merge, which adds these logins and keeps the rest; --adopt instead turns it into a copy, which drops the rest',
  ],
  [
    'a copy of another source',
    'merge',
    stored({}, { annotations: { 'regsecret/source': 'x/regsecret' } }),
    'sync --adopt, which turns it into a copy and drops logins that the source does not have',
  ],
  [
    'an immutable one',
    'merge',
    foreign({ data: other, immutable: true }),
    'sync --adopt, which turns it into a copy and drops logins that the source does not have',
  ],
])('the next line for %s, with --%s', (_, mode, existing, line) => {
  const typed = new TypedLine('sync', [], []);
  const hintOf = (by: SyncSource) => {
    const step = planSecret('a', existing, by);
    if (step.action !== 'refuse' || step.error.hint === undefined) throw new Error(step.action);
    return formatHint(step.error.hint, { shell: 'posix', given: {}, typed });
  };
  expect(hintOf({ ...source, foreign: mode })).toBe(`regsecret ${line}`);
});

/** Applies a JSON merge patch (RFC 7386). */
function merged(target: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null) return patch;
  const result = new Map(Object.entries(typeof target === 'object' && target !== null ? target : {}));
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) result.delete(name);
    else result.set(name, merged(result.get(name), value));
  }
  return Object.fromEntries(result);
}

const texts = (names: string[]) =>
  fc.dictionary(fc.constantFrom(...names, 'own', 'team'), fc.constantFrom('regsecret', 'home/regsecret', 'soon', 'x'));
const secrets = fc.record(
  {
    labels: texts(Object.keys(LABELS)),
    annotations: texts(Object.keys(ANNOTATIONS)),
    data: fc.dictionary(
      fc.constantFrom('.dockerconfigjson', '.dockercfg', 'note'),
      fc.constantFrom(PAYLOAD, other['.dockerconfigjson'], same['.dockerconfigjson'], 'e30='),
    ),
    type: fc.constantFrom(TYPE, 'kubernetes.io/dockercfg', 'Opaque'),
    immutable: fc.boolean(),
  },
  { requiredKeys: ['type'] },
);

test.each(['leave', 'merge', 'adopt'] as const)(
  'whatever is there, and what is foreign is to %s: a second plan after the first is empty',
  (mode) => {
    fc.assert(
      fc.property(secrets, fc.option(fc.constantFrom('soon', 'later'), { nil: undefined }), (fields, expiresAt) => {
        const { labels, annotations, ...rest } = fields;
        const existing = stored({ data: undefined, ...rest } as never, { labels, annotations } as never);
        const wanted = { ...source, expiresAt, foreign: mode };
        const step = planSecret('a', existing, wanted);
        const isOurs = labels?.['app.kubernetes.io/managed-by'] === 'regsecret';
        const isCopy = isOurs && annotations?.['regsecret/source'] === 'home/regsecret';
        if (isCopy) expect(step.action).not.toBe('refuse');
        if (!isCopy && mode === 'leave') expect(step.action).toBe('refuse');
        if (step.action === 'refuse' || step.action === 'unchanged') return;
        const asCopy = isCopy || mode === 'adopt';
        const after = step.action === 'update' ? merged(existing, step.patch) : step.secret;
        expect(planSecret('a', after as Secret, wanted)).toEqual({ action: 'unchanged' });
        const marks = (after as Secret).metadata.annotations?.['regsecret/source'];
        expect(marks === 'home/regsecret').toBe(asCopy || annotations?.['regsecret/source'] === 'home/regsecret');
        const kept = Object.entries(annotations ?? {}).filter(([name]) => !name.startsWith('regsecret/'));
        expect((after as Secret).metadata.annotations).toMatchObject(Object.fromEntries(kept));
        expect((after as Secret).data?.note).toBe(rest.data?.note);
      }),
    );
  },
);

test.each([
  ['team-a', { globs: ['team-*'] }, 'chosen'],
  ['team-a', { globs: ['x', 'team-?'] }, 'chosen'],
  ['team-a', { globs: ['team-*'], exclude: ['*-a'] }, 'other'],
  ['team-a', { names: ['team-a'], exclude: ['team-a'] }, 'other'],
  ['team-a', { names: ['team'] }, 'other'],
  ['team-a', { all: true }, 'chosen'],
  ['kube-system', { all: true }, 'other'],
  ['kube-system', { globs: ['kube-*'] }, 'other'],
  ['openshift-x', { globs: ['*'] }, 'other'],
  ['kube-system', { names: ['kube-system'] }, 'chosen'],
  ['home', { all: true }, 'other'],
  ['home', { names: ['home'] }, 'other'],
] as const)('namespace %s with %j: %s', (name, given, choice) => {
  const selection = { names: [], globs: [], all: false, exclude: [], ...given };
  expect(choiceOf({ name, isEnding: false, isLeftAlone: false }, selection, 'home')).toBe(choice);
});

test.each([
  ['that is being deleted', { isEnding: true }, 'ending'],
  ['whose owner wants nothing', { isLeftAlone: true }, 'left alone'],
  ['with both', { isEnding: true, isLeftAlone: true }, 'left alone'],
] as const)('a namespace %s', (_, facts, choice) => {
  const selection = { names: ['a'], globs: [], all: false, exclude: [] };
  expect(choiceOf({ name: 'a', isEnding: false, isLeftAlone: false, ...facts }, selection, 'home')).toBe(choice);
});

test.each([
  ['taem-*', 'team-*'],
  ['tem-*', 'team-*'],
  ['team-a-*', undefined],
  ['teem-*', 'team-*'],
  // A wrong digit is not treated as a typo.
  ['prod1-*', undefined],
  // System namespaces have to be named, so they are not proposed.
  ['kueb-*', undefined],
  ['*-taem', undefined],
  ['other-*', undefined],
])('%s, which chooses nothing, is perhaps %s', (glob, near) => {
  const names = ['team-a', 'team-b', 'prod2-a', 'kube-system'];
  const namespaces = names.map((name) => ({ name, isEnding: false, isLeftAlone: false }));
  expect(idlePatterns(namespaces, [glob])).toEqual([{ glob, reserved: [], near }]);
});
