/** A bug makes the judgement of one object fail: it gets a finding that says so, and the others are judged as usual. */
import { expect, test } from 'vitest';
import type { Observation, Puller, PullFacts, SecretState } from '../../src/diagnosis/facts.ts';
import { judgeAll } from '../../src/diagnosis/puller-report.ts';
import { secretQuestions } from '../../src/diagnosis/secret-checks.ts';
import { UserError } from '../../src/errors.ts';
import { finished } from '../../src/secret/steps.ts';
import { factsOf, login, podWith, secretWith } from '../support/pull-facts.ts';
import { reportAt } from '../support/steps.ts';

const COUNTS = { pods: 0, failingPods: 0, workloads: 0, serviceAccounts: 0, secrets: 0 };
const list = [{ name: 'gone' }];

/** A copy of `value` with one field that throws `error` when it is read. */
function trapped<T extends object>(value: T, field: keyof T, error: Error = new RangeError('pa55word')): T {
  return Object.defineProperty({ ...value }, field, {
    enumerable: true,
    get: () => {
      throw error;
    },
  });
}

const named = (puller: Puller, name: string): Puller => ({ ...puller, ref: { ...puller.ref, name } });
const web = named(podWith({ list }), 'web');
const [use] = web.images;
if (use === undefined) throw new Error('a pod without an image');
const trap = named({ ...web, images: [trapped(use, 'policy')] }, 'trap');

function observed(pullers: readonly Puller[], secrets: ReadonlyMap<string, SecretState> = new Map()): Observation {
  const known = factsOf({ secrets: { gone: 'missing', regcred: secretWith({ 'ghcr.io': login() }) } });
  const facts = { ...known, secrets: new Map([...known.secrets, ...secrets]) };
  return { pullers, facts, findings: [], unchecked: [], usage: new Map(), scope: { counts: COUNTS } };
}

function shown(gathered: Observation): string[] {
  const { findings } = reportAt(gathered, gathered.facts);
  expect(JSON.stringify(findings)).not.toContain('pa55word');
  return findings
    .map(({ code, object, message }) => (code === 'unread-object' ? message : `${code} ${object.name}`))
    .sort();
}

function there({ secrets }: PullFacts): Extract<SecretState, { status: 'there' }> {
  const state = secrets.get('team-a/regcred');
  if (state?.status !== 'there') throw new Error('no Secret');
  return state;
}

test('a pod', () => {
  const expected = shown(observed([web]));
  expect(expected).toContain('missing-secret gone');
  expect(shown(observed([trap, web]))).toEqual(
    [...expected, 'pod team-a/trap was not checked, because of a bug in regsecret (RangeError)'].sort(),
  );
});

test.each(['contents', 'findings'] as const)('the %s of a Secret', (field) => {
  const { facts } = observed([]);
  const secrets = new Map([['team-a/trap', trapped(there(facts), field)]]);
  expect(shown(observed([web], secrets))).toEqual(
    [
      ...shown(observed([web])),
      'secret team-a/trap was not checked, because of a bug in regsecret (RangeError)',
    ].sort(),
  );
});

test('the questions about the login of a Secret, while those about others are asked', () => {
  const { facts } = observed([]);
  const secrets = new Map([...facts.secrets, ['team-a/trap', trapped(there(facts), 'contents')] as const]);
  const ids = ['trap', 'regcred'].map((name) => ({ namespace: 'team-a', name }));
  expect(finished(secretQuestions(ids, { ...facts, secrets }))).toEqual(finished(secretQuestions(ids.slice(1), facts)));
});

test.each([
  ['one pod that is asked about', new RangeError('pa55word'), undefined],
  ['one of many, and no bug', new UserError('refused'), { counts: COUNTS }],
])('%s: the error is thrown', (_, error, scope) => {
  const pod = { ...web, images: [trapped(use, 'policy', error)] };
  expect(() => finished(judgeAll({ pullers: [pod], scope }, observed([]).facts))).toThrow(error);
});
