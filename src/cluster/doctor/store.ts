/** Things that are read once, however many ask for them. */

export interface Store<T> {
  /** What has come, by its key. */
  readonly done: Map<string, T>;
  once(key: string, read: () => Promise<T>): Promise<T>;
}

export function createStore<T>(): Store<T> {
  const begun = new Map<string, Promise<T>>();
  const done = new Map<string, T>();
  return {
    done,
    async once(key, read) {
      const known = done.get(key);
      if (known !== undefined) return known;
      const promise = begun.get(key) ?? read();
      begun.set(key, promise);
      const value = await promise;
      if (!done.has(key)) done.set(key, value);
      return value;
    },
  };
}
