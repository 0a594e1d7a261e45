/** Functions that run many tasks at a time: never more than the limit, in order, and no new one after a failure. */
import { describe, expect, test } from 'vitest';
import { forEachLimit, inPortions, oncePerKey, prefetch } from '../../src/system/concurrency.ts';

/** A task that ends when the test says so. Records which have begun and which are under way. */
function worker() {
  const open = new Map<number, PromiseWithResolvers<void>>();
  const begun: number[] = [];
  return {
    begun,
    open,
    work(item: number): Promise<void> {
      begun.push(item);
      const gate = Promise.withResolvers<void>();
      open.set(item, gate);
      return gate.promise.finally(() => open.delete(item));
    },
  };
}

const items = (count: number): number[] => Array.from({ length: count }, (_, index) => index);
/** Resolves once everything that can run now has run. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function* pagesOf(...pages: readonly (readonly number[])[]): AsyncGenerator<readonly number[]> {
  yield* pages;
}

describe('forEachLimit', () => {
  test('works on as many as the limit allows, in order, and takes the next one when one is done', async () => {
    const { begun, open, work } = worker();
    const done = forEachLimit(3, items(5), work);
    await settled();
    expect(begun).toEqual([0, 1, 2]);
    open.get(1)?.resolve();
    await settled();
    expect(begun).toEqual([0, 1, 2, 3]);
    for (const gate of open.values()) gate.resolve();
    await settled();
    for (const gate of open.values()) gate.resolve();
    await done;
    expect(begun).toEqual(items(5));
  });

  test('begins nothing after a failure, waits for what is under way, and throws the failure', async () => {
    const { begun, open, work } = worker();
    let over = false;
    const done = forEachLimit(2, items(9), work).finally(() => {
      over = true;
    });
    done.catch(() => undefined);
    await settled();
    open.get(0)?.reject(new Error('broken'));
    await settled();
    expect(over).toBe(false);
    open.get(1)?.resolve();
    await expect(done).rejects.toThrow('broken');
    expect(begun).toEqual([0, 1]);
  });

  test('shares what comes only little by little', async () => {
    const seen: number[] = [];
    await forEachLimit(4, prefetch(pagesOf([0, 1], [], [2], [3, 4, 5])), async (item) => void seen.push(item));
    expect(seen).toEqual(items(6));
  });
});

describe('prefetch', () => {
  test('asks for the first page before anybody wants an item, and for each next one before the items of the last', async () => {
    let asked = 0;
    async function* counted(): AsyncGenerator<readonly number[]> {
      for (;;) {
        asked += 1;
        yield [asked, asked];
      }
    }
    const all = prefetch(counted());
    await settled();
    expect(asked).toBe(1);
    expect((await all.next()).value).toBe(1);
    await settled();
    expect(asked).toBe(2);
    expect((await all.next()).value).toBe(1);
    await settled();
    expect(asked).toBe(2);
    expect((await all.next()).value).toBe(2);
  });

  test('a page that fails is thrown after the items before it, and is no unhandled rejection when nobody gets there', async () => {
    async function* broken(...before: readonly (readonly number[])[]): AsyncGenerator<readonly number[]> {
      yield* before;
      throw new Error('no more');
    }
    const all = prefetch(broken([1, 2]));
    expect((await all.next()).value).toBe(1);
    await settled();
    expect((await all.next()).value).toBe(2);
    await expect(all.next()).rejects.toThrow('no more');
    prefetch(broken());
    await settled();
  });
});

describe('oncePerKey', () => {
  test('does the work once, for those who ask while it goes on and for those who come later', async () => {
    const { begun, open, work } = worker();
    const once = oncePerKey<void>();
    const both = [once('a', () => work(1)), once('a', () => work(2))];
    open.get(1)?.resolve();
    await Promise.all(both);
    await once('a', () => work(3));
    expect(begun).toEqual([1]);
  });

  test('does it for each key', async () => {
    const once = oncePerKey<number>();
    expect(await Promise.all([once('a', async () => 1), once('b', async () => 2)])).toEqual([1, 2]);
  });

  test('keeps a failure, which ends nothing where nobody awaits it', async () => {
    const once = oncePerKey<void>();
    once('a', () => Promise.reject(new Error('first')));
    await settled();
    await expect(once('a', async () => undefined)).rejects.toThrow('first');
  });
});

describe('inPortions', () => {
  /** A computation that yields until `isOver`, which other code on the event loop makes true. */
  function* stepsUntil(isOver: () => boolean): Generator<void, string> {
    while (!isOver()) yield;
    return 'done';
  }

  test('lets others have their turn, and returns what is computed', async () => {
    let turns = 0;
    setImmediate(() => setImmediate(() => (turns = 1)));
    await expect(
      inPortions(
        stepsUntil(() => turns > 0),
        new AbortController().signal,
      ),
    ).resolves.toBe('done');
  });

  test('stops where the signal is aborted in the meantime', async () => {
    const controller = new AbortController();
    setImmediate(() => controller.abort(new Error('interrupted')));
    await expect(
      inPortions(
        stepsUntil(() => false),
        controller.signal,
      ),
    ).rejects.toThrow('interrupted');
  });

  test('throws what a step throws', async () => {
    function* broken(): Generator<void, void> {
      yield;
      throw new Error('no more');
    }
    await expect(inPortions(broken(), new AbortController().signal)).rejects.toThrow('no more');
  });
});
