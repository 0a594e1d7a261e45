/** Many things at a time, but not all of them. */

/** Runs `work` on every item, at most `width` at once; after the first that throws, no further one is begun. */
export async function inLanes<T>(
  width: number,
  items: Iterable<T> | AsyncIterable<T>,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const queue = Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
  let failed = false;
  const lane = async (): Promise<void> => {
    try {
      for (let next = await queue.next(); !next.done && !failed; next = await queue.next()) await work(next.value);
    } catch (error) {
      failed = true;
      throw error;
    }
  };
  const lanes = await Promise.allSettled(Array.from({ length: width }, lane));
  for (const settled of lanes) if (settled.status === 'rejected') throw settled.reason;
}

/** The items of all pages; while those of one are worked on, the next page is on its way. */
export async function* ahead<T>(pages: AsyncIterator<readonly T[]>): AsyncGenerator<T> {
  let next = pages.next();
  for (;;) {
    const page = await next;
    if (page.done) return;
    next = pages.next();
    // Whoever asks for it is told.
    next.catch(() => undefined);
    yield* page.value;
  }
}
