/** The estimate and the progress of a build. */
import { expect, test } from 'vitest';
import { BuildProgress } from './build-progress.ts';

const PACKAGES = Array.from({ length: 160 }, (_, index) => `package${index}`);

/** A program of 160 packages; its link counts as 40. */
function started(): BuildProgress {
  const progress = new BuildProgress();
  progress.plan(PACKAGES, 1);
  return progress;
}

test.each<[string, readonly string[], number, string]>([
  ['nothing is done', [], 15_000, '0 % (0 of 160 packages, 0 of 1 programs)'],
  ['too early to calculate', PACKAGES.slice(0, 2), 15_000, '1 % (2 of 160 packages, 0 of 1 programs)'],
  ['half is done', PACKAGES.slice(0, 100), 30_000, '50 % (100 of 160 packages, 0 of 1 programs), about 30 s left'],
  ['a package twice', ['package1', 'package1'], 30_000, '0 % (1 of 160 packages, 0 of 1 programs), about 100 min left'],
  ['a package that was not planned', ['command-line'], 30_000, '0 % (0 of 160 packages, 0 of 1 programs)'],
  ['all but the link', PACKAGES, 80_000, '80 % (160 of 160 packages, 0 of 1 programs), about 20 s left'],
])('%s', (_, compiled, elapsed, line) => {
  const progress = started();
  for (const name of compiled) progress.compiles(name);
  expect(progress.line(elapsed)).toBe(line);
});

test('two modules have one estimate and one progress, in which a package that they share counts once', () => {
  const progress = started();
  progress.plan(['package1'], 1);
  expect(progress.estimate(2)).toBe('160 packages to compile, about 30 s on 2 idle cores');
  for (const name of PACKAGES) progress.compiles(name);
  for (const program of ['kubelet', 'containerd']) progress.links(program);
  expect(progress.line(60_000)).toBe('100 % (160 of 160 packages, 2 of 2 programs), about 0 s left');
});
