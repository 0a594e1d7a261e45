/** Fake timers for tests of code that waits. */
import { onTestFinished, vi } from 'vitest';
import { UserError } from '../../src/errors.ts';
import { shownHint } from './hints.ts';

/** Uses fake timers until the current test ends. Call it before anything reads the clock. */
export function fakeClock(): void {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
}

/**
 * The result of `promise` as a text, or `waits` if it is still pending after ten minutes of fake time. Throws any error but a
 * UserError.
 */
export async function settled<T>(promise: Promise<T>, describe: (value: T) => string): Promise<string> {
  let result: string | undefined;
  let failure: unknown;
  const watched = promise.then(
    (value) => {
      result = describe(value);
    },
    (error: unknown) => {
      if (error instanceof UserError) result = `${error.message}${error.hint ? ` → ${shownHint(error.hint)}` : ''}`;
      else failure = error;
    },
  );
  // No wait in the program takes longer than ten minutes.
  for (let seconds = 0; seconds < 600 && result === undefined && failure === undefined; seconds += 1) {
    await vi.advanceTimersByTimeAsync(1000);
  }
  if (result === undefined && failure === undefined) return 'waits';
  await watched;
  if (result === undefined) throw failure;
  return result;
}
