/** Of many findings that are alike the first ones are listed, and the others counted. */

import type { Finding } from './finding.ts';

/** Somebody may write 15,000 broken entries into one Secret. */
const LISTED = 20;

export type Listed<T> = T & { readonly more?: number | undefined };

/** The first of those with the same `likeness`, the last of which says how many `more` there are; undefined is like nothing. */
export function listed<T extends object>(
  items: readonly T[],
  likeness: (item: T) => string | undefined,
): readonly Listed<T>[] {
  return [...Map.groupBy(items, likeness)].flatMap(([key, alike]): readonly Listed<T>[] => {
    const more = alike.length - LISTED;
    if (key === undefined || more <= 0) return alike;
    return alike.slice(0, LISTED).map((item, index) => (index === LISTED - 1 ? { ...item, more } : item));
  });
}

/** Behind the last one that is listed. */
export function formatMore(more: number): string {
  return `and ${more} more like it in this Secret`;
}

/** How many of `findings` are of that severity, those that are not listed too. */
export function countOf(severity: Finding['severity'], findings: readonly Listed<Pick<Finding, 'severity'>>[]): number {
  return findings.reduce((sum, found) => (found.severity === severity ? sum + 1 + (found.more ?? 0) : sum), 0);
}
