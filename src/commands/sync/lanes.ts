/** Work for one namespace is done one after the other. Other namespaces do not wait for it. */

/** Runs `work` when the earlier work for `namespace` is over. Throws whatever `work` throws. */
export type Lanes = <T>(namespace: string, work: () => Promise<T>) => Promise<T>;

export function createLanes(): Lanes {
  const last = new Map<string, Promise<unknown>>();
  return async (namespace, work) => {
    const before = last.get(namespace);
    const done = before === undefined ? work() : before.then(work);
    const over = done.catch(() => undefined);
    last.set(namespace, over);
    try {
      return await done;
    } finally {
      if (last.get(namespace) === over) last.delete(namespace);
    }
  };
}
