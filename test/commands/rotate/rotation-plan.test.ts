/** Plans which Secret gets which login: a table of situations, and properties of every plan. */
import { describe, expect, test } from 'vitest';
import { type HeldSecret, lookIn, type RotatedLogin } from '../../../src/commands/rotate/old-login.ts';
import { givenPassword, replacedAtHome } from '../../../src/commands/rotate/proof.ts';
import { isRotatedSource, type PlannedSecret, planRotation } from '../../../src/commands/rotate/rotation-plan.ts';
import { buildPullSecret } from '../../../src/secret/build.ts';
import { changeLogins } from '../../../src/secret/entry-change.ts';
import type { Secret } from '../../../src/secret/secret.ts';
import { ownNamespace } from '../../../src/secret/selected-namespace.ts';
import { finished } from '../../../src/secret/steps.ts';
import { cases } from '../../support/cases.ts';
import { fc } from '../../support/fast-check.ts';

const NEXT: RotatedLogin = { server: 'ghcr.io', credential: { username: 'ci', password: 'new' }, expiry: undefined };

interface Given {
  readonly namespace?: string;
  readonly name?: string;
  /** The login for each server, as `user:password`. */
  readonly auths?: Readonly<Record<string, string>>;
  /** The `auth` of the entry for ghcr.io. */
  readonly auth?: string;
  /** Further fields of the entry for ghcr.io. */
  readonly fields?: object;
  readonly source?: string;
  /** Whether `source` is in another cluster. */
  readonly isFar?: boolean;
  readonly owner?: boolean;
  readonly immutable?: boolean;
}

function secretOf(given: Given): Secret {
  const { namespace = 'home', name = 'pull', auths = {}, auth, fields, source, isFar, owner, immutable } = given;
  const entries = Object.entries(auths).map(([server, login]) => {
    const [username = '', password = ''] = login.split(':');
    return { server, credential: { username, password } };
  });
  const built = buildPullSecret({ name, namespace, entries });
  const metadata = {
    ...built.metadata,
    ...(source && {
      labels: { 'app.kubernetes.io/managed-by': 'regsecret' },
      annotations: { 'regsecret/source': source, ...(isFar && { 'regsecret/made-from': 'another-cluster' }) },
    }),
    ...(owner && { ownerReferences: [{ apiVersion: 'x.io/v1', kind: 'Maker', name: 'm' }] }),
  };
  const payload = btoa(JSON.stringify({ auths: { 'ghcr.io': { auth, ...fields } } }));
  const data = auth === undefined ? built.data : { '.dockerconfigjson': payload };
  return { ...built, data, metadata, ...(immutable && { immutable }) } as Secret;
}

const held = (secrets: readonly Secret[], logins = [NEXT]): HeldSecret[] =>
  secrets.flatMap((secret) => {
    const { namespace = '', name = '' } = secret.metadata;
    return finished(lookIn(secret, { namespace: ownNamespace(namespace), name }, logins)).held ?? [];
  });

interface Flags {
  readonly anyUser?: boolean;
  readonly below?: boolean;
  readonly owned?: boolean;
  readonly oldPassword?: string;
  /** Sources that get the new login in another cluster of the same run. */
  readonly elsewhere?: readonly string[];
}

/** Plans as `rotate` does for the home namespace `home`. */
function planned(secrets: readonly HeldSecret[], flags: Flags = {}): PlannedSecret[] {
  const { anyUser = false, below = false, owned = false, oldPassword, elsewhere = [] } = flags;
  const base = { anyUser, below, owned, home: 'home' };
  const old = oldPassword === undefined ? replacedAtHome(secrets, base) : givenPassword(oldPassword);
  return planRotation(secrets, { ...base, old }, (source) => elsewhere.includes(source));
}

/** A planned Secret as `namespace/name action[ (obstacle)], server: state…`. */
const shown = ({ ref, action, obstacle, isCopy, entries }: PlannedSecret): string => {
  const states = entries.map(({ server, state }) => `${server}: ${state}`).join(', ');
  const note = isCopy ? ' (copy)' : obstacle === undefined ? '' : ` (${obstacle})`;
  return `${ref.namespace}/${ref.name} ${action}${note}, ${states}`;
};

