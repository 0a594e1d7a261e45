/** Lists of names, cut where nobody reads on. */
const SHOWN = 5;

/** Some names, and how many more. */
export function many(names: readonly string[]): string {
  const rest = names.length - SHOWN;
  return names.slice(0, SHOWN).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}
