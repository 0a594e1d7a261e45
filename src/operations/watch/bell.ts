/** Wakes a loop that waits. */
import type { Clock } from '../../clock.ts';

export interface Bell {
  ring(): void;
  /** Waits until the bell is rung, or for that many milliseconds. */
  wait(milliseconds: number): Promise<void>;
}

export function createBell(clock: Pick<Clock, 'pause'>): Bell {
  let next = Promise.withResolvers<void>();
  return {
    ring() {
      next.resolve();
      next = Promise.withResolvers();
    },
    async wait(milliseconds) {
      const rung = new AbortController();
      const late = clock.pause(milliseconds, rung.signal).catch(() => undefined);
      await Promise.race([next.promise, late]);
      rung.abort();
    },
  };
}
