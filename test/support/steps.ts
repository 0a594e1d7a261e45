/** What is computed in steps, so that a program hears Ctrl-C in between: all of them at once. */
export function finished<T>(steps: Generator<void, T>): T {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}
