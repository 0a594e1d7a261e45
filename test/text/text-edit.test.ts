/** Changes to a text by offsets. */
import { describe, expect, test } from 'vitest';
import {
  applyEdits,
  blockEnd,
  columnOf,
  eolAt,
  insertion,
  lineEnd,
  lineNumber,
  lineStart,
  nextLine,
} from '../../src/text/text-edit.ts';

test('edits are made wherever they are, those at one offset in their order', () => {
  const edits = [
    insertion(3, 'x'),
    { start: 0, end: 1, text: 'A' },
    insertion(3, 'y'),
    { start: 4, end: 6, text: '' },
    insertion(6, '!'),
  ];
  expect(applyEdits('abcdef', edits)).toBe('Abcxyd!');
  expect(applyEdits('abc', [])).toBe('abc');
});

const unix = 'ab\n\ncd';
const windows = 'ab\r\ncd\r\n';

describe('the line of an offset', () => {
  test.each([
    [unix, 0, { start: 0, end: 2, next: 3, column: 0, line: 1, eol: '\n' }],
    [unix, 2, { start: 0, end: 2, next: 3, column: 2, line: 1, eol: '\n' }],
    [unix, 3, { start: 3, end: 3, next: 4, column: 0, line: 2, eol: '\n' }],
    [unix, 5, { start: 4, end: 6, next: 6, column: 1, line: 3, eol: '\n' }],
    [windows, 1, { start: 0, end: 2, next: 4, column: 1, line: 1, eol: '\r\n' }],
    [windows, 5, { start: 4, end: 6, next: 8, column: 1, line: 2, eol: '\r\n' }],
    ['a\r\nb', 3, { start: 3, end: 4, next: 4, column: 0, line: 2, eol: '\r\n' }],
    ['abc', 1, { start: 0, end: 3, next: 3, column: 1, line: 1, eol: '\n' }],
    ['\nb', 0, { start: 0, end: 0, next: 1, column: 0, line: 1, eol: '\n' }],
  ])('%j at %d', (text, offset, expected) => {
    expect({
      start: lineStart(text, offset),
      end: lineEnd(text, offset),
      next: nextLine(text, offset),
      column: columnOf(text, offset),
      line: lineNumber(text, offset),
      eol: eolAt(text, offset),
    }).toEqual(expected);
  });
});

describe('the end of a block', () => {
  test.each<[string, string, number, number, string]>([
    ['is that of its last line', 'a:\n- b\nc: 1\n', 6, 0, 'a:\n- b'],
    ['is that line also where the text ends below it', 'a:\n- b\nc: 1\n', 7, 0, 'a:\n- b'],
    ['takes comments to the right along', 'a:\n- b\n  # of b\nc: 1\n', 6, 0, 'a:\n- b\n  # of b'],
    ['leaves comments of the next key', 'a:\n- b\n# of c\nc: 1\n', 6, 0, 'a:\n- b'],
    ['leaves comments at the column', 'a:\n  - b\n  # of c\n', 8, 2, 'a:\n  - b'],
    ['reaches over empty lines to a comment', 'a:\n- b\n\n  # of b\n', 6, 0, 'a:\n- b\n\n  # of b'],
    ['is the empty line that the text begins with', '\na: 1\n', 1, 0, ''],
    ['leaves empty lines at the end', 'a:\n- b\n\n', 6, 0, 'a:\n- b'],
    ['does not reach over a line of something else', 'a:\n- b\nc: 1\n  # of c\n', 6, 0, 'a:\n- b'],
  ])('%s', (_, text, offset, column, block) => {
    expect(text.slice(0, blockEnd(text, offset, column))).toBe(block);
  });
});
