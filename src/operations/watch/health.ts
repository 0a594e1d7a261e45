/** What is known of a running `sync --watch`: whether it is well, and what it has done. Pure: every time is an argument in milliseconds. */
import { RESYNC_MS } from './agenda.ts';

/** After that long without anything that works, another process is to begin anew. */
const HOPELESS_MS = 900_000;
/** A look at everything that is older was missed. */
const STALE_LOOK_MS = RESYNC_MS + 60_000;
/** Every watch hears a bookmark at least every minute. */
const STALE_EVENT_MS = 120_000;
/** What is wrong for so long is no hiccup. */
const TROUBLE_MS = 30_000;

/** What `/healthz` says. */
export interface HealthReport {
  readonly isWell: boolean;
  /** Seconds; undefined before the first. */
  readonly lastLook: number | undefined;
  /** Of the watch that has been silent for the longest. */
  readonly lastEvent: number | undefined;
}

export interface Health {
  /** A watch of `plural` is open. */
  opened(plural: string): void;
  /** A watch of `plural` has told something. */
  heard(plural: string, now: number): void;
  /** A watch of `plural` has ended with an error. */
  lost(plural: string, now: number): void;
  /** A look came to its end. */
  looked(isFull: boolean, now: number): void;
  /** A look could not be done. */
  failed(now: number): void;
  report(now: number): HealthReport;
  /** Milliseconds until it is hopeless: 0 when it is. */
  hope(now: number): number;
}

/** Of the watches `plurals`, from `start` on. */
export function createHealth(plurals: readonly string[], start: number): Health {
  const events = new Map<string, number>(plurals.map((plural) => [plural, start]));
  const losses = new Map<string, number>();
  let failing: number | undefined;
  let lastLook: number | undefined;
  let lastWorked = start;
  return {
    opened: (plural) => void losses.delete(plural),
    heard(plural, now) {
      losses.delete(plural);
      events.set(plural, now);
      lastWorked = now;
    },
    lost(plural, now) {
      if (!losses.has(plural)) losses.set(plural, now);
    },
    looked(isFull, now) {
      if (isFull) lastLook = now;
      failing = undefined;
      lastWorked = now;
    },
    failed(now) {
      failing ??= now;
    },
    report(now) {
      const oldest = Math.min(...events.values());
      const isInTrouble = [...losses.values(), failing ?? now].some((since) => now - since > TROUBLE_MS);
      const isLate = lastLook === undefined || now - lastLook > STALE_LOOK_MS || now - oldest > STALE_EVENT_MS;
      const seconds = (at: number): number => Math.floor((now - at) / 1000);
      return {
        isWell: !isInTrouble && !isLate,
        lastLook: lastLook === undefined ? undefined : seconds(lastLook),
        lastEvent: seconds(oldest),
      };
    },
    hope: (now) => Math.max(0, lastWorked + HOPELESS_MS - now),
  };
}
