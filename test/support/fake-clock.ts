/** Time that passes as fast as a test can wait. */
import { onTestFinished, vi } from 'vitest';
import { UserError } from '../../src/errors.ts';
import { shownHint } from './hints.ts';

/** Of the test that runs; before anything looks at the clock. */
export function fakeClock(): void {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
}

/** What `promise` ends with, as a text, for which time passes where it is waited for; throws what is no UserError. */
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
  // Nothing waits longer than ten minutes.
  for (let seconds = 0; seconds < 600 && result === undefined && failure === undefined; seconds += 1) {
    await vi.advanceTimersByTimeAsync(1000);
  }
  if (result === undefined && failure === undefined) return 'waits';
  await watched;
  if (result === undefined) throw failure;
  return result;
}