const NONE = { 'quay.io': 'ci:old' };

describe('a table', () => {
  test.each<[situation: string, given: Given[], flags: Flags, plan: string[]]>([
    ['nothing of the registry', [{ auths: NONE }], {}, []],
    ['the old one', [{ auths: { 'ghcr.io': 'ci:x' } }], {}, ['home/pull update, ghcr.io: new']],
    ['the new one', [{ auths: { 'ghcr.io': 'ci:new' } }], {}, ['home/pull unchanged, ghcr.io: has it']],
    [
      'two names of one server, of two users',
      [{ auths: { 'ghcr.io': 'ci:x', 'https://ghcr.io/v2/': 'bob:x' } }],
      {},
      ['home/pull update, ghcr.io: new, https://ghcr.io/v2/: other user'],
    ],
    ['another user', [{ auths: { 'ghcr.io': 'bob:x' } }], {}, ['home/pull left, ghcr.io: other user']],
    ['no user', [{ auths: { 'ghcr.io': ':x' } }], {}, ['home/pull left, ghcr.io: no user']],
    ['what cannot be decoded', [{ auth: '!!!' }], {}, ['home/pull left, ghcr.io: cannot be decoded']],
    ['what cannot be decoded, if wanted', [{ auth: '!!!' }], { anyUser: true }, ['home/pull update, ghcr.io: new']],
    [
      'the new one in auth, and the old one in fields beside it',
      [{ auth: btoa('ci:new'), fields: { username: 'ci', password: 'old' } }],
      {},
      ['home/pull update, ghcr.io: new'],
    ],
    [
      'the same in another namespace, where nothing has to be proven',
      [{ namespace: 'team', auth: btoa('ci:new'), fields: { username: 'ci', password: 'x' } }],
      {},
      ['team/pull update, ghcr.io: new'],
    ],
    [
      'the new one in auth, and in fields beside it',
      [{ auth: btoa('ci:new'), fields: { username: 'ci', password: 'new' } }],
      {},
      ['home/pull unchanged, ghcr.io: has it'],
    ],
    [
      'what cannot be decoded elsewhere, if wanted at home',
      [{ auth: '!!!' }, { namespace: 'b', auth: '!!!' }],
      { anyUser: true },
      ['home/pull update, ghcr.io: new', 'b/pull left, ghcr.io: cannot be decoded'],
    ],
    [
      'an empty entry at home, which tells of no other empty one',
      [{ auths: { 'ghcr.io': ':' } }, { namespace: 'b', auths: { 'ghcr.io': ':' } }],
      { anyUser: true },
      ['home/pull update, ghcr.io: new', 'b/pull left, ghcr.io: no user'],
    ],
    [
      'another user elsewhere, if wanted at home',
      [{ auths: { 'ghcr.io': 'bob:x' } }, { namespace: 'b', auths: { 'ghcr.io': 'carl:x' } }],
      { anyUser: true },
      ['home/pull update, ghcr.io: new', 'b/pull left, ghcr.io: other user'],
    ],
    [
      'the same login of another user elsewhere, if wanted at home',
      [{ auths: { 'ghcr.io': 'bob:x' } }, { namespace: 'b', auths: { 'ghcr.io': 'bob:x' } }],
      { anyUser: true },
      ['home/pull update, ghcr.io: new', 'b/pull update, ghcr.io: new'],
    ],
    [
      'the old password is given: nothing else is old, at home neither',
      [
        { auths: { 'ghcr.io': 'ci:x' } },
        { name: 'other', auths: { 'ghcr.io': 'ci:old' } },
        { namespace: 'b', auths: { 'ghcr.io': 'ci:old' } },
        { namespace: 'c', auths: { 'ghcr.io': 'bob:old' } },
      ],
      { oldPassword: 'old', anyUser: true },
      [
        'home/pull left, ghcr.io: other password',
        'home/other update, ghcr.io: new',
        'b/pull update, ghcr.io: new',
        'c/pull left, ghcr.io: other user',
      ],
    ],
    [
      'another user, if any',
      [{ auths: { 'ghcr.io': 'bob:x' } }],
      { anyUser: true },
      ['home/pull update, ghcr.io: new'],
    ],
    ['below', [{ auths: { 'ghcr.io/acme/': 'ci:x' } }], {}, ['home/pull left, ghcr.io/acme/: below']],
    [
      'below, if wanted',
      [{ auths: { 'ghcr.io/acme/': 'ci:x' } }],
      { below: true },
      ['home/pull update, ghcr.io/acme/: new'],
    ],
    ['a host that only begins so', [{ auths: { 'ghcr.io.evil.example': 'ci:x' } }], { below: true, anyUser: true }, []],
    ['a wildcard', [{ auths: { '*.io': 'ci:x' } }], { below: true, anyUser: true }, []],
    [
      'made by somebody else',
      [{ auths: { 'ghcr.io': 'ci:x' }, owner: true }],
      {},
      ['home/pull held back (maker), ghcr.io: new'],
    ],
    [
      'made by somebody else, all the same',
      [{ auths: { 'ghcr.io': 'ci:x' }, owner: true }],
      { owned: true },
      ['home/pull update, ghcr.io: new'],
    ],
    [
      'made by somebody else, with the new one',
      [{ auths: { 'ghcr.io': 'ci:new' }, owner: true }],
      {},
      ['home/pull unchanged, ghcr.io: has it'],
    ],
    [
      'immutable',
      [{ auths: { 'ghcr.io': 'ci:x' }, immutable: true }],
      { owned: true },
      ['home/pull held back (immutable), ghcr.io: new'],
    ],
    [
      'elsewhere, what home has, and another password',
      [
        { auths: { 'ghcr.io': 'ci:old' } },
        { namespace: 'b', auths: { 'ghcr.io': 'ci:old' } },
        { namespace: 'c', auths: { 'ghcr.io': 'ci:x' } },
      ],
      {},
      ['home/pull update, ghcr.io: new', 'b/pull update, ghcr.io: new', 'c/pull left, ghcr.io: other password'],
    ],
    [
      'elsewhere, and home has the new one already, so nobody knows what was old',
      [{ auths: { 'ghcr.io': 'ci:new' } }, { namespace: 'b', auths: { 'ghcr.io': 'ci:x' } }],
      {},
      ['home/pull unchanged, ghcr.io: has it', 'b/pull left, ghcr.io: unknown password'],
    ],
    [
      'a copy with its source, whatever password it has',
      [
        { auths: { 'ghcr.io': 'ci:old' } },
        { namespace: 'b', auths: { 'ghcr.io': 'ci:old' }, source: 'home/pull' },
        { namespace: 'c', auths: { 'ghcr.io': 'ci:stale' }, source: 'home/pull' },
      ],
      {},
      [
        'home/pull update, ghcr.io: new',
        'b/pull update (copy), ghcr.io: new',
        'c/pull update (copy), ghcr.io: other password',
      ],
    ],
    [
      'a copy that an earlier run could not write',
      [{ auths: { 'ghcr.io': 'ci:new' } }, { namespace: 'b', auths: { 'ghcr.io': 'ci:old' }, source: 'home/pull' }],
      {},
      ['home/pull unchanged, ghcr.io: has it', 'b/pull update (copy), ghcr.io: unknown password'],
    ],
    [
      'a mark that names a Secret of another name, which makes no copy',
      [
        { auths: { 'ghcr.io': 'ci:old' } },
        { namespace: 'b', name: 'other', auths: { 'ghcr.io': 'ci:guess' }, source: 'home/pull' },
      ],
      {},
      ['home/pull update, ghcr.io: new', 'b/other left, ghcr.io: other password'],
    ],
    [
      'a copy whose source is not in the plan, with what home has',
      [
        { name: 'x', auths: { 'ghcr.io': 'ci:old' } },
        { namespace: 'b', auths: { 'ghcr.io': 'ci:old' }, source: 'z/pull' },
      ],
      { owned: true },
      ['home/x update, ghcr.io: new', 'b/pull held back (source), ghcr.io: new'],
    ],
    [
      'a copy of a source of that name in another cluster',
      [
        { auths: { 'ghcr.io': 'ci:old' } },
        { namespace: 'b', auths: { 'ghcr.io': 'ci:old' }, source: 'home/pull', isFar: true },
      ],
      {},
      ['home/pull update, ghcr.io: new', 'b/pull held back (source), ghcr.io: new'],
    ],
    [
      'the same, which gets the new login there, whatever password it has',
      [{ namespace: 'b', auths: { 'ghcr.io': 'ci:x' }, source: 'home/pull', isFar: true }],
      { elsewhere: ['home/pull'] },
      ['b/pull update (copy), ghcr.io: unknown password'],
    ],
    [
      'a copy of this cluster, whose source gets it in another one only',
      [
        { name: 'x', auths: { 'ghcr.io': 'ci:old' } },
        { namespace: 'b', auths: { 'ghcr.io': 'ci:old' }, source: 'home/pull' },
      ],
      { elsewhere: ['home/pull'] },
      ['home/x update, ghcr.io: new', 'b/pull held back (source), ghcr.io: new'],
    ],
    [
      'a copy whose source is held back',
      [
        { auths: { 'ghcr.io': 'ci:old' }, owner: true },
        { namespace: 'b', auths: { 'ghcr.io': 'ci:old' }, source: 'home/pull' },
      ],
      {},
      ['home/pull held back (maker), ghcr.io: new', 'b/pull held back (source), ghcr.io: new'],
    ],
    [
      'copies that name each other, and one that names itself',
      [
        { namespace: 'a', auths: { 'ghcr.io': 'ci:old' }, source: 'b/pull' },
        { namespace: 'b', auths: { 'ghcr.io': 'ci:old' }, source: 'a/pull' },
        { auths: { 'ghcr.io': 'ci:old' }, source: 'home/pull' },
      ],
      {},
      [
        'a/pull held back (source), ghcr.io: new',
        'b/pull held back (source), ghcr.io: new',
        'home/pull update, ghcr.io: new',
      ],
    ],
  ])('%s', (_, given, flags, plan) => {
    expect(planned(held(given.map(secretOf)), flags).map(shown)).toEqual(plan);
  });

  test('of two new logins an entry below both gets that of the longer path', () => {
    const acme = { ...NEXT, server: 'ghcr.io/acme' };
    const given = [secretOf({ auths: { 'ghcr.io/acme/web': 'ci:x', 'ghcr.io': 'ci:x', 'ghcr.io/other': 'ci:x' } })];
    const [item] = planned(held(given, [NEXT, acme]), { below: true });
    expect(item?.entries.map(({ server, next }) => [server, next.server])).toEqual([
      ['ghcr.io', 'ghcr.io'],
      ['ghcr.io/acme/web', 'ghcr.io/acme'],
      ['ghcr.io/other', 'ghcr.io'],
    ]);
  });

  test("another name of Docker Hub is another entry, below Hub's own", () => {
    const hub = { ...NEXT, server: 'https://index.docker.io/v1/' };
    const given = [secretOf({ auths: { 'https://index.docker.io/v1/': 'ci:x', 'docker.io': 'ci:x' } })];
    expect(planned(held(given, [hub])).map(shown)).toEqual([
      'home/pull update, docker.io: below, https://index.docker.io/v1/: new',
    ]);
  });
});

