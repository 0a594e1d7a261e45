/** A list is read in pages that are as long as the size of its objects allows. */
import { describe, expect, test } from 'vitest';
import type { ApiRequest } from '../../src/cluster/api-request.ts';
import { listPages } from '../../src/cluster/object-request.ts';
import { storedObjects } from '../support/stored-objects.ts';

/** Lists objects of these sizes in bytes, and returns the `limit` of each request. */
async function pagesOf(sizes: readonly number[]): Promise<number[]> {
  const limits: number[] = [];
  const request = async <T>({ query, reader }: ApiRequest): Promise<T> => {
    const [limit, start] = [Number(query?.limit), Number(query?.continue ?? 0)];
    limits.push(limit);
    const items = sizes.slice(start, start + limit).map((bytes) => ({ filler: 'x'.repeat(bytes - 15) }));
    const metadata = start + limit < sizes.length ? { continue: `${start + limit}` } : {};
    const text = Buffer.from(JSON.stringify({ metadata, items }));
    const page = reader?.();
    for (let at = 0; at < text.length && page?.take(text.subarray(at, at + 16_384)); at += 16_384);
    return page?.end() as T;
  };
  let count = 0;
  const shape = { metadata: { name: true } } as const;
  const secrets = { group: '', plural: 'secrets' } as const;
  for await (const page of listPages({ ...storedObjects([]), request }, secrets, { shape })) count += page.length;
  expect(count).toBe(sizes.length);
  return limits;
}

const KB = 1000;
const of = (count: number, bytes: number): number[] => Array.from({ length: count }, () => bytes);

describe('the limits of the pages', () => {
  test.each<[situation: string, sizes: readonly number[], limits: readonly number[]]>([
    ['nothing', [], [50]],
    ['few objects', of(50, KB), [50]],
    ['5,000 small ones', of(5000, 1.5 * KB), [50, ...of(10, 500)]],
    ['large ones', of(100, 250 * KB), [50, 16, 16, 16, 16]],
    ['larger ones: the first page is left', of(100, 500 * KB), [50, ...of(13, 8)]],
    ['small ones, then large ones', [...of(550, KB), ...of(20, 1000 * KB)], [50, 500, 500, 3, ...of(5, 4)]],
    ['large ones, then small ones', [...of(8, 1000 * KB), ...of(1000, KB)], [50, 26, 500, 500]],
    ['one that is larger than a page may be', of(3, 20_000 * KB), [50, 1, 1, 1]],
  ])('%s', async (_, sizes, limits) => {
    expect(await pagesOf(sizes)).toEqual(limits);
  });
});
