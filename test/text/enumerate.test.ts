/** Lists of names in a sentence. */
import { expect, test } from 'vitest';
import { many } from '../../src/text/enumerate.ts';

test.each<[string, string[], { total?: number; limit?: number } | undefined, string]>([
  ['none', [], undefined, ''],
  ['one', ['a'], undefined, 'a'],
  ['as many as are shown', ['a', 'b', 'c', 'd', 'e'], undefined, 'a, b, c, d, e'],
  ['one more', ['a', 'b', 'c', 'd', 'e', 'f'], undefined, 'a, b, c, d, e and 1 more'],
  ['some of a larger number', ['a', 'b'], { total: 10 }, 'a, b and 8 more'],
  ['fewer than usual', ['a', 'b', 'c'], { limit: 2 }, 'a, b and 1 more'],
])('%s', (_, names, options, text) => {
  expect(many(names, options)).toBe(text);
});
