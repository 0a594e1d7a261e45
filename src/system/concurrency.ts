/** Runs many things at a time, within limits. */

/** Runs `work` on every item, at most `width` at once. After the first failure, no further item is begun. */
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

/** The items of all pages. The first page is requested at once, and each next one while the page before it is worked on. */
export function prefetch<T>(pages: AsyncIterator<readonly T[]>): AsyncGenerator<T> {
  const ask = (): Promise<IteratorResult<readonly T[]>> => {
    const page = pages.next();
    // The consumer of the items gets the error. Without this line, the error would be unhandled when there is no consumer.
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

/** Runs the work for each key once. A later call with the same key gets the same promise, even while the work goes on. */
export type OncePerKey<T> = (key: string, work: () => Promise<T>) => Promise<T>;

/** Keeps all results until the program ends, failures included. A failure counts as handled, though nobody may await it. */
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

/** How long a write may go on after everything else has been stopped. */
const LAST_WRITE_MS = 20_000;

/** Stops work so that no write is cut off in the middle. */
export interface GentleStop {
  /** Aborted after `stop`, once nothing is being written. */
  readonly signal: AbortSignal;
  /** Whether a write took so long that it was cut off all the same. */
  isCut(): boolean;
  /** Runs `work`, or throws the reason of `stop` when that is aborted. */
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

/** How long a computation may keep signals, timers and answers waiting. */
const PORTION_MS = 20;

/**
 * A function to call between two steps of a long computation. When the portion is used up, it returns a promise to await, so that
 * the rest of the program can go on. The promise rejects with the signal's reason once the signal is aborted.
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

/** Runs a computation step by step, with breaks. Throws whatever it throws, and the signal's reason. */
export async function inPortions<T>(steps: Generator<void, T>, signal: AbortSignal): Promise<T> {
  const breakIfDue = breaks(signal);
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
    const pending = breakIfDue();
    if (pending !== undefined) await pending;
  }
}
