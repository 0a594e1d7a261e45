/** Tracks whether a running `sync --watch` is well. Pure: every time is an argument in milliseconds. */
import { RESYNC_MS } from './agenda.ts';

/** After this long without any success, the process ends, so that another one starts anew. */
const HOPELESS_MS = 900_000;
/** If the latest look at all namespaces is older, one was missed. */
const STALE_LOOK_MS = RESYNC_MS + 60_000;
/** A watch that is silent for longer is broken: each gets a bookmark at least every minute. */
const STALE_EVENT_MS = 120_000;
/** Shorter trouble does not count. */
const TROUBLE_MS = 30_000;

/** What `/healthz` says. */
export interface HealthReport {
  readonly isWell: boolean;
  /** Seconds since the latest look at all namespaces. Undefined before the first. */
  readonly lastLook: number | undefined;
  /** Seconds since the latest event of the watch that has been silent for the longest. */
  readonly lastEvent: number | undefined;
}

export interface Health {
  /** The watch called `name` is open. */
  opened(name: string): void;
  /** The watch called `name` has received something. */
  heard(name: string, now: number): void;
  /** The watch called `name` has ended with an error. */
  lost(name: string, now: number): void;
  /** A look was completed. */
  looked(isFull: boolean, now: number): void;
  /** A look failed. */
  failed(now: number): void;
  report(now: number): HealthReport;
  /** Milliseconds until nothing has worked for too long; 0 once that is so. */
  hope(now: number): number;
}

/** Tracks the watches called `names` from `start` on. */
export function createHealth(names: readonly string[], start: number): Health {
  const events = new Map<string, number>(names.map((name) => [name, start]));
  const losses = new Map<string, number>();
  let failing: number | undefined;
  let lastLook: number | undefined;
  let lastWorked = start;
  return {
    opened: (name) => void losses.delete(name),
    heard(name, now) {
      losses.delete(name);
      events.set(name, now);
      lastWorked = now;
    },
    lost(name, now) {
      if (!losses.has(name)) losses.set(name, now);
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
