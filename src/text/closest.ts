/** Finds the name for "did you mean". */

/** Object names are not longer, and nobody makes more typos. Limits the work, because the names may come from anybody. */
const MAX_LENGTH = 253;
const MAX_DISTANCE = 16;
const MAX_CANDIDATES = 500;
/** The limit for the tables of all candidates together: enough for 500 ordinary names, and for some of 253 characters. */
const MAX_CELLS = 300_000;

/** The candidate nearest to `name`. Undefined when none is near, or when `name` is a candidate: then it is no typo. */
export function closest(name: string, candidates: readonly string[]): string | undefined {
  return candidates.includes(name) ? undefined : nearest(name, candidates, 1)[0];
}

/** The candidates near `name`, the nearest first, at most `count`. */
export function nearest(name: string, candidates: readonly string[], count: number): string[] {
  if (name.length > MAX_LENGTH) return [];
  let limit = Math.min(Math.floor(name.length / 3), MAX_DISTANCE);
  let found: { readonly candidate: string; readonly distance: number; readonly isBeginning: number }[] = [];
  let cells = 0;
  for (const candidate of candidates.slice(0, MAX_CANDIDATES)) {
    if (candidate === '' || candidate.length > MAX_LENGTH) continue;
    const within = name.length >= 3 && (candidate.startsWith(name) || name.startsWith(candidate));
    if (!within) cells += cellsFor(name, candidate, limit);
    if (cells > MAX_CELLS) break;
    const distance = within ? 1 : boundedDistance(name, candidate, limit);
    if (distance > limit) continue;
    // A person who typed `shop-de` meant `shop-dev` rather than `shop`.
    const isBeginning = Number(name.startsWith(candidate));
    found = [...found, { candidate, distance, isBeginning }]
      .sort((one, other) => one.distance - other.distance || one.isBeginning - other.isBeginning)
      .slice(0, count);
    // Once there are enough, another one is kept only if it is as near as the last.
    if (found.length === count) limit = Math.min(limit, found.at(-1)?.distance ?? 0);
  }
  return found.map(({ candidate }) => candidate);
}

/** The candidate nearest to `word` by its spelling alone; the beginning of a candidate is not near to it. */
export function bySpelling(word: string, candidates: readonly string[]): string | undefined {
  const limit = Math.floor(word.replace(/^-+/, '').length / 3);
  const near = candidates
    .map((candidate) => ({ candidate, distance: boundedDistance(word, candidate, limit) }))
    .filter(({ distance }) => distance > 0 && distance <= limit)
    .sort((one, other) => one.distance - other.distance);
  return candidates.includes(word) ? undefined : near[0]?.candidate;
}

/** Whether the two differ by one typo. Different digits are no typo: `regcred` and `regcred2` may be two names. */
export function isSlip(one: string, other: string): boolean {
  return boundedDistance(one, other, 1) === 1 && one.replace(/\d/g, '') !== other.replace(/\d/g, '');
}

/** {@link closest} for namespaces. One with another number is another tenant, who must not get a login through a pasted command. */
export function closestNamespace(name: string, namespaces: readonly string[]): string | undefined {
  const numbersIn = (text: string): string => `${text.match(/\d+/g)?.map(Number)}`;
  if (namespaces.includes(name)) return undefined;
  return closest(
    name,
    namespaces.filter((other) => numbersIn(other) === numbersIn(name)),
  );
}

/** {@link closest} for user names. A robot account with another number is not a typo. */
export function closestUser(name: string, users: readonly string[]): string | undefined {
  const withoutDigits = (user: string): string => user.replace(/\d/g, '');
  if (users.includes(name)) return undefined;
  return closest(
    name,
    users.filter((user) => withoutDigits(user) !== withoutDigits(name)),
  );
}

function cellsFor(one: string, other: string, limit: number): number {
  return Math.abs(one.length - other.length) > limit ? 1 : one.length * (2 * limit + 1);
}

/**
 * The distance, or infinity where it is above `limit`: insertions, deletions, replacements and swaps of neighbours (optimal
 * string alignment). Cells further than `limit` from the diagonal are above it, so they are left out.
 */
function boundedDistance(one: string, other: string, limit: number): number {
  if (Math.abs(one.length - other.length) > limit) return Number.POSITIVE_INFINITY;
  const above = limit + 1;
  let before: number[] = [];
  let previous = Array.from({ length: other.length + 1 }, (_, column) => Math.min(column, above));
  for (let row = 1; row <= one.length; row += 1) {
    const current: number[] = new Array(other.length + 1).fill(above);
    current[0] = Math.min(row, above);
    for (let column = Math.max(1, row - limit); column <= Math.min(other.length, row + limit); column += 1) {
      const same = one[row - 1] === other[column - 1] ? 0 : 1;
      const swapped = one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1];
      const edit = Math.min(at(previous, column) + 1, at(current, column - 1) + 1, at(previous, column - 1) + same);
      current[column] = swapped ? Math.min(edit, at(before, column - 2) + 1) : edit;
    }
    [before, previous] = [previous, current];
  }
  const distance = at(previous, other.length);
  return distance > limit ? Number.POSITIVE_INFINITY : distance;
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY;
}
