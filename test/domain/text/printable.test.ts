/** Text from outside on a terminal. */
import { expect, test } from 'vitest';
import { printable } from '../../../src/domain/text/printable.ts';

test.each([
  ['plain text stays', 'regcred é 😀', 'regcred é 😀'],
  ['a line break', 'a\nb', 'a\\nb'],
  ['an escape sequence', '\x1b[31mred', '\\x1b[31mred'],
  ['a control of one digit', '\x07', '\\x07'],
  ['delete and the C1 controls', '\x7f\x80\x9f', '\\x7f\\x80\\x9f'],
  ['a no-break space stays', '\xa0', '\xa0'],
  ['line and paragraph separators', '\u2028\u2029', '\\u2028\\u2029'],
  ['marks of direction', '\u200e\u202e\u2066', '\\u200e\\u202e\\u2066'],
  ['half a character', 'a\ud800b', 'a\\ud800b'],
])('%s', (_, text, shown) => {
  expect(printable(text)).toBe(shown);
});
