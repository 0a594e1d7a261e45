/** The estimate and the progress of a build. */
import { expect, test } from 'vitest';
import { BuildProgress } from './build-progress.ts';

const SIZES = new Map([
  ['k8s.io/api/core/v1', 6_000_000],
  ['net/http', 1_900_000],
  ['errors', 100_000],
]);

/** Of 10 MB: 8 of source, and a program to link. */
function started(): BuildProgress {
  const progress = new BuildProgress();
  progress.plan(SIZES, 1);
  return progress;
}

test.each<[string, readonly string[], number, string]>([
  ['nothing is done', [], 15_000, '0 % (0 of 3 packages, 0 of 1 programs)'],
  ['too early to calculate', ['errors'], 15_000, '1 % (1 of 3 packages, 0 of 1 programs)'],
  [
    'a large package counts more',
    ['k8s.io/api/core/v1'],
    30_000,
    '60 % (1 of 3 packages, 0 of 1 programs), about 20 s left',
  ],
  ['a package twice', ['errors', 'errors'], 30_000, '1 % (1 of 3 packages, 0 of 1 programs), about 50 min left'],
  ['all but the link', [...SIZES.keys()], 80_000, '80 % (3 of 3 packages, 0 of 1 programs), about 20 s left'],
])('%s', (_, compiled, elapsed, line) => {
  const progress = started();
  for (const name of compiled) progress.compiles(name);
  expect(progress.line(elapsed)).toBe(line);
});

test('two modules have one estimate and one progress, in which a package that they share counts once', () => {
  const progress = started();
  progress.plan(new Map([['errors', 100_000]]), 1);
  expect(progress.estimate(2)).toBe('3 packages to compile, about 20 s on 2 idle cores');
  for (const name of SIZES.keys()) progress.compiles(name);
  for (const program of ['kubelet', 'containerd']) progress.links(program);
  expect(progress.line(60_000)).toBe('100 % (3 of 3 packages, 2 of 2 programs), about 0 s left');
});
