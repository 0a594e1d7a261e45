/** What is said of a list of pull secrets beside the cause. */
import { expect, test } from 'vitest';
import { reportOn } from '../../../src/domain/diagnosis/puller-report.ts';
import { factsOf, login, podWith, secretWith } from '../../support/pull-facts.ts';

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
