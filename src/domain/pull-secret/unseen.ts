/** Where a login may be that a look at pull secrets does not see. */

/** `where` follows them, `more` says how to look at more, `holds` what the rest may hold. */
export function describeUnseen(where: string, more: string, holds: string): string {
  return `only pull secrets${where} were looked at:${more} a Secret of another type, or another key in one of these, may ${holds}`;
}

export const ADD_ALL_NAMESPACES = ' add -A for all namespaces;';
