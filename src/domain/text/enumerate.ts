/** Lists of names, cut where nobody reads on. */
const SHOWN = 5;

/** The first names, and how many more there are; `total` where `names` are only some of them. */
export function many(names: readonly string[], total = names.length): string {
  const shown = names.slice(0, SHOWN);
  const rest = total - shown.length;
  return shown.join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}
