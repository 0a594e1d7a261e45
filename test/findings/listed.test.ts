import { expect, test } from 'vitest';
import { listed } from '../../src/findings/listed.ts';

const items = (count: number, kind: string | undefined) => Array.from({ length: count }, (_, at) => ({ kind, at }));

test.each([
  ['as many as are listed', items(20, 'a'), 20, []],
  ['one more', items(21, 'a'), 20, [1]],
  ['two kinds, each for itself', [...items(30, 'a'), ...items(25, 'b')], 40, [10, 5]],
  ['what is like nothing', items(100, undefined), 100, []],
])('%s', (_, all, count, more) => {
  const shown = listed(all, ({ kind }) => kind);
  expect(shown).toHaveLength(count);
  expect(shown.flatMap((item) => item.more ?? [])).toEqual(more);
  expect(shown.at(-1)?.more).toBe(more.at(-1));
  expect(shown.slice(0, 20).map(({ at }) => at)).toEqual(items(20, '').map(({ at }) => at));
});
