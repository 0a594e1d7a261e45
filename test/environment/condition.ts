/** Waits for a condition with a deadline, instead of guessing how long it takes. */
import { setTimeout as delay } from 'node:timers/promises';

export interface WaitOptions {
  /** Completes the sentence "waited in vain for …". */
  what: string;
  deadlineMs?: number;
  everyMs?: number;
  signal?: AbortSignal;
}

/**
 * Polls until the condition returns something other than `undefined` or `false`, and returns that. A condition that throws counts
 * as not yet true; its last error is the cause of the time-out.
 */
export async function waitFor<T>(
  condition: () => T | Promise<T>,
  options: WaitOptions,
): Promise<Exclude<T, undefined | false>> {
  const { what, deadlineMs = 30_000, everyMs = 50, signal } = options;
  const start = performance.now();
  let cause: unknown;
  while (performance.now() - start < deadlineMs) {
    signal?.throwIfAborted();
    try {
      const answer = await condition();
      if (answer !== undefined && answer !== false) return answer as Exclude<T, undefined | false>;
      cause = undefined;
    } catch (error) {
      cause = error;
    }
    await delay(everyMs, undefined, signal ? { signal } : {});
  }
  const reason = cause instanceof Error ? `: ${cause.message}` : '';
  throw new Error(`waited ${deadlineMs / 1000} s in vain for ${what}${reason}`, { cause });
}
