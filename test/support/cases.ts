/**
 * How much of what could be tested a run tests. By default a few generated cases of each kind, a part of each long table, and the
 * executable only where it can differ from the npm package, so that a build takes ten minutes. `REGSECRET_CASES=all`, as in the
 * weekly build, tests all of it; a number is the number of generated cases of each kind. `REGSECRET_SEED` sets another seed than
 * the one that is the same on every machine, or `random`, as in the nightly build.
 */
const { REGSECRET_CASES: asked = '', REGSECRET_SEED: given = '' } = process.env;

/** Chooses the generated cases and the parts of tables. A fixed one, so that a build fails because of a change and never by chance. */
export const seed = given === 'random' ? Math.floor(Math.random() * 2 ** 31) : Number(given || '20261126');

export const whole = asked === 'all';

/** The number of generated cases of one kind: by default `few`. */
export function cases(few: number, all: number): number {
  if (whole) return all;
  return asked === '' ? few : Number(asked);
}

/** By default `few` of the items, spread over the table. The seed says where the choice starts. */
export function some<T>(items: readonly T[], few: number): T[] {
  if (whole || few >= items.length) return [...items];
  const chosen = Array.from(
    { length: few },
    (_, nth) => (seed + Math.floor((nth * items.length) / few)) % items.length,
  );
  return items.filter((_, index) => chosen.includes(index));
}

/** By default every `stride`-th of the items. `nth` and the seed say which is the first. */
export function every<T>(items: readonly T[], stride: number, nth = 0): T[] {
  return whole ? [...items] : items.filter((_, index) => (index + nth + seed) % stride === 0);
}
