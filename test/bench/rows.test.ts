import { expect, test } from 'vitest';
import type { Sample, Samples } from './measure.ts';
import { type CaseName, format, isMissed, rows } from './rows.ts';

const sample = (milliseconds: number, peakBytes = 40e6): Sample => ({ milliseconds, cpuMilliseconds: 0, peakBytes });
const none: Samples<CaseName> = {
  version: [],
  help: [],
  offline: [],
  live: [],
  merge: [],
  attach: [],
  why: [],
  fleet: [],
  sync: [],
  crowd: [],
  tenantList: [],
  tenantDoctor: [],
  cold: [],
  large: [],
  manifests: [],
};
const sizes = { bytes: 114e6, gzipBytes: 54e6 };

test('a ratio is taken round by round', () => {
  const version = [
    [sample(10), sample(30), sample(20)],
    [sample(40), sample(60), sample(50)],
  ];
  const [row] = rows({ ...none, version }, sizes);
  expect(row).toMatchObject({ value: { median: 0.4, min: 0.25, max: 0.5 }, ours: '20.0 ms', theirs: '50.0 ms' });
});

test('what was not measured is left out', () => {
  expect(rows(none, sizes).map(({ title }) => title)).toEqual(['size of the executable', 'the same as .gz']);
});

test('a target is missed by more than a tenth', () => {
  const [size] = rows(none, { bytes: 136e6, gzipBytes: 0 });
  const [larger] = rows(none, { bytes: 137e6, gzipBytes: 0 });
  expect([size, larger].map((row) => row && isMissed(row))).toEqual([false, true]);
});

test('memory is in MB, not to that of kubectl', () => {
  const crowd = [[sample(1, 110e6)], [sample(2, 120e6)], [sample(4, 2e9)]];
  expect(rows({ ...none, crowd }, sizes).map(({ value, unit }) => [value.median, unit])).toEqual([
    [0.25, ''],
    [0.5, ''],
    [110, 'MB'],
    [120, 'MB'],
    [114, 'MB'],
    [54, 'MB'],
  ]);
});

test('the table is Markdown', () => {
  const large = [[sample(100.4), sample(90), sample(120)]];
  expect(
    format(rows({ ...none, large }, sizes))
      .split('\n')
      .slice(2, 4),
  ).toEqual([
    '| docker config of 5 MB, one of 20,000 logins | **100 ms** | 90 ms – 120 ms | ≤ 150 ms |  |  |',
    '| size of the executable | **114 MB** |  | ≤ 124 MB |  |  |',
  ]);
});
