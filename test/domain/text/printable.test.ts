/** Text from outside on a terminal. */
import { expect, test } from 'vitest';
import { printable, printableJson } from '../../../src/domain/text/printable.ts';

test.each([
  ['plain text stays', 'regcred é 😀', 'regcred é 😀'],
  ['a line break', 'a\nb', 'a\\nb'],
  ['an escape sequence', '\x1b[31mred', '\\x1b[31mred'],
  ['a control of one digit', '\x07', '\\x07'],
  ['delete and the C1 controls', '\x7f\x80\x9f', '\\x7f\\x80\\x9f'],
  ['a no-break space stays', '\xa0', '\xa0'],
  ['line and paragraph separators', '\u2028\u2029', '\\u2028\\u2029'],
  ['marks of direction', '\u200e\u202e\u2066', '\\u200e\\u202e\\u2066'],
  ['what has no width', '\u200b\u200d\u2060\ufeff\u00ad\u180e', '\\u200b\\u200d\\u2060\\ufeff\\xad\\u180e'],
  ['the Arabic mark of direction', '\u061c', '\\u061c'],
  ['tags', '\u{e0001}\u{e007f}', '\\U000e0001\\U000e007f'],
  ['half a character', 'a\ud800b', 'a\\ud800b'],
])('%s', (_, text, shown) => {
  expect(printable(text)).toBe(shown);
});

test('JSON holds the same value, and nothing that a terminal acts on', () => {
  const nasty = Array.from({ length: 0x3000 }, (_, code) => String.fromCodePoint(code)).join('');
  const value = { name: `${nasty}\ufeff\u{e0001}\u{e0061}\u{1f600}\ud800` };
  const text = printableJson(JSON.stringify(value, undefined, 2));
  expect(JSON.parse(text)).toEqual(value);
  expect(printable(text.replaceAll('\n', ''))).toBe(text.replaceAll('\n', ''));
});
