/** Lists of names in a sentence. */
import { expect, test } from 'vitest';
import { many } from '../../../src/domain/text/enumerate.ts';

test.each<[string, string[], number | undefined, string]>([
  ['none', [], undefined, ''],
  ['one', ['a'], undefined, 'a'],
  ['as many as are shown', ['a', 'b', 'c', 'd', 'e'], undefined, 'a, b, c, d, e'],
  ['one more', ['a', 'b', 'c', 'd', 'e', 'f'], undefined, 'a, b, c, d, e and 1 more'],
  ['some of a larger number', ['a', 'b'], 10, 'a, b and 8 more'],
])('%s', (_, names, total, text) => {
  expect(many(names, total)).toBe(text);
});
