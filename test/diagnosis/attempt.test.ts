/** Predicts the result of a pull, and says what the prediction is based on. */
import { expect, test } from 'vitest';
import { type PullAttempt, simulatePull } from '../../src/diagnosis/attempt.ts';
import { questionKey } from '../../src/verify/question.ts';
import type { Verdict } from '../../src/verify/verdict.ts';
import { factsOf, IMAGE, login, NOW, secretWith, settle, templateWith, type World } from '../support/pull-facts.ts';

const good = secretWith({ 'ghcr.io': login() });
const says = (toLogin: Verdict['kind'], toNobody: Verdict['kind']) => (user: string | undefined) =>
  ({ kind: user === undefined ? toNobody : toLogin, status: 401, result: 'fails', reason: 'x' }) as unknown as Verdict;

interface Row {
  readonly title: string;
  readonly names?: readonly string[];
  readonly image?: string;
  readonly world: World;
  readonly is: Pick<PullAttempt, 'result' | 'reason'>;
}

const rows: readonly Row[] = [
  {
    title: 'an image that cannot be',
    image: 'UPPER',
    world: {},
    is: { result: 'fails', reason: 'invalid image' },
  },
  {
    title: 'a Secret that cannot be decoded',
    world: { secrets: { regcred: secretWith({ 'ghcr.io': { auth: 'notbase64!' } }) } },
    is: { result: 'fails', reason: 'undecodable' },
  },
  {
    title: 'a login that is accepted',
    world: { secrets: { regcred: good }, says: says('accepted', 'rejected') },
    is: { result: 'pulls', reason: 'login accepted' },
  },
  {
    title: 'a login that is accepted, where another Secret may not be read',
    names: ['other', 'regcred'],
    world: { secrets: { other: 'forbidden', regcred: good }, says: says('accepted', 'rejected') },
    is: { result: 'pulls', reason: 'login accepted' },
  },
  {
    title: 'a login that is rejected',
    world: { secrets: { regcred: good }, says: says('rejected', 'accepted') },
    is: { result: 'fails', reason: 'logins refused' },
  },
  {
    title: 'a login that is rejected, where the registry gives the image without asking for one',
    world: {
      secrets: { regcred: good },
      says: (user) =>
        user === undefined
          ? { kind: 'anonymous', why: 'asks for none', result: 'pulls' }
          : { kind: 'rejected', status: 401 },
    },
    is: { result: 'pulls', reason: 'no login needed' },
  },
  {
    title: 'a login that is rejected, where another Secret may not be read',
    names: ['other', 'regcred'],
    world: { secrets: { other: 'forbidden', regcred: good }, says: says('rejected', 'accepted') },
    is: { result: 'unknown', reason: 'unread secrets' },
  },
  {
    title: 'a login of which the registry says nothing',
    world: { secrets: { regcred: good }, says: says('unreachable', 'unreachable') },
    is: { result: 'unknown', reason: 'no answer' },
  },
  {
    title: 'two logins, of which one is rejected and the other gets no answer',
    names: ['regcred', 'other'],
    world: {
      secrets: { regcred: good, other: secretWith({ 'ghcr.io': login('rex') }) },
      says: (user) => says(user === 'rex' ? 'unreachable' : 'rejected', 'rejected')(user),
    },
    is: { result: 'unknown', reason: 'no answer' },
  },
  {
    title: 'a login, and nobody is asked',
    world: { secrets: { regcred: good } },
    is: { result: 'unknown', reason: 'not asked' },
  },
  {
    title: 'no login, and none is needed',
    world: { secrets: { regcred: 'missing' }, says: says('rejected', 'accepted') },
    is: { result: 'pulls', reason: 'no login needed' },
  },
  {
    title: 'no login, and one is needed',
    world: { secrets: { regcred: 'missing' }, says: says('accepted', 'rejected') },
    is: { result: 'fails', reason: 'refused without a login' },
  },
  {
    title: 'no login that may be read',
    world: { secrets: { regcred: 'forbidden' }, says: says('accepted', 'rejected') },
    is: { result: 'unknown', reason: 'unread secrets' },
  },
  {
    title: 'no login, and the registry says nothing',
    world: { says: says('accepted', 'rate limited') },
    is: { result: 'unknown', reason: 'no answer' },
  },
  { title: 'no login, and nobody is asked', world: {}, is: { result: 'unknown', reason: 'not asked' } },
];

test.each(rows)('$title: $is.result', ({ names, image = IMAGE, world, is }) => {
  const list = (names ?? ['regcred']).map((name) => ({ name }));
  expect(settle(templateWith({ list, image }), world).judgement.attempt).toMatchObject(is);
});

test.each([
  [
    'rejects the login whatever it is for',
    { kind: 'rejected', status: 401 },
    { result: 'fails', reason: 'logins refused' },
  ],
  [
    'knows the login, which says nothing of the image',
    { kind: 'accepted' },
    { result: 'unknown', reason: 'not asked' },
  ],
] satisfies [string, Verdict, object][])('the registry %s', (_, verdict, is) => {
  const world = { secrets: { regcred: good } };
  const facts = factsOf(world);
  const { open } = simulatePull(['regcred'], 'team-a', IMAGE, { ...facts, online: true });
  const key = questionKey({ server: open?.server ?? '', login: open?.login });
  const answers = new Map([[key, { verdict, at: NOW }]]);
  expect(simulatePull(['regcred'], 'team-a', IMAGE, { ...facts, answers })).toMatchObject(is);
});

test('the list of a service account that may not be read: unknown, whatever the image needs', () => {
  const { attempt } = settle(templateWith(), { account: 'forbidden', says: says('accepted', 'rejected') }).judgement;
  expect(attempt).toMatchObject({ result: 'unknown', reason: 'list not known' });
});
