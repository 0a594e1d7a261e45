/** Upper and lower case as Go knows it: unicode.Version is 15.0, and JavaScript's tables are newer. */

/** Letters that have a lower case since Unicode 16 or 17. */
const CASED_LATER = /[\u1c89\ua7cb\ua7cc\ua7ce\ua7d2\ua7d4\ua7da\ua7dc\u{10d50}-\u{10d65}\u{16ea0}-\u{16eb8}]/gu;

/** Whether Go's strings.ToLower leaves `text` as it is. */
export function isLowerCase(text: string): boolean {
  if (text.toLowerCase() === text) return true;
  const known = text.replace(CASED_LATER, '');
  return known.toLowerCase() === known;
}
