/** "Did you mean": the name that was likely meant. */

/** No object has a longer name, and nobody slips more often. The rest is work for nothing, and names come from anybody. */
const MAX_LENGTH = 253;
const MAX_DISTANCE = 16;
const MAX_CANDIDATES = 500;

/** The candidate nearest to `name`, undefined when none is near. */
export function closest(name: string, candidates: readonly string[]): string | undefined {
  if (name.length > MAX_LENGTH) return undefined;
  const limit = Math.min(Math.floor(name.length / 3), MAX_DISTANCE);
  let best: { readonly candidate: string; readonly distance: number } | undefined;
  for (const candidate of candidates.slice(0, MAX_CANDIDATES)) {
    if (candidate.length > MAX_LENGTH) continue;
    const within = name.length >= 3 && (candidate.startsWith(name) || name.startsWith(candidate));
    const distance = within ? 1 : boundedDistance(name, candidate, limit);
    if (distance <= limit && (best === undefined || distance < best.distance)) best = { candidate, distance };
  }
  return best?.candidate;
}

/** Whether the two differ by one typo. Digits are no slip: `regcred` and `regcred2` may be two. */
export function isSlip(one: string, other: string): boolean {
  return boundedDistance(one, other, 1) === 1 && one.replace(/\d/g, '') !== other.replace(/\d/g, '');
}

/** The distance, or infinity where the lengths alone differ by more than `limit`. */
function boundedDistance(one: string, other: string, limit: number): number {
  if (Math.abs(one.length - other.length) > limit) return Number.POSITIVE_INFINITY;
  return editDistance(one, other);
}

/** Insertions, deletions, replacements and swaps of neighbours (optimal string alignment). */
function editDistance(one: string, other: string): number {
  let [before, previous]: number[][] = [[], Array.from({ length: other.length + 1 }, (_, index) => index)];
  for (let row = 1; row <= one.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= other.length; column += 1) {
      const same = one[row - 1] === other[column - 1] ? 0 : 1;
      const costs = [at(previous, column) + 1, at(current, column - 1) + 1, at(previous, column - 1) + same];
      const swapped = one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1];
      if (swapped) costs.push(at(before, column - 2) + 1);
      current.push(Math.min(...costs));
    }
    [before, previous] = [previous, current];
  }
  return at(previous, other.length);
}

function at(row: readonly number[] | undefined, index: number): number {
  return row?.[index] ?? Number.POSITIVE_INFINITY;
}
