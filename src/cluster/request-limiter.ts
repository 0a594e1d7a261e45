/** Limits how many requests to one API server run at once, and holds back new ones while the server asks for that. */
import { type Clock, machineClock } from '../system/clock.ts';

/**
 * The number of parallel requests without `--concurrency`. An API server shares its 600 seats among priority levels. A user who
 * is not an administrator gets `global-default` with 49, shared with all such users, and a service account gets `workload-low`
 * with 245 (apiserver pkg/apis/flowcontrol/bootstrap/default.go, as /metrics shows them). One write may take several seats. So 16
 * leave most of the seats to others. With 200 namespaces, 32 and 64 slots were not measurably faster on two cores.
 */
export const DEFAULT_CONCURRENCY = 16;

export interface RequestLimiter {
  readonly count: number;
  /** Calls `send` once a slot is free and no hold is in force. Throws whatever `send` throws, and the signal's reason. */
  run<T>(send: () => Promise<T>, signal: AbortSignal): Promise<T>;
  /** Sends no request for this long from now on. */
  hold(milliseconds: number): void;
}

export function createRequestLimiter(count: number, clock: Clock = machineClock): RequestLimiter {
  const waiting: (() => void)[] = [];
  let free = count;
  let opensAt = 0;
  const leave = (): void => {
    const next = waiting.shift();
    if (next === undefined) free += 1;
    else next();
  };
  const enter = async (): Promise<void> => {
    if (free === 0) return new Promise((resolve) => waiting.push(resolve));
    free -= 1;
  };
  return {
    count,
    async run(send, signal) {
      await enter();
      try {
        // While this request waits, another answer may extend the hold.
        for (let rest = opensAt - clock.monotonic(); rest > 0; rest = opensAt - clock.monotonic()) {
          await clock.pause(Math.ceil(rest), signal);
        }
        signal.throwIfAborted();
        return await send();
      } finally {
        leave();
      }
    },
    hold(milliseconds) {
      opensAt = Math.max(opensAt, clock.monotonic() + milliseconds);
    },
  };
}
