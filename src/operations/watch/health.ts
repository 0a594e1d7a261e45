/** What is known of a running `sync --watch`: whether it is well, and what it has done. Pure: every time is an argument in milliseconds. */
import { RESYNC_MS } from './agenda.ts';

/** After that long without anything that works, another process is to begin anew. */
const HOPELESS_MS = 900_000;
/** A look at everything that is older was missed. */
const STALE_LOOK_MS = RESYNC_MS + 60_000;
/** Every watch hears at least a bookmark in 25 s. */
const STALE_EVENT_MS = 60_000;

/** What `/healthz` says. */
export interface HealthReport {
  readonly isWell: boolean;
  /** Seconds; undefined before the first. */
  readonly lastLook: number | undefined;
  /** Of the watch that has been silent for the longest. */
  readonly lastEvent: number | undefined;
}

export interface Health {
  /** A watch of `plural` has told something. */
  heard(plural: string, now: number): void;
  /** A look came to its end. */
  looked(isFull: boolean, now: number): void;
  report(now: number): HealthReport;
  /** Milliseconds until it is hopeless: 0 when it is. */
  hope(now: number): number;
}

/** Of the watches `plurals`, from `start` on. */
export function createHealth(plurals: readonly string[], start: number): Health {
  const events = new Map<string, number>(plurals.map((plural) => [plural, start]));
  let lastLook: number | undefined;
  let lastWorked = start;
  return {
    heard(plural, now) {
      events.set(plural, now);
      lastWorked = now;
    },
    looked(isFull, now) {
      if (isFull) lastLook = now;
      lastWorked = now;
    },
    report(now) {
      const oldest = Math.min(...events.values());
      const isWell = lastLook !== undefined && now - lastLook <= STALE_LOOK_MS && now - oldest <= STALE_EVENT_MS;
      const seconds = (at: number): number => Math.floor((now - at) / 1000);
      return { isWell, lastLook: lastLook === undefined ? undefined : seconds(lastLook), lastEvent: seconds(oldest) };
    },
    hope: (now) => Math.max(0, lastWorked + HOPELESS_MS - now),
  };
}
