import { expect, test } from 'vitest';
import { humanDuration, rfc3339 } from '../../src/text/time.ts';

const [MINUTE, HOUR, DAY] = [60, 3600, 86_400];

test.each([
  [-2, '<invalid>'],
  [-1, '0s'],
  [0, '0s'],
  [1, '1s'],
  [119, '119s'],
  [2 * MINUTE, '2m'],
  [2 * MINUTE + 5, '2m5s'],
  [10 * MINUTE + 5, '10m'],
  [179 * MINUTE, '179m'],
  [3 * HOUR, '3h'],
  [3 * HOUR + MINUTE, '3h1m'],
  [8 * HOUR + MINUTE, '8h'],
  [47 * HOUR, '47h'],
  [2 * DAY, '2d'],
  [2 * DAY + HOUR, '2d1h'],
  [8 * DAY + HOUR, '8d'],
  [700 * DAY, '700d'],
  [730 * DAY, '2y'],
  [735 * DAY, '2y5d'],
  [3000 * DAY, '8y'],
])('%d s', (seconds, text) => {
  expect(humanDuration(seconds * 1000)).toBe(text);
});

test.each([
  [0, '1970-01-01T00:00:00Z'],
  [1_767_225_600_999, '2026-01-01T00:00:00Z'],
  [-1, '1969-12-31T23:59:59Z'],
])('%d ms since 1970 is %s', (milliseconds, text) => {
  expect(rfc3339(milliseconds)).toBe(text);
});
