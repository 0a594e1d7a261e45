/** Mutants that change nothing that can be seen, each with its reason. */

interface Equivalent {
  readonly file: string;
  /** The line, without indentation. */
  readonly code: string;
  /** As `npm run mutants` prints it. */
  readonly change: string;
  readonly reason: string;
}

export const EQUIVALENT: readonly Equivalent[] = [];
