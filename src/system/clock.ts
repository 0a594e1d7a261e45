/** The time, and waiting for it: a part of Io and of each transport, so that a test can turn it. */

/** Whoever replaces it can run through a week in a moment. */
export interface Clock {
  /** Milliseconds since 1970. A person or the network may set this time back. */
  now(): number;
  /** Milliseconds since some moment, never fewer than before: for deadlines. */
  monotonic(): number;
  /** Waits, or throws the signal's reason as soon as it is aborted. */
  pause(milliseconds: number, signal: AbortSignal): Promise<void>;
}

/** The clock of this machine. */
export const machineClock: Clock = { now: () => Date.now(), monotonic: () => performance.now(), pause };

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop);
      resolve();
    }, milliseconds);
    signal.addEventListener('abort', stop, { once: true });
  });
}
