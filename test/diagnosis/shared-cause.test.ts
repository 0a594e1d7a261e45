/** What one change heals is one finding, however many Secrets and namespaces have it. */
import { describe, expect, test } from 'vitest';
import type { PullFacts, SecretState } from '../../src/diagnosis/facts.ts';
import { groupFindings, type Occurrence } from '../../src/diagnosis/groups.ts';
import { type Finding, type FindingArguments, finding, proposedFix } from '../../src/findings/finding.ts';
import { formatCommand } from '../../src/line/format-command.ts';
import type { CopyOrigin } from '../../src/secret/copy.ts';
import { finished } from '../../src/secret/steps.ts';
import { factsOf, login, podWith, secretWith } from '../support/pull-facts.ts';

interface Known {
  readonly user?: string;
  readonly password?: string;
  /** The namespace of its source. */
  readonly source?: string;
  readonly state?: CopyOrigin['state'];
}

/** The Secret `pull` of each namespace. */
function known(secrets: Readonly<Record<string, Known>>): PullFacts['secrets'] {
  return new Map(
    Object.entries(secrets).map(([namespace, { user = 'ci', password = 'old', source, state = 'same' }]) => {
      const one = secretWith({ 'ghcr.io': login(user, password) });
      const there = factsOf({ secrets: { pull: one } }).secrets.get('team-a/pull') as SecretState & { status: 'there' };
      const copyOf = source === undefined ? undefined : { namespace: source, name: 'pull', state };
      return [`${namespace}/pull`, { ...there, copyOf }] as const;
    }),
  );
}

const of = <Code extends Finding['code']>(code: Code, namespace: string, args: object, name = 'pull'): Finding =>
  finding(code, { kind: 'Secret', namespace, name }, args as FindingArguments[Code]);
const rejected = (namespace: string): Finding =>
  of('credential-rejected', namespace, { server: 'ghcr.io', username: 'ci', said: { by: 'kubelet' } });
const expired = (namespace: string): Finding =>
  of('expired', namespace, { server: 'ghcr.io', at: '2026-01-01T00:00:00Z', by: 'itself' });
const missing = (namespace: string, elsewhere?: object): Finding => of('missing-secret', namespace, { elsewhere });
const copied = { namespaces: ['plat'], source: 'plat' };

function shown(found: readonly (Finding | Occurrence)[], secrets: PullFacts['secrets'] = new Map()): string[] {
  const seen = found.map((one) => ('found' in one ? one : { found: one }));
  return finished(groupFindings(seen, undefined, secrets)).map(
    ({ code, object, secrets: all = [], fix }) =>
      `${code} ${object.namespace} (${all.map(({ namespace }) => namespace).join(' ')}) ${fix.sufficient ? 'fix' : 'next'}: ${formatCommand(fix.command, { shell: 'posix', given: {} })}`,
  );
}

const create = (namespace: string) => `regsecret create pull -n ${namespace} --server ghcr.io`;

describe('one finding', () => {
  test.each<[string, readonly Finding[], Readonly<Record<string, Known>>, readonly string[]]>([
    [
      'one login that is rejected in three namespaces',
      ['c', 'a', 'b'].map(rejected),
      { a: {}, b: {}, c: {} },
      [`credential-rejected a (a b c) next: ${create('a')}`],
    ],
    [
      'a source with its copies: it is changed in the source',
      ['b', 'c', 'plat'].map(expired),
      { plat: {}, b: { source: 'plat' }, c: { source: 'plat' } },
      [`expired plat (b c plat) next: ${create('plat')}`],
    ],
    [
      'copies whose source is in another part: a look at the source',
      ['b', 'c'].map(expired),
      { b: { source: 'plat' }, c: { source: 'plat' } },
      ['expired b (b c) next: regsecret inspect pull -n plat'],
    ],
    [
      'copies whose source may not be read',
      ['b', 'c'].map(expired),
      { b: { source: 'plat', state: 'not readable' }, c: { source: 'plat', state: 'not readable' } },
      ['expired b (b c) next: regsecret sync pull -n plat --to b --dry-run=client'],
    ],
    [
      'a Secret that is missing in three namespaces, and that sync copies: one line',
      ['c', 'a', 'b'].map((namespace) => missing(namespace, copied)),
      {},
      ['missing-secret a () next: regsecret sync pull -n plat --to a,b,c --dry-run=client'],
    ],
    [
      'the login that kubectl apply left in several Secrets',
      [
        ...['a', 'b'].map((namespace) => of('login-in-annotation', namespace, {})),
        of('login-in-annotation', 'a', {}, 'other'),
      ],
      {},
      [
        'login-in-annotation a (a a b) next: kubectl annotate secret other pull -n a kubectl.kubernetes.io/last-applied-configuration- && kubectl annotate secret pull -n b kubectl.kubernetes.io/last-applied-configuration-',
      ],
    ],
  ])('%s', (_, found, secrets, lines) => {
    expect(shown(found, known(secrets))).toEqual(lines);
    expect(shown(found.toReversed(), known(secrets)).length).toBe(lines.length);
  });
});

