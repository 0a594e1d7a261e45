/** The command line in a hint keeps the flags that select objects. A check without its files would say that all is well. */
import { expect, test } from 'vitest';
import { here } from '../support/here.ts';

const SCOPES = ['-f nowhere', '-n team-a', '-A', '-l team=a'];
const OF_DOCTOR = [
  ...[...SCOPES, '-R', '--watch', '-v', '--offline', '--strict', '--errors', '--only empty-name'],
  ...['--ignore empty-name', '--image ghcr.io/a/b:v1', '--sa ci', '--secret pull', '-o json', '-o sarif', 'deploy/web'],
];
const FLAGS: Readonly<Record<string, readonly string[]>> = {
  doctor: OF_DOCTOR,
  why: OF_DOCTOR,
  list: [...SCOPES, '--problems', '--no-headers', '--sort-by age', '-o json', 'pull'],
  verify: [...SCOPES, '--image ghcr.io/a/b:v1', '--server ghcr.io', '--all', '-o json', 'pull', '--from-file f'],
};

/** What the hint has to repeat, and what the message or the hint mentions if it cannot. */
const KEPT: readonly (readonly [typed: string, without: RegExp])[] = [
  ['-f nowhere', /-f\b/],
  ['-n team-a', /-n\b|--namespace|-A\b|-l\b/],
  ['-A', /-A\b|--all-namespaces/],
  ['-l team=a', /-l\b/],
  ['--strict', /--strict/],
  ['--offline', /--offline/],
  ['-o json', /-o\b/],
  ['deploy/web', /targets/],
];

/** Command lines with every two flags of `verb`, also with a scope. */
function lines(verb: string, flags: readonly string[]): string[] {
  const pairs = flags.flatMap((one, index) => flags.slice(index + 1).map((other) => [one, other]));
  const all = pairs.flatMap((pair) => [pair, ...SCOPES.map((scope) => [...new Set([...pair, scope])])]);
  return [...new Set(all.map((words) => [verb, ...words].join(' ')))];
}

test.each(Object.entries(FLAGS))('%s', async (verb, flags) => {
  const lost: string[] = [];
  let seen = 0;
  for (const line of lines(verb, flags)) {
    const { code, stderr } = await here(line.split(' '), { env: { HOME: '/nowhere' } });
    // Skips hints that are no complete command line for the same purpose.
    const isLine = stderr.includes('\nhint: regsecret ') && !/ --help$| lists those that fail/m.test(stderr);
    if (code !== 2 || !isLine) continue;
    seen += 1;
    const missing = KEPT.filter(
      ([typed, without]) =>
        ` ${line} `.includes(` ${typed} `) && !stderr.includes(` ${typed}`) && !without.test(stderr),
    );
    if (missing.length > 0) lost.push(`${line}\n${stderr}`);
  }
  expect(lost).toEqual([]);
  expect(seen).toBeGreaterThan(10);
});
