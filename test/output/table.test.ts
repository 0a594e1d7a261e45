import { describe, expect, test } from 'vitest';
import { cutTo, formatTable } from '../../src/output/table.ts';
import type { Output } from '../../src/system/io.ts';
import { fc } from '../support/fast-check.ts';
import { fakeIo } from '../support/io.ts';

function terminal(columns: number | undefined): Output {
  return { ...fakeIo().stdout, columns: () => columns };
}

test('columns are as wide as their widest cell, and there is nothing at the end of a line', () => {
  const table = formatTable(
    ['NAME', 'AGE'],
    [
      ['a', '10d'],
      ['longer', ''],
    ],
    terminal(undefined),
  );
  expect(table).toBe('NAME     AGE\na        10d\nlonger\n');
});

test('a terminal gets rows that fit, the widest columns being cut', () => {
  const rows = [['a', 'x'.repeat(50), 'y'.repeat(20)]];
  const [, row = ''] = formatTable(['A', 'B', 'C'], rows, terminal(30)).split('\n');
  expect(row).toMatch(/^a {3}x{10,11}… {3}y{10,11}…$/);
  expect(row).toHaveLength(30);
});

test.each([
  ['wide', terminal(30), true],
  ['without a terminal', terminal(undefined), false],
])('nothing is cut: %s', (_, output, wide) => {
  expect(formatTable(['A'], [['x'.repeat(200)]], output, wide)).toContain('x'.repeat(200));
});

test('one cell of half a million characters is whole, and makes no other row as long', () => {
  const long = 'x'.repeat(500_000);
  const others = Array.from({ length: 2000 }, (_, index) => [`a${index}`, 'b']);
  const lines = formatTable(['NAME', 'AGE'], [[long, 'b'], ...others], terminal(undefined)).split('\n');
  expect(lines[1]).toBe(`${long}   b`);
  expect(lines.at(-2)).toMatch(/^a1999 +b$/);
  expect(Math.max(...lines.filter((line) => !line.startsWith('x')).map(({ length }) => length))).toBeLessThan(400);
});

test('no row is wider than the terminal, whatever is in it, as long as there is any room', () => {
  const cell = fc.string({ unit: 'grapheme', maxLength: 60 });
  const table = fc
    .integer({ min: 1, max: 6 })
    .chain((width) => fc.array(fc.array(cell, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 5 }));
  fc.assert(
    fc.property(table, fc.integer({ min: 60, max: 120 }), (rows, columns) => {
      const lines = formatTable(rows[0] ?? [], rows.slice(1), terminal(columns)).split('\n');
      return lines.every((line) => cutTo(line, columns) === line);
    }),
  );
});

describe('widths on a terminal', () => {
  test.each([
    ['abc', 3],
    ['é', 1],
    ['e\u0301', 1],
    ['漢字', 4],
    ['😀', 2],
    ['••••', 4],
    ['', 0],
  ])('%s', (text, width) => {
    expect(cutTo(text, width)).toBe(text);
    expect(cutTo(text, width - 1)).toMatch(/…$/);
  });

  test.each([
    ['abcdef', 4, 'abc…'],
    ['abcd', 4, 'abcd'],
    ['漢字漢字', 5, '漢字…'],
    ['漢字漢字', 4, '漢…'],
    ['abc', 1, '…'],
  ])('%s in %d', (text, width, cut) => {
    expect(cutTo(text, width)).toBe(cut);
  });
});
