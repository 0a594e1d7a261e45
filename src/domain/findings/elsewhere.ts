/** Where else there is a Secret of the name of one that is missing. */

/** The same content of another namespace, to be copied from there. */
export interface Elsewhere {
  readonly namespaces: readonly string[];
  readonly dataKey?: string | undefined;
  /** Nobody chose this namespace to look at: no copy of another's login into it is proposed. */
  readonly copy?: false | undefined;
}

/** Whether a copy is proposed of a Secret that is in other namespaces. */
export function isCopied(elsewhere: Elsewhere | undefined): elsewhere is Elsewhere {
  return elsewhere !== undefined && elsewhere.copy !== false;
}
