import { expect, test } from 'vitest';
import { cases, every, some, whole } from './cases.ts';

const items = Array.from({ length: 13 }, (_, index) => index);

test('a part of a table is in its order, without repetition', () => {
  expect(some(items, 4)).toHaveLength(whole ? 13 : 4);
  expect(some(items, 4)).toEqual(items.filter((item) => some(items, 4).includes(item)));
  expect(some(items, 20)).toEqual(items);
});

test.skipIf(whole)('in turns, all items are chosen once', () => {
  expect([0, 1, 2].flatMap((nth) => every(items, 3, nth)).sort((one, other) => one - other)).toEqual(items);
});

test.skipIf(process.env.REGSECRET_CASES)('by default there are few cases', () => {
  expect(cases(3, 1000)).toBe(3);
});
