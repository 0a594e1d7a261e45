/**
 * Only a limited number of one Secret's or one pull's logins is sent to registries, because a tenant may write thousands. The
 * report says what was left out.
 */
import { describe, expect, test } from 'vitest';
import type { Answer, Observation, PullFacts } from '../../src/diagnosis/facts.ts';
import { reportOf } from '../../src/diagnosis/report.ts';
import { secretQuestions } from '../../src/diagnosis/secret-checks.ts';
import { finished } from '../../src/secret/steps.ts';
import { questionKey } from '../../src/verify/question.ts';
import type { Verdict } from '../../src/verify/verdict.ts';
import {
  factsOf,
  IMAGE,
  login,
  NOW,
  podWith,
  secretWith,
  settle,
  templateWith,
  type World,
} from '../support/pull-facts.ts';
import { rejected } from '../support/pull-situation.ts';
import { reportAt } from '../support/steps.ts';

const list = [{ name: 'a' }];
const users = (count: number): string[] => Array.from({ length: count }, (_, index) => `user-${1000 + index}`);
/** Logins that are all for the image, under one key. */
const logins = (count: number, userOf = (index: number) => `user-${1000 + index}`): Record<string, object> =>
  Object.fromEntries(users(count).map((_, index) => [`ghcr.io#${index}`, login(userOf(index))]));
const servers = (count: number): Record<string, object> =>
  Object.fromEntries(users(count).map((user) => [`${user}.example.com`, login()]));

const accepts =
  (...good: readonly (string | undefined)[]): NonNullable<World['says']> =>
  (user) =>
    good.includes(user) ? { kind: 'accepted' } : rejected;

describe('a pull', () => {
  test.each<[string, number, NonNullable<World['says']>, number, object]>([
    ['with 20 logins', 20, accepts(), 21, { result: 'fails', reason: 'logins refused' }],
    ['with 21 logins, of which the last is not asked about', 21, accepts(), 21, { result: 'unknown', unasked: 1 }],
    ['with thousands of logins', 5000, accepts(), 21, { result: 'unknown', reason: 'not asked', unasked: 4980 }],
    ['with thousands, of which the third is accepted', 5000, accepts('user-1002'), 3, { result: 'pulls' }],
  ])('%s', (_, count, says, asked, attempt) => {
    const settled = settle(templateWith({ list }), { secrets: { a: secretWith(logins(count)) }, says });
    expect(settled.asked).toHaveLength(asked);
    expect(settled.judgement.attempt).toMatchObject(attempt);
  });

  test('with one login under thousands of servers: it is asked about once', () => {
    const secrets = { a: secretWith(logins(5000, () => 'jane')) };
    const { asked, judgement } = settle(templateWith({ list }), { secrets, says: accepts() });
    expect([asked, judgement.attempt.result]).toEqual([['jane', 'anonymous'], 'fails']);
  });

  test('with a login behind the 20th that is known to be accepted', () => {
    const secrets = { a: secretWith(logins(30)), b: secretWith({ 'ghcr.io#x': login('jane') }) };
    const { facts } = settle(templateWith({ list: [{ name: 'b' }] }), { secrets, says: accepts('jane') });
    const both = templateWith({ list: [...list, { name: 'b' }] });
    const { attempt } = settle(both, { secrets, says: accepts('jane') }).judgement;
    expect(attempt.result).toBe('unknown');
    const settled = settleWith(facts, both);
    expect(settled).toMatchObject({ healthy: true, unjudged: [] });
  });

  test('that the kubelet says nothing of is no error, and not healthy either', () => {
    const world = { secrets: { a: secretWith(logins(5000)) }, says: accepts() };
    const { judgement, facts } = settle(templateWith({ list }), world);
    const text = `4980 more logins for ${IMAGE} in secret team-a/a`;
    expect(judgement).toMatchObject({ outcome: 'cannot know', unjudged: [text], cause: undefined });
    expect(reportAt(observed(facts, templateWith({ list })), facts)).toMatchObject({ healthy: null, unjudged: [text] });
  });

  test('of which one registry does not know the image: it may show it to a login that is not asked about', () => {
    const says = (): Verdict => ({ kind: 'not found', missing: 'repository' }) as Verdict;
    const judged = (count: number): unknown =>
      settle(templateWith({ list }), { secrets: { a: secretWith(logins(count)) }, says }).judgement.cause?.code;
    expect([judged(20), judged(21)]).toEqual(['image-not-found', undefined]);
  });

  test('another Secret, of whose logins those that are asked about are refused, is not proposed', () => {
    const secrets = { a: secretWith({ 'ghcr.io': login() }), b: secretWith(logins(30)) };
    const world = { secrets, others: ['a', 'b'], says: accepts() };
    const { judgement } = settle(podWith({ list, status: '401 Unauthorized' }), world);
    expect(JSON.stringify(judgement.fix)).not.toMatch(/"b"/);
    expect(judgement.cause?.arguments).not.toHaveProperty('usable', 'b');
  });
});

describe('a Secret', () => {
  const id = { namespace: 'team-a', name: 'a' };
  const report = (auths: Record<string, object>, online = true) => {
    const facts = factsOf({ secrets: { a: secretWith(auths) }, ...(online ? { says: accepts() } : {}) });
    const questions = finished(secretQuestions([id], facts));
    const answers = new Map(
      questions.map((question) => [questionKey(question), { verdict: { kind: 'accepted' }, at: NOW } as Answer]),
    );
    const gathered = { pullers: [], facts, findings: [], unchecked: [], secrets: [id] };
    const { healthy, unjudged } = finished(
      reportOf(gathered, { facts: { ...facts, answers }, judged: new Map() }, false),
    );
    return { asked: questions.length, healthy, unjudged };
  };

  test.each<[string, Record<string, object>, object]>([
    ['with 20 servers', servers(20), { asked: 20, healthy: true, unjudged: [] }],
    ['with 21', servers(21), { asked: 20, healthy: null, unjudged: ['1 more server of secret team-a/a'] }],
    ['with hundreds', servers(500), { asked: 20, healthy: null, unjudged: ['480 more servers of secret team-a/a'] }],
    [
      'with so many that not all are read',
      servers(3000),
      { asked: 20, healthy: null, unjudged: ['2980 more servers of secret team-a/a'] },
    ],
    ['with one login for many paths of a host', logins(100, () => 'jane'), { asked: 1, healthy: true, unjudged: [] }],
  ])('%s', (_, auths, expected) => {
    expect(report(auths)).toEqual(expected);
  });

  test('offline nothing is asked, and that is said elsewhere', () => {
    expect(report(servers(500), false)).toEqual({ asked: 0, healthy: true, unjudged: [] });
  });
});

function observed(facts: PullFacts, puller: Observation['pullers'][number]): Observation {
  return { pullers: [puller], facts, findings: [], unchecked: [] };
}

function settleWith(facts: PullFacts, puller: Observation['pullers'][number]) {
  return reportAt(observed(facts, puller), facts);
}