describe('several findings', () => {
  test.each<[string, readonly Finding[], Readonly<Record<string, Known>>, number]>([
    ['one user with two passwords', ['a', 'b'].map(rejected), { a: {}, b: { password: 'other' } }, 2],
    ['Secrets of one name that nobody copied', ['a', 'b'].map(expired), { a: {}, b: {} }, 2],
    [
      'a copy that differs from its source',
      ['b', 'plat'].map(expired),
      { plat: {}, b: { source: 'plat', state: 'different' } },
      2,
    ],
    ['a Secret that is missing in namespaces, and that nobody copies', ['a', 'b'].map((one) => missing(one)), {}, 2],
    [
      'unused copies',
      ['a', 'b'].map((one) => of('unused-secret', one, {})),
      { a: { source: 'plat' }, b: { source: 'plat' } },
      2,
    ],
  ])('%s', (_, found, secrets, count) => {
    expect(shown(found, known(secrets))).toHaveLength(count);
  });

  test('a mark that others wrote does not decide about the source, which is read and another one', () => {
    const secrets = known({ plat: {}, evil: { source: 'plat', state: 'different', user: 'eve' } });
    expect(shown([expired('evil'), expired('plat')], secrets)).toContain(`expired plat () fix: ${create('plat')}`);
  });
});

test('the sentence names the others, and the namespaces that lack it', () => {
  const say = (found: readonly Finding[], secrets: PullFacts['secrets']): (string | undefined)[] =>
    finished(
      groupFindings(
        found.map((one) => ({ found: one })),
        undefined,
        secrets,
      ),
    ).map(({ message }) => message);
  expect(say(['a', 'b', 'c'].map(rejected), known({ a: {}, b: {}, c: {} }))).toEqual([
    'ghcr.io rejects the login of ci in secret a/pull (kubelet); also in secrets b/pull, c/pull',
  ]);
  expect(
    say(
      ['a', 'b'].map((one) => missing(one, copied)),
      new Map(),
    ),
  ).toEqual(['secret pull in namespaces a, b does not exist; sync copies the one in namespace plat']);
});

test('pods of all namespaces count', () => {
  const seen = ['a', 'b'].map((namespace): Occurrence => {
    const puller = podWith();
    return { found: rejected(namespace), puller: { ...puller, ref: { ...puller.ref, namespace }, count: 2 } };
  });
  const [view] = finished(groupFindings(seen, undefined, known({ a: {}, b: {} })));
  expect(view).toMatchObject({ affects: { pods: 4, namespaces: ['a', 'b'] }, objects: [{ pods: 2 }, { pods: 2 }] });
});

test('pods of several namespaces lack the copy of one source: the command is for all of them', () => {
  const seen = ['b', 'a'].map((namespace): Occurrence => {
    const puller = podWith();
    const found = missing(namespace, copied);
    return { found, fix: proposedFix(found), puller: { ...puller, ref: { ...puller.ref, namespace } } };
  });
  expect(shown(seen)).toEqual(['missing-secret a () next: regsecret sync pull -n plat --to a,b --dry-run=client']);
});
