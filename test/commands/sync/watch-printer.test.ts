/** What a watch says about a namespace whose owner changes the text of the message. */
import { expect, test } from 'vitest';
import { ApiError } from '../../../src/cluster/api-error.ts';
import { saidProblems } from '../../../src/commands/sync/watch-printer.ts';
import { UserError } from '../../../src/errors.ts';

const left = (text: string): UserError => new UserError(`secret a/pull is a copy of ${text}`);
const refused = (status: number): UserError =>
  Object.assign(new UserError(`refused with ${status}`), { cause: new ApiError(status, 'x', 'x') });

test('each problem of a namespace in one text, until two looks at everything have begun', () => {
  const said = saidProblems();
  const isNews = (...error: Parameters<typeof said.isNews>): boolean => said.isNews(...error);
  expect([isNews(left('1'), 'a'), isNews(left('2'), 'a'), isNews(left('3'), 'a')]).toEqual([true, false, false]);
  // The printer knows by itself that it has said this.
  expect(isNews(left('1'), 'a')).toBe(true);
  expect([isNews(left('2'), 'b'), isNews(refused(403), 'a'), isNews(refused(500), 'a')]).toEqual([true, true, true]);
  said.turn();
  expect(isNews(left('4'), 'a')).toBe(false);
  said.turn();
  said.turn();
  expect(isNews(left('4'), 'a')).toBe(true);
});
