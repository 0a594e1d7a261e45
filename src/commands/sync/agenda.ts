/** Schedules which namespaces `sync --watch` looks at, and when. Pure: every time is an argument in milliseconds. */

/** One look: at one namespace, or at all of them. */
export interface Look {
  /** Undefined: all selected namespaces. */
  readonly only?: readonly [namespace: string] | undefined;
  /** Namespaces to skip for now, because somebody else undoes what is written there, or a look at them goes on. */
  readonly except: ReadonlySet<string>;
}

/** The result of a look. */
export interface LookResult {
  /** Whether the look was completed. */
  readonly ended: boolean;
  /** Namespaces that something was written to. */
  readonly written: readonly string[];
  /** Namespaces that could not be served. */
  readonly failed: readonly string[];
  /** Namespaces whose pods are to be looked at again, because those that there are do not have what was written. */
  readonly unsettled: readonly string[];
}

export interface Agenda {
  /** Something has changed in a namespace. */
  changed(namespace: string, now: number): void;
  /** A namespace is gone. What is known of it does not count for a later namespace of that name. */
  gone(namespace: string): void;
  /** The source has changed, so it is written everywhere, and nobody has undone it yet. */
  sourceChanged(now: number): void;
  /** Changes may have been missed, so everything is looked at. */
  missed(now: number): void;
  /**
   * Returns the look that is due, and counts it as begun. Returns undefined while none is due. Looks at different namespaces may
   * go on at the same time, and beside them one at everything.
   */
  next(now: number): Look | undefined;
  /** Milliseconds until a look is due. */
  wait(now: number): number;
  /** Returns the namespaces where this look shows that somebody undoes what is written. */
  done(look: Look, result: LookResult, now: number): string[];
}

/** A look begins this long after a change, so that it covers the changes that come with it. */
const SETTLE_MS = 50;
/** All namespaces are looked at this often. */
export const RESYNC_MS = 600_000;
const FIRST_RETRY_MS = 1000;
/** The longest delay before a retry, so that namespaces are served soon after the problem is gone. */
const LONGEST_RETRY_MS = 15_000;
/** Each failing namespace is retried this many times, however many fail. */
const FIRST_RETRIES = 3;
/** Where many namespaces fail, this many are retried for as long as they fail. */
const PROBES = 10;
/** Where more namespaces are due, all are listed. */
const MANY = 200;
/** This many writes of one source to one namespace within {@link FIGHT_WINDOW_MS} are a fight. */
const FIGHT_WRITES = 4;
const FIGHT_WINDOW_MS = 600_000;
const FIRST_HOLD_MS = 15_000;
/** Pods of a namespace are looked at again after these times: only once a pull has failed is it known that a pod needs help. */
const SETTLING_MS = [3000, 10_000, 30_000, 60_000];