const aSecret = fc.record({
  namespace: fc.constantFrom('home', 'b', 'c'),
  name: fc.constantFrom('x', 'y'),
  auths: fc.dictionary(
    fc.constantFrom('ghcr.io', 'https://ghcr.io/v1/', 'ghcr.io/acme', 'quay.io', 'ghcr.io.evil.example'),
    fc.constantFrom('ci:old', 'ci:new', 'ci:guess', 'bob:old'),
  ),
  source: fc.constantFrom('', 'home/x', 'home/y', 'b/x', 'b/y'),
  owner: fc.boolean(),
  immutable: fc.boolean(),
});
const someSecrets = fc.uniqueArray(aSecret, { selector: ({ namespace, name }) => `${namespace}/${name}` });
const someRules = fc.record({ anyUser: fc.boolean(), below: fc.boolean(), owned: fc.boolean() });

const loginsOf = (secret: Secret): Record<string, string> =>
  Object.fromEntries(
    Object.entries<{ auth: string }>(
      JSON.parse(Buffer.from(secret.data?.['.dockerconfigjson'] ?? '', 'base64').toString()).auths,
    ).map(([server, { auth }]) => [server, Buffer.from(auth, 'base64').toString()]),
  );

const keyOf = ({ namespace = '', name = '' }: { namespace?: string; name?: string }): string => `${namespace}/${name}`;

