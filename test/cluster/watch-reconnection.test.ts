/** The `timeoutSeconds` of a watch depends on how its connection behaves. */
import { expect, test } from 'vitest';
import type { WatchEnd } from '../../src/cluster/watch-connection.ts';
import { followChanges } from '../../src/cluster/watch-reconnection.ts';
import { storedObjects } from '../support/stored-objects.ts';

const listener = {
  changed: () => undefined,
  opened: () => undefined,
  heard: () => undefined,
  missed: () => undefined,
  trouble: () => undefined,
};

/** Opens watches that end as in `ends`, one after another, and returns the `timeoutSeconds` of each. */
async function livesAfter(ends: readonly WatchEnd[]): Promise<number[]> {
  const lives: number[] = [];
  const stop = new AbortController();
  const transport = {
    ...storedObjects([]),
    async watch(
      { query }: { readonly query?: Readonly<Record<string, string | undefined>> | undefined },
      hear: (type: string, object: unknown) => void,
    ) {
      const end = ends[lives.length] ?? { why: 'closed' };
      lives.push(Number(query?.timeoutSeconds));
      if (lives.length > ends.length) stop.abort();
      hear('BOOKMARK', { metadata: { resourceVersion: `${lives.length}` } });
      return end;
    },
  };
  await followChanges(transport, { resource: { group: '', plural: 'secrets' } }, listener, stop.signal);
  return lives;
}

const long = expect.toSatisfy((seconds: number) => seconds >= 1800 && seconds <= 3600);

test.each<[situation: string, ends: readonly WatchEnd[], lives: readonly unknown[]]>([
  ['the first is short, for nothing is known yet', [], [25]],
  [
    'over HTTP/1.1 each says something every 25 s',
    [
      { why: 'closed', isPinged: false },
      { why: 'silent', seconds: 30 },
    ],
    [25, 25, 25],
  ],
  [
    'over HTTP/2, with PINGs, they may be long',
    [
      { why: 'closed', isPinged: true },
      { why: 'silent', seconds: 20, isPinged: true },
    ],
    [25, long, long],
  ],
  [
    'what answers then is another, which speaks HTTP/1.1',
    [
      { why: 'closed', isPinged: true },
      { why: 'silent', seconds: 30, isPinged: false },
    ],
    [25, long, 25],
  ],
])('%s', async (_, ends, lives) => {
  expect(await livesAfter(ends)).toEqual(lives);
});
