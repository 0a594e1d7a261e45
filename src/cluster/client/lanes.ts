/** How many requests to one API server are under way at once, and for how long none may be sent. */
import { pause } from '../../concurrency.ts';

/**
 * As many as are sent at once without `--concurrency`. An API server shares its 600 seats among priority levels, of which a person
 * who is no administrator gets `global-default` with 49, together with everybody else there, and a service account
 * `workload-low` with 245 (apiserver pkg/apis/flowcontrol/bootstrap/default.go, as /metrics shows them); a write may take
 * several seats. So 16 leave most of them to others. With 200 namespaces, 32 and 64 lanes were not measurably faster on two cores.
 */
export const DEFAULT_CONCURRENCY = 16;

export interface Lanes {
  readonly count: number;
  /** Does `send` as soon as a lane is free and requests may be sent. Throws what it throws, and the signal's reason. */
  pass<T>(send: () => Promise<T>, signal: AbortSignal): Promise<T>;
  /** From now on, no request is sent for so long. */
  hold(milliseconds: number): void;
}

/** `count` lanes to one API server. */
export function createLanes(count: number): Lanes {
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
    async pass(send, signal) {
      await enter();
      try {
        // While this one waits, another may be told to wait longer.
        for (let rest = opensAt - performance.now(); rest > 0; rest = opensAt - performance.now()) {
          await pause(Math.ceil(rest), signal);
        }
        signal.throwIfAborted();
        return await send();
      } finally {
        leave();
      }
    },
    hold(milliseconds) {
      opensAt = Math.max(opensAt, performance.now() + milliseconds);
    },
  };
}
