import { expect, test } from 'vitest';
import { trim, trimEnd } from '../../src/text/trim.ts';

test.each([
  ['--a-b--', 'a-b', '--a-b'],
  ['a', 'a', 'a'],
  ['---', '', ''],
  ['', '', ''],
  ['--a', 'a', '--a'],
])('%j without dashes around it, and behind it', (text, both, end) => {
  expect(trim(text, '-')).toBe(both);
  expect(trimEnd(text, '-')).toBe(end);
});
