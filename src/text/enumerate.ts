/** Lists of names, cut after a few, counts with their noun, and the counts of a whole run. */

/** The first names, at most `limit`, and how many more there are. `total` is for `names` that are only a part. */
export function many(names: readonly string[], { total = names.length, limit = 5 } = {}): string {
  const shown = names.slice(0, limit);
  const rest = total - shown.length;
  return shown.join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}

/** `1 pod`, `2 pods`. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count} ${nounFor(count, one, many)}`;
}

/** `pod` for one, `pods` for more. */
export function nounFor(count: number, one: string, many = `${one}s`): string {
  return count === 1 ? one : many;
}

/** `60 namespaces: 3 created, 1 updated, 55 unchanged, 1 failed`, in the order of `counts`, without those of zero. */
export function summaryLine(total: number, noun: string, counts: Readonly<Record<string, number>>): string {
  const parts = Object.entries(counts).flatMap(([what, count]) => (count === 0 ? [] : [`${count} ${what}`]));
  return [plural(total, noun), ...(parts.length === 0 ? [] : [parts.join(', ')])].join(': ');
}
