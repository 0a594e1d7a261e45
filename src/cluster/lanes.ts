/** Many things at a time, but not all of them. */

/** Runs `work` on every item, at most `width` at once; after the first that throws, no further one is begun. */
export async function inLanes<T>(width: number, items: Iterable<T>, work: (item: T) => Promise<void>): Promise<void> {
  const queue = items[Symbol.iterator]();
  let failed = false;
  const lane = async (): Promise<void> => {
    for (let next = queue.next(); !next.done && !failed; next = queue.next()) {
      try {
        await work(next.value);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  const lanes = await Promise.allSettled(Array.from({ length: width }, lane));
  for (const settled of lanes) if (settled.status === 'rejected') throw settled.reason;
}
