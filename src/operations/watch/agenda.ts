/** When which namespaces are looked at again while `sync --watch` runs: pure, every time is an argument in milliseconds. */

/** One look: at these namespaces, or at all of them. */
export interface Look {
  /** Left out: all that are meant. */
  readonly only?: readonly string[] | undefined;
  /** Where somebody else undoes what is written: not before their time has come. */
  readonly except: ReadonlySet<string>;
}

/** What came of a look. */
export interface LookResult {
  /** Whether it came to its end. */
  readonly ended: boolean;
  /** Namespaces that something was written to. */
  readonly written: readonly string[];
  /** Namespaces that could not be served. */
  readonly failed: readonly string[];
}

export interface Agenda {
  /** Something has changed in a namespace. */
  changed(namespace: string, now: number): void;
  /** A namespace is gone, and nothing of it counts for one that has its name later. */
  gone(namespace: string): void;
  /** What is to be written is another, so that it is written everywhere, and nobody undoes it yet. */
  sourceChanged(now: number): void;
  /** Changes may have been missed. */
  missed(now: number): void;
  /** The look that is due; undefined while none is. It counts as begun. */
  next(now: number): Look | undefined;
  /** Milliseconds until one is due. */
  wait(now: number): number;
  /** Returns the namespaces where it shows with this look that somebody undoes what is written. */
  done(look: Look, result: LookResult, now: number): string[];
}

/** What else happens with a change is in the same look. */
const SETTLE_MS = 50;
/** Everything is looked at this often. */
export const RESYNC_MS = 600_000;
const FIRST_RETRY_MS = 1000;
/** Looks at everything that fail are repeated at least this often, so that the world is served soon after it is right again. */
const LONGEST_RETRY_MS = 15_000;
/** Of one namespace, however many fail. */
const FIRST_RETRIES = 3;
/** Namespaces that are tried again for as long as they fail, where many do. */
const PROBES = 10;
/** Namespaces that are read one by one, at most; where more are due all of them are listed. */
const FEW = 50;
const MANY = 200;
/** That many writes to one namespace in {@link FIGHT_WINDOW_MS}, of one source, are a fight. */
const FIGHT_WRITES = 4;
const FIGHT_WINDOW_MS = 600_000;
const FIRST_HOLD_MS = 15_000;

/** Begins with a look at everything, due at `start`. */
export function createAgenda(start: number): Agenda {
  const due = new Map<string, number>();
  const retries = new Map<string, number>();
  const writes = createWrites();
  let fullAt = start;
  let fullFailures = 0;

  const changed = (namespace: string, at: number): void => {
    const wanted = Math.max(at, writes.heldUntil(namespace));
    due.set(namespace, Math.min(wanted, due.get(namespace) ?? Number.POSITIVE_INFINITY));
  };
  const everything = (now: number): void => {
    fullAt = Math.min(fullAt, now + SETTLE_MS);
  };
  /** Many that fail for one reason are not all tried again and again: where one of them is served, the others are tried, too. */
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

  return {
    changed: (namespace, now) => changed(namespace, now + SETTLE_MS),
    gone(namespace) {
      due.delete(namespace);
      retries.delete(namespace);
      writes.forget(namespace);
    },
    sourceChanged(now) {
      writes.forgetAll();
      everything(now);
    },
    missed: everything,
    next(now) {
      const ready = [...due].filter(([, at]) => at <= now).map(([namespace]) => namespace);
      const except = writes.held(now);
      if (fullAt <= now || ready.length > MANY) {
        fullAt = now + RESYNC_MS;
        for (const namespace of ready) due.delete(namespace);
        return { except };
      }
      if (ready.length === 0) return undefined;
      const only = ready.slice(0, FEW);
      for (const namespace of only) due.delete(namespace);
      return { only, except };
    },
    wait: (now) => Math.max(0, Math.min(fullAt, ...due.values()) - now),
    done({ only }, { ended, written, failed }, now) {
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
      const fights = written.filter((namespace) => writes.add(namespace, now));
      for (const namespace of writes.held(now))
        if (written.includes(namespace)) due.set(namespace, writes.heldUntil(namespace));
      return fights;
    },
  };
}

/** What was written where of late. */
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
    /** Returns whether it is the write that shows a fight. */
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
