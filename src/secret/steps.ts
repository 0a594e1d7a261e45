/** Long work is done in steps: between two of them, a program may do something else, or end. */

/** The number of entries of a Secret in one step. */
export const STEP_ENTRIES = 256;

/** Runs all steps at once and returns their result. Throws what they throw. */
export function finished<T>(steps: Generator<void, T>): T {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}
