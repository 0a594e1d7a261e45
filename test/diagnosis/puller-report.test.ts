/** What a report says about a list of pull secrets, apart from the cause of a failure. */
import { expect, test } from 'vitest';
import type { Puller } from '../../src/diagnosis/facts.ts';
import { reportOn } from '../../src/diagnosis/puller-report.ts';
import { secretQuestions } from '../../src/diagnosis/secret-checks.ts';
import { fixFor } from '../../src/findings/finding.ts';
import { finished } from '../../src/secret/steps.ts';
import { questionKey } from '../../src/verify/question.ts';
import type { Verdict } from '../../src/verify/verdict.ts';
import { shownHint } from '../support/hints.ts';
import {
  deployment,
  factsOf,
  IMAGE,
  login,
  NOW,
  podWith,
  secretWith,
  settle,
  templateWith,
  userOf,
} from '../support/pull-facts.ts';
import { reportAt } from '../support/steps.ts';

test('of different logins under one key each is named by the first Secret that has it', () => {
  const secrets = {
    a: secretWith({ 'ghcr.io': login('jane') }),
    b: secretWith({ 'ghcr.io': login('rex') }),
    c: secretWith({ 'ghcr.io': login('jane') }),
  };
  const list = Object.keys(secrets).map((name) => ({ name }));
  const { notes } = reportOn(podWith({ list }), factsOf({ secrets }));
  expect(notes.find(({ code }) => code === 'different-credentials')?.arguments).toMatchObject({
    secrets: ['a', 'b'],
    usernames: ['jane', 'rex'],
  });
});

test.each<
  readonly [situation: string, kinds: Readonly<Record<string, Verdict['kind']>>, works: readonly string[] | undefined]
>([
  ['the second is accepted', { rex: 'rejected', jane: 'accepted' }, ['b']],
  ['the first is accepted, and so the second is not asked about', { rex: 'accepted' }, ['a']],
  ['all are rejected', { rex: 'rejected', jane: 'rejected' }, []],
  ['one is rejected, and of the other nothing is known', { rex: 'rejected', jane: 'unreachable' }, undefined],
  ['the first may not pull the image, and the second is accepted', { rex: 'no access', jane: 'accepted' }, ['b']],
  ['none may pull this image', { rex: 'no access', jane: 'no access' }, undefined],
])('of different logins it is known which works: %s', (_, kinds, works) => {
  const secrets = { a: secretWith({ 'ghcr.io': login('rex') }), b: secretWith({ 'ghcr.io': login('jane') }) };
  const puller = podWith({ list: [{ name: 'a' }, { name: 'b' }] });
  const says = (user = ''): Verdict => ({ kind: kinds[user] ?? 'not asked', status: 401, reason: '' }) as Verdict;
  const { notes } = reportOn(puller, settle(puller, { secrets, says }).facts);
  const found = notes.find(({ code }) => code === 'different-credentials');
  expect(found?.arguments).toMatchObject({ secrets: ['a', 'b'], works });
});

test.each<readonly [situation: string, logins: Readonly<Record<string, Verdict['kind']>>, fix: string]>([
  ['both are accepted', { rex: 'accepted', jane: 'accepted' }, 'regsecret verify a b -n team-a'],
  ['one is accepted, and of the other nothing is known', { rex: 'accepted' }, 'regsecret verify a b -n team-a'],
  [
    'one is accepted, and the other is rejected',
    { rex: 'accepted', jane: 'rejected' },
    'regsecret detach b -n team-a --from deployment/web',
  ],
])('where only the logins are asked about, and not the image, which one opens it is not known: %s', (_, kinds, fix) => {
  const secrets = { a: secretWith({ 'ghcr.io': login('rex') }), b: secretWith({ 'ghcr.io': login('jane') }) };
  const ids = Object.keys(secrets).map((name) => ({ namespace: 'team-a', name }));
  const says = (user = ''): Verdict => ({ kind: kinds[user] ?? 'not asked', status: 401 }) as Verdict;
  const facts = factsOf({ secrets, says });
  const answers = finished(secretQuestions(ids, facts)).map(
    (question) => [questionKey(question), { verdict: says(userOf(question)), at: NOW }] as const,
  );
  const puller = templateWith({ list: [{ name: 'a' }, { name: 'b' }] });
  const { notes } = reportOn(puller, { ...facts, answers: new Map(answers) });
  const found = notes.filter(({ code }) => code === 'different-credentials');
  expect(found.map((one) => shownHint(fixFor(one)))).toEqual([fix]);
});

