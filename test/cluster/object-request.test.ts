/** A list that is read repeatedly takes as few pages as its objects allow, once their size is known. */
import { expect, test } from 'vitest';
import type { ApiRequest } from '../../src/cluster/api-request.ts';
import { listPages, type ObjectSizes } from '../../src/cluster/object-request.ts';
import { storedObjects } from '../support/stored-objects.ts';

/** Lists `count` objects of `bytes` each, and returns the `limit` of each request. */
async function pagesOf(count: number, bytes: number, sizes: ObjectSizes | undefined): Promise<number[]> {
  const limits: number[] = [];
  const request = async <T>({ query, read }: ApiRequest): Promise<T> => {
    const [limit, start] = [Number(query?.limit), Number(query?.continue ?? 0)];
    limits.push(limit);
    const items = Array.from({ length: Math.min(limit, count - start) }, () => ({ filler: 'x'.repeat(bytes - 15) }));
    const metadata = start + limit < count ? { continue: `${start + limit}` } : {};
    return read?.(Buffer.from(JSON.stringify({ metadata, items }))) as T;
  };
  const pages = listPages(
    { ...storedObjects([]), request },
    { group: '', plural: 'secrets' },
    { limit: 200, first: 32, sizes },
  );
  for await (const page of pages) expect(page.length).toBeGreaterThan(0);
  return limits;
}

test('5,000 small objects, for the first time and later', async () => {
  const sizes: ObjectSizes = new Map();
  expect(await pagesOf(5000, 1500, sizes)).toHaveLength(27);
  expect(await pagesOf(5000, 1500, sizes)).toEqual([2000, 2000, 2000]);
});

test('large ones stay in small pages', async () => {
  const sizes: ObjectSizes = new Map();
  await pagesOf(100, 500_000, sizes);
  const later = await pagesOf(100, 500_000, sizes);
  expect(Math.max(...later)).toBeLessThanOrEqual(8);
});

test('who lists once learns nothing', async () => {
  await pagesOf(300, 100, undefined);
  expect(await pagesOf(300, 100, undefined)).toEqual([32, 64, 128, 200]);
});
