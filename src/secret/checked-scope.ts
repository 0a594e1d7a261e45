/** Places of a login that a search through pull secrets does not see. */

/** `where` follows "pull secrets", `more` says how to look at more of them, and `holds` follows "may". */
export function describeUnseen(where: string, more: string, holds: string): string {
  return `only pull secrets${where} were looked at:${more} a Secret of another type, or another key in one of these, may ${holds}`;
}

export const ADD_ALL_NAMESPACES = ' add -A for all namespaces;';
