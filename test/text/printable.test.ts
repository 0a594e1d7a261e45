/** Makes text from outside safe to print on a terminal. */
import { describe, expect, test } from 'vitest';
import { printable, printableJson, printableLines, withoutWorkflowCommands } from '../../src/text/printable.ts';
import { fc } from '../support/fast-check.ts';
import { workflowCommand } from '../support/shown.ts';

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

test('a text of several lines keeps its line breaks', () => {
  expect(printableLines('a\u001b[2J\n\tb\r\n')).toBe('a\\x1b[2J\n\\x09b\\x0d\n');
});

test('what is printable stays as it is, however often it is made so', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(printable(printable(text))).toBe(printable(text));
    }),
  );
});

describe("in a log of GitHub's runner", () => {
  test.each([
    ['what is none stays', 'secret a::b has [::1]:5000 # [x]', 'secret a::b has [::1]:5000 # [x]'],
    ['a command', '::error::x', '\\x3a:error::x'],
    ['a command behind white space', 'a\n  \u00a0::stop-commands::x\n', 'a\n  \u00a0\\x3a:stop-commands::x\n'],
    ['three colons', ':::x', '\\x3a::x'],
    ['an old command, anywhere', 'a ##[error]b', 'a \\x23#[error]b'],
    ['one behind another mark', '###[group]', '#\\x23#[group]'],
    ['two on a line', '##[a]##[b]', '\\x23#[a]\\x23#[b]'],
  ])('%s', (_, text, expected) => {
    expect(withoutWorkflowCommands(printableLines(text))).toBe(expected);
  });

  const piece = fc.constantFrom(':', '::', '#', '##[', '[', ']', ' ', '\n', '\t', '\u3000', 'error', 'a');
  const nasty = fc.array(piece).map((pieces) => pieces.join(''));

  test('no text makes a command', () => {
    fc.assert(
      fc.property(nasty, (text) => {
        expect(withoutWorkflowCommands(printableLines(text)).split('\n').filter(workflowCommand)).toEqual([]);
      }),
    );
  });

  test('JSON makes none and holds the same value', () => {
    fc.assert(
      fc.property(fc.dictionary(nasty, nasty), (value) => {
        const text = printableJson(JSON.stringify(value, undefined, 2));
        expect(text.split('\n').filter(workflowCommand)).toEqual([]);
        expect(JSON.parse(text)).toEqual(value);
      }),
    );
  });
});
