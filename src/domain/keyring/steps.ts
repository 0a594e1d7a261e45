/** Work that may take long is done in steps: a program may do something else between two of them, and end. */

/** So many entries of a Secret are a step. */
export const STEP_ENTRIES = 256;

/** What is computed in steps, all of them at once. Throws what they throw. */
export function finished<T>(steps: Generator<void, T>): T {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}
