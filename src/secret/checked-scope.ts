/** Where a search for a login went through the pull secrets. */

/** `where` are namespaces; `flags` checks the others as well. */
export function describeChecked(where: string, flags = '-A'): string {
  return `checked: pull secrets in ${where} (${flags}: all namespaces)`;
}