/** The Secrets after a plan is carried out: first each by itself, then the copies. */
function carriedOut(secrets: readonly Secret[], plan: readonly PlannedSecret[]): Secret[] {
  const items = new Map(plan.map((item) => [keyOf(item.ref), item]));
  const alone = secrets.map((secret) => {
    const item = items.get(keyOf(secret.metadata));
    const entries =
      item?.action === 'update' && !item.isCopy ? item.entries.filter(({ state }) => state === 'new') : [];
    const change = changeLogins(secret, new Map(entries.map(({ server, next }) => [server, next])));
    return change === undefined ? secret : { ...secret, data: change.data };
  });
  const now = new Map(alone.map((secret) => [keyOf(secret.metadata), secret]));
  return alone.map((secret) => {
    const { isCopy, mark } = items.get(keyOf(secret.metadata)) ?? {};
    const source = isCopy ? now.get(mark?.source ?? '') : undefined;
    return source?.data === undefined ? secret : { ...secret, data: source.data };
  });
}

test('every plan changes only meant logins, leaves nothing meant that nothing stands against, and is done once', () => {
  fc.assert(
    fc.property(someSecrets, someRules, (given, flags) => {
      const secrets = given.map(secretOf);
      const plan = planned(held(secrets), flags);
      const rotated = new Set(plan.filter(isRotatedSource).map(({ ref }) => keyOf(ref)));
      const items = new Map(plan.map((item) => [keyOf(item.ref), item]));
      const after = carriedOut(secrets, plan);
      for (const [index, secret] of secrets.entries()) {
        const item = items.get(keyOf(secret.metadata));
        const [before, now] = [loginsOf(secret), loginsOf(after[index] ?? secret)];
        if (item?.isCopy) {
          expect(rotated).toContain(item.mark?.source);
          expect(item.mark?.source.split('/')[1]).toBe(secret.metadata.name);
          continue;
        }
        for (const [server, login] of Object.entries(before)) {
          if (now[server] === login) continue;
          expect(now[server]).toBe('ci:new');
          expect(server).toMatch(/^(https:\/\/)?ghcr\.io(\/|$)/);
          if (!flags.below) expect(server).not.toBe('ghcr.io/acme');
          if (!flags.anyUser) expect(login).toMatch(/^ci:/);
          if (secret.metadata.namespace !== 'home') {
            // Only what home has and loses is the old login.
            const own = secrets.filter(({ metadata }) => metadata.namespace === 'home');
            expect(own.some((one) => Object.values(loginsOf(one)).includes(login))).toBe(true);
          }
          expect(secret.immutable ?? false).toBe(false);
          if (!flags.owned) expect(secret.metadata.ownerReferences).toBeUndefined();
        }
        expect(Object.keys(now)).toEqual(Object.keys(before));
      }
      const again = planned(held(after), flags);
      expect(again.filter(({ action, isCopy }) => action === 'update' && !isCopy)).toEqual([]);
      const free = plan.filter(
        ({ entries, obstacle }) => obstacle === undefined && entries.some(({ state }) => state === 'new'),
      );
      expect(free.every(({ action }) => action === 'update')).toBe(true);
    }),
    { numRuns: cases(150, 500) },
  );
});
