import { expect, test } from 'vitest';
import { parseDuration } from '../../../src/codec/go/duration.ts';

test.each([
  ['0', 0],
  ['30', 30_000],
  ['+5', 5000],
  ['30s', 30_000],
  ['1.5s', 1500],
  ['.5m', 30_000],
  ['1h30m', 5_400_000],
  ['2m3s4ms', 123_004],
  ['1us', 0.001],
  ['1µs', 0.001],
  ['-5s', -5000],
  ['', undefined],
  ['-5', undefined],
  ['1.5', undefined],
  ['5 s', undefined],
  ['1d', undefined],
  ['s', undefined],
  ['.s', undefined],
  ['1e3s', undefined],
  ['5s\n', undefined],
])('%o is %o milliseconds', (text, expected) => {
  expect(parseDuration(text)).toBe(expected);
});
