/** The questions to registries about the logins of Secrets, and the findings from the answers. */
import { describe, expect, test } from 'vitest';
import type { Answer } from '../../src/diagnosis/facts.ts';
import { secretFindings, secretQuestions, usersIn } from '../../src/diagnosis/secret-checks.ts';
import { finding } from '../../src/findings/finding.ts';
import type { Secret } from '../../src/secret/secret.ts';
import { finished } from '../../src/secret/steps.ts';
import { questionKey } from '../../src/verify/question.ts';
import type { Verdict } from '../../src/verify/verdict.ts';
import { factsOf, login, NOW, secretWith, type World } from '../support/pull-facts.ts';
import { down, good, quay, rejected } from '../support/pull-situation.ts';

const ids = ['a', 'b'].map((name) => ({ namespace: 'team-a', name }));
const nowhere: NonNullable<World['says']> = () => down;

describe('registries are asked about', () => {
  test.each<[string, World, string[]]>([
    ['nothing offline', { secrets: { a: good } }, []],
    ['nothing of a Secret that is missing', { secrets: { a: 'missing', b: 'forbidden' }, says: nowhere }, []],
    ['each login once', { secrets: { a: good, b: good }, says: nowhere }, ['ghcr.io']],
    ['logins of two registries', { secrets: { a: good, b: quay }, says: nowhere }, ['ghcr.io', 'quay.io']],
    [
      'Docker Hub by the name that images have',
      { secrets: { a: secretWith({ 'https://index.docker.io/v1/': login() }) }, says: nowhere },
      ['docker.io'],
    ],
    [
      'no entry without a login',
      { secrets: { a: secretWith({ 'ghcr.io': {}, 'quay.io': { auth: '***' } }) }, says: nowhere },
      [],
    ],
  ])('%s', (_, world, servers) => {
    expect(finished(secretQuestions(ids, factsOf(world))).map(({ server }) => server)).toEqual(servers);
  });
});

describe('a Secret', () => {
  const shown = (world: World, verdict?: Verdict): string[] => {
    const facts = factsOf(world);
    const questions = verdict === undefined ? [] : finished(secretQuestions(ids, facts));
    const answers = new Map<string, Answer>();
    for (const question of questions) answers.set(questionKey(question), { verdict: verdict as Verdict, at: NOW });
    return ids
      .flatMap((id) => secretFindings(id, { ...facts, answers }))
      .map(({ code, object, arguments: args }) => `${code} ${object.name} ${'server' in args ? args.server : '-'}`);
  };
  test.each<[string, World, Verdict | undefined, string[]]>([
    ['whose login is accepted', { secrets: { a: good }, says: nowhere }, { kind: 'accepted' }, []],
    ['whose login nobody asked about', { secrets: { a: good }, says: nowhere }, undefined, []],
    ['whose login is rejected', { secrets: { a: good }, says: nowhere }, rejected, ['credential-rejected a ghcr.io']],
    ['whose registry is down', { secrets: { a: good }, says: nowhere }, down, ['registry-unreachable a ghcr.io']],
    [
      'whose registry has enough of us',
      { secrets: { a: good }, says: nowhere },
      { kind: 'rate limited' },
      ['registry-unreachable a ghcr.io'],
    ],
    [
      'whose password ends in a line break, which explains the rejection',
      { secrets: { a: secretWith({ 'ghcr.io': login('janedoe', 'pa55word\n') }) }, says: nowhere },
      rejected,
      ['white-space a ghcr.io'],
    ],
    [
      'whose server is written in an unusual way, which does not explain the rejection',
      { secrets: { a: secretWith({ 'GHCR.io': login() }) }, says: nowhere },
      rejected,
      ['unusual-server a GHCR.io', 'credential-rejected a GHCR.io'],
    ],
    [
      'whose entry stands for many registries, of which none is asked',
      { secrets: { a: secretWith({ '*.io': login() }) }, says: nowhere },
      { kind: 'not asked', reason: 'it stands for many registries' },
      [],
    ],
    ['that is missing', { secrets: { a: 'missing' }, says: nowhere }, undefined, ['missing-secret a -']],
    ['that may not be read', { secrets: { a: 'forbidden' }, says: nowhere }, undefined, []],
  ])('%s', (_, world, verdict, findings) => {
    expect(shown(world, verdict)).toEqual(findings);
  });
});

test.each<[string, (isOld: boolean) => Verdict, string | undefined]>([
  ['rejected, and that of the copy accepted', (isOld) => (isOld ? rejected : { kind: 'accepted' }), 'ghcr.io'],
  ['rejected, as that of the copy is', () => rejected, undefined],
  ['accepted', () => ({ kind: 'accepted' }), undefined],
])('a stale copy, where the login of its source is %s', (_, says, refusedBy) => {
  const [copy, source] = [login('janedoe'), login('old')].map((one) => secretWith({ 'ghcr.io': one })) as [
    Secret,
    Secret,
  ];
  const facts = factsOf({ secrets: { a: copy }, beyond: { 'prod/a': source }, says: nowhere });
  const state = facts.secrets.get('team-a/a');
  if (state?.status !== 'there') throw new Error();
  const copyOf = { namespace: 'prod', name: 'a', state: 'different' } as const;
  const found = [finding('stale-copy', { kind: 'Secret', namespace: 'team-a', name: 'a' }, { source: copyOf })];
  const secrets = new Map(facts.secrets).set('team-a/a', { ...state, copyOf, findings: found });
  const known = { ...facts, secrets };
  const names = [
    { namespace: 'team-a', name: 'a' },
    { namespace: 'prod', name: 'a' },
  ];
  const answers = new Map(
    finished(secretQuestions(names, known)).map((question) => {
      const verdict = says(questionKey(question).includes('"old"'));
      return [questionKey(question), { verdict, at: NOW }];
    }),
  );
  const [stale] = secretFindings({ namespace: 'team-a', name: 'a' }, { ...known, answers });
  expect(stale).toMatchObject({ code: 'stale-copy', arguments: { refusedBy } });
});

describe('the user of', () => {
  const world = {
    secrets: {
      a: secretWith({ 'ghcr.io': login('bot'), 'quay.io': login('bot'), 'https://index.docker.io/v1/': login('hub') }),
      b: secretWith({ 'https://ghcr.io/v2/': login('bot', 'other'), 'quay.io': login('ann'), 'a.io': {} }),
    },
    beyond: { 'team-b/c': secretWith({ 'b.io': login('eve') }) },
  };
  test.each([
    ['a server that two Secrets have', 'ghcr.io', 'bot'],
    ['Docker Hub', 'docker.io', 'hub'],
    ['a server with two users', 'quay.io', undefined],
    ['an entry without a login', 'a.io', undefined],
    ['a server that only another namespace has', 'b.io', undefined],
  ])('%s', (_, server, user) => {
    expect(usersIn('team-a', factsOf(world))(server)).toBe(user);
  });
});