test('an old pod beside what makes it proposes nothing where a new pod fails, too: what is wrong stands there', () => {
  const list = [{ name: 'new' }];
  const template = { name: 'deployment/web', list };
  const pod = podWith({
    list: [{ name: 'old' }],
    status: 'no basic auth credentials',
    remedy: deployment,
    pod: { template },
  });
  const secrets = { old: secretWith({ 'quay.io': login() }), new: secretWith({ 'quay.io': login('rex') }) };
  const says = (): Verdict => ({ kind: 'anonymous', why: 'empty', result: 'fails' });
  const { facts } = settle(pod, { secrets, says });
  const fixesOf = (pullers: readonly Puller[]): unknown =>
    reportAt({ pullers, facts, findings: [], unchecked: [] }, facts).pullers?.flatMap(({ images }) =>
      images.map(({ cause }) => [cause?.code, shownHint(cause?.fix.command)]),
    );
  const create = 'regsecret create new -n team-a --server ghcr.io';
  expect(fixesOf([pod])).toEqual([['outdated-pod', 'regsecret why deployment/web -n team-a']]);
  expect(fixesOf([pod, templateWith({ list })])).toEqual([
    ['outdated-pod', undefined],
    ['no-entry', create],
  ]);
});

test.each([
  ['does not matter', false, { healthy: true, unjudged: [] }],
  ['may have a warning, which counts with --strict', true, { healthy: null, unjudged: ['secret team-a/b'] }],
])('beside a login that is accepted a Secret that may not be read %s', (_, strict, report) => {
  const secrets = { a: secretWith({ 'ghcr.io': login() }), b: 'forbidden' } as const;
  const puller = templateWith({ list: [{ name: 'b' }, { name: 'a' }] });
  const { facts } = settle(puller, { secrets, says: () => ({ kind: 'accepted' }) });
  const gathered = { pullers: [puller], facts, findings: [], unchecked: ['get secrets'] };
  expect(reportAt(gathered, facts, strict)).toMatchObject(report);
});

test.each([
  ['first', [IMAGE, 'quay.io/acme/web:v1']],
  ['last', ['quay.io/acme/web:v1', IMAGE]],
])(
  'a Secret that was meant opens one of two images, the %s: it is taken for both, and gets a login for the other',
  (_, images) => {
    const pods = images.map((image) => templateWith({ list: [{ name: 'regcerd' }], image }));
    const puller = { ...(pods[0] as Puller), images: pods.flatMap((pod) => pod.images) };
    const secrets = { regcerd: 'missing', regcred: secretWith({ 'ghcr.io': login() }) } as const;
    const says = (user?: string): Verdict =>
      user === undefined ? { kind: 'anonymous', why: 'empty', result: 'fails' } : { kind: 'accepted' };
    const answers = pods.flatMap((pod) => [...settle(pod, { secrets, others: ['regcred'], says }).facts.answers]);
    const facts = { ...factsOf({ secrets, others: ['regcred'], says }), answers: new Map(answers) };
    const [found, ...others] = reportAt({ pullers: [puller], facts, findings: [], unchecked: [] }, facts).findings;
    expect([found?.code, others]).toEqual(['missing-secret', []]);
    expect(shownHint(found?.fix.command)).toBe(
      [
        'regsecret attach regcred -n team-a --to deployment/web',
        'regsecret detach regcerd -n team-a --from deployment/web',
        'regsecret create regcred -n team-a --server quay.io',
      ].join(' && '),
    );
  },
);
