/** Many things at a time, but not all of them. */

/** Runs `work` on every item, at most `width` at once; after the first that throws, no further one is begun. */
export async function forEachLimit<T>(
  width: number,
  items: Iterable<T> | AsyncIterable<T>,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const queue = Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
  let failed = false;
  const worker = async (): Promise<void> => {
    try {
      for (let next = await queue.next(); !next.done && !failed; next = await queue.next()) await work(next.value);
    } catch (error) {
      failed = true;
      throw error;
    }
  };
  const workers = await Promise.allSettled(Array.from({ length: width }, worker));
  for (const settled of workers) if (settled.status === 'rejected') throw settled.reason;
}

/** The items of all pages. The first is asked for at once, each next one while the one before it is worked on. */
export function prefetch<T>(pages: AsyncIterator<readonly T[]>): AsyncGenerator<T> {
  const ask = (): Promise<IteratorResult<readonly T[]>> => {
    const page = pages.next();
    // Who takes its items gets the error; without this it would be unhandled where nobody takes them.
    page.catch(() => undefined);
    return page;
  };
  return itemsOf(ask(), ask);
}

async function* itemsOf<T>(
  first: Promise<IteratorResult<readonly T[]>>,
  ask: () => Promise<IteratorResult<readonly T[]>>,
): AsyncGenerator<T> {
  for (let page = await first; !page.done; ) {
    const next = ask();
    yield* page.value;
    page = await next;
  }
}

/** Does the work for each key once: who asks for a key again gets the same promise, also while the work goes on. */
export type OncePerKey<T> = (key: string, work: () => Promise<T>) => Promise<T>;

/** Keeps what has been done until the program ends; a failure, too. It counts as handled, though nobody may await it. */
export function oncePerKey<T>(): OncePerKey<T> {
  const begun = new Map<string, Promise<T>>();
  return (key, work) => {
    const known = begun.get(key);
    if (known !== undefined) return known;
    const promise = work();
    begun.set(key, promise);
    promise.catch(() => undefined);
    return promise;
  };
}

/** Waits, or throws the signal's reason as soon as it is aborted. */
export function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
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

/** How long a write that has begun may go on after everything else has been stopped. */
const LAST_WRITE_MS = 20_000;

/** Ends work so that no write is cut in the middle. */
export interface GentleStop {
  /** Aborted with `stop`, but only when nothing is being written. */
  readonly signal: AbortSignal;
  /** Whether a write took so long that it has been cut all the same. */
  isCut(): boolean;
  /** Does `work`, or throws the reason of `stop` where that is aborted. */
  writing<T>(work: () => Promise<T>): Promise<T>;
}

export function gentleStop(stop: AbortSignal): GentleStop {
  const hard = new AbortController();
  let count = 0;
  let isCut = false;
  const cut = (): void => {
    if (stop.aborted && count === 0) hard.abort(stop.reason);
  };
  stop.addEventListener(
    'abort',
    () => {
      cut();
      const end = (): void => {
        isCut = count > 0;
        hard.abort(stop.reason);
      };
      setTimeout(end, LAST_WRITE_MS).unref();
    },
    { once: true },
  );
  return {
    signal: hard.signal,
    isCut: () => isCut,
    async writing(work) {
      stop.throwIfAborted();
      count += 1;
      try {
        return await work();
      } finally {
        count -= 1;
        cut();
      }
    },
  };
}

/** For how long a computation may keep signals, timers and answers waiting. */
const PORTION_MS = 20;

/**
 * A function for between two steps of a long computation: where the portion is used up, it returns a promise to wait for, while
 * the rest of the program goes on. That throws the signal's reason once it is aborted.
 */
export function breaks(signal: AbortSignal): () => Promise<void> | undefined {
  let end = performance.now() + PORTION_MS;
  return () => {
    if (performance.now() < end) return undefined;
    return new Promise<void>((resolve) => setImmediate(resolve)).then(() => {
      end = performance.now() + PORTION_MS;
      signal.throwIfAborted();
    });
  };
}

/** Does a computation step by step, with breaks. Throws what it throws, and the signal's reason. */
export async function inPortions<T>(steps: Generator<void, T>, signal: AbortSignal): Promise<T> {
  const breakIfDue = breaks(signal);
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
    const pending = breakIfDue();
    if (pending !== undefined) await pending;
  }
}