/** Begins with a look at all namespaces, due at `start`. */
export function createAgenda(start: number): Agenda {
  const due = new Map<string, number>();
  const retries = new Map<string, number>();
  const writes = createWrites();
  /** When unsettled namespaces are looked at again, the earliest first. */
  const settling = new Map<string, readonly number[]>();
  /** The namespaces that are looked at now, one by one. */
  const busy = new Set<string>();
  let isFull = false;
  let fullAt = start;
  let fullFailures = 0;

  const changed = (namespace: string, at: number): void => {
    const wanted = Math.max(at, writes.heldUntil(namespace));
    due.set(namespace, Math.min(wanted, due.get(namespace) ?? Number.POSITIVE_INFINITY));
  };
  const everything = (now: number): void => {
    fullAt = Math.min(fullAt, now + SETTLE_MS);
  };
  /**
   * Many namespaces may fail for one reason, so not all are retried forever. Once one succeeds, the others are retried as well.
   */
  const retry = (namespace: string, now: number): void => {
    const count = (retries.get(namespace) ?? 0) + 1;
    retries.set(namespace, count);
    if (count > FIRST_RETRIES && ![...retries.keys()].slice(0, PROBES).includes(namespace)) return;
    changed(namespace, now + Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** (count - 1)));
  };
  const served = (namespaces: readonly string[], now: number): void => {
    const healed = namespaces.filter((namespace) => retries.delete(namespace));
    if (healed.length > 0) for (const namespace of retries.keys()) changed(namespace, now);
  };

  const settle = (unsettled: readonly string[], now: number): void => {
    for (const namespace of unsettled)
      settling.set(
        namespace,
        SETTLING_MS.map((after) => now + after),
      );
    for (const [namespace, times] of settling) {
      const next = times.find((at) => at > now);
      if (next === undefined) settling.delete(namespace);
      else changed(namespace, next);
    }
  };

  return {
    changed: (namespace, now) => changed(namespace, now + SETTLE_MS),
    gone(namespace) {
      due.delete(namespace);
      retries.delete(namespace);
      settling.delete(namespace);
      writes.forget(namespace);
    },
    sourceChanged(now) {
      writes.forgetAll();
      everything(now);
    },
    missed: everything,
    next(now) {
      const ready = [...due].flatMap(([namespace, at]) => (at <= now && !busy.has(namespace) ? [namespace] : []));
      const except = writes.held(now);
      if (!isFull && (fullAt <= now || ready.length > MANY)) {
        isFull = true;
        fullAt = now + RESYNC_MS;
        for (const namespace of ready) due.delete(namespace);
        // What is looked at now may have been read before the change that this look is for.
        for (const namespace of busy) changed(namespace, now);
        return { except: new Set([...except, ...busy]) };
      }
      const [namespace] = ready;
      if (namespace === undefined) return undefined;
      due.delete(namespace);
      busy.add(namespace);
      return { only: [namespace], except };
    },
    wait(now) {
      const free = [...due].flatMap(([namespace, at]) => (busy.has(namespace) ? [] : [at]));
      return Math.max(0, Math.min(...(isFull ? [] : [fullAt]), ...free) - now);
    },
    done({ only }, { ended, written, failed, unsettled }, now) {
      if (only === undefined) isFull = false;
      else busy.delete(only[0]);
      const again = new Set([...failed, ...(ended ? [] : (only ?? []))]);
      if (only !== undefined)
        served(
          only.filter((namespace) => !again.has(namespace)),
          now,
        );
      else if (ended) for (const namespace of retries.keys()) if (!again.has(namespace)) retries.delete(namespace);
      for (const namespace of again) retry(namespace, now);
      if (only === undefined) fullFailures = ended ? 0 : fullFailures + 1;
      if (fullFailures > 0) {
        fullAt = Math.min(fullAt, now + Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** (fullFailures - 1)));
      }
      settle(unsettled, now);
      const fights = written.filter((namespace) => writes.add(namespace, now));
      for (const namespace of writes.held(now))
        if (written.includes(namespace)) due.set(namespace, writes.heldUntil(namespace));
      return fights;
    },
  };
}

/** Records the latest writes to each namespace, and which namespaces are held back. */
function createWrites() {
  const times = new Map<string, number[]>();
  const holds = new Map<string, number>();
  const forget = (namespace: string): void => {
    times.delete(namespace);
    holds.delete(namespace);
  };
  return {
    forget,
    forgetAll() {
      times.clear();
      holds.clear();
    },
    heldUntil: (namespace: string): number => holds.get(namespace) ?? Number.NEGATIVE_INFINITY,
    held: (now: number): Set<string> => new Set([...holds].filter(([, until]) => until > now).map(([name]) => name)),
    /** Returns whether this is the write that shows a fight. */
    add(namespace: string, now: number): boolean {
      for (const [name, past] of times) if ((past.at(-1) ?? 0) <= now - FIGHT_WINDOW_MS) forget(name);
      const recent = [...(times.get(namespace) ?? []).filter((at) => at > now - FIGHT_WINDOW_MS), now];
      times.set(namespace, recent);
      if (recent.length < FIGHT_WRITES) return false;
      holds.set(namespace, now + Math.min(RESYNC_MS, FIRST_HOLD_MS * 2 ** (recent.length - FIGHT_WRITES)));
      return recent.length === FIGHT_WRITES;
    },
  };
}
