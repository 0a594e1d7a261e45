/** Lists the first of many findings that are alike, and counts the others. */

import type { Finding } from './finding.ts';

/** Somebody may write 15,000 broken entries into one Secret. */
const LISTED = 20;

export type ListedItem<T> = T & { readonly more?: number | undefined };

/** The first items of each `likeness`. The last of them says how many `more` there are. Undefined means like no other. */
export function listed<T extends object>(
  items: readonly T[],
  likeness: (item: T) => string | undefined,
): readonly ListedItem<T>[] {
  return [...Map.groupBy(items, likeness)].flatMap(([key, alike]): readonly ListedItem<T>[] => {
    const more = alike.length - LISTED;
    if (key === undefined || more <= 0) return alike;
    return alike.slice(0, LISTED).map((item, index) => (index === LISTED - 1 ? { ...item, more } : item));
  });
}

/** Follows the last finding that is listed. */
export function formatMore(more: number): string {
  return `and ${more} more like it in this Secret`;
}

/** How many findings have that severity, including those that are not listed. */
export function countOf(
  severity: Finding['severity'],
  findings: readonly ListedItem<Pick<Finding, 'severity'>>[],
): number {
  return findings.reduce((sum, found) => (found.severity === severity ? sum + 1 + (found.more ?? 0) : sum), 0);
}
