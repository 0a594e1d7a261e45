/** Runs the watches on stdin one after the other, and prints the events and the end of each. */
import { get } from 'node:http';
import { json } from 'node:stream/consumers';
import { type WatchConnection, watchOnce } from '../../src/cluster/watch-connection.ts';

export interface WatchScript extends Pick<WatchConnection, 'tls' | 'proxy'> {
  readonly url: string;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly certificate?: string;
  readonly key?: string;
  /** Whether the watch is stopped at the first event. */
  readonly stops?: boolean;
  /** The URL to request at the first event. */
  readonly tells?: string;
}

const outcomes: unknown[] = [];
for (const { url, headers = {}, tls, proxy, certificate, key, stops, tells } of (await json(
  process.stdin,
)) as WatchScript[]) {
  const stop = new AbortController();
  const exchange = { method: 'GET', signal: stop.signal, timeoutMs: 0, maxBytes: 1e6 };
  const heard: unknown[] = [];
  const end = await watchOnce(
    {
      request: { ...exchange, url: new URL(url), headers },
      credentials: { certificate, key },
      tls,
      proxy,
      env: process.env,
    },
    (type, object) => {
      heard.push([type, object]);
      if (type === 'OPENED') return;
      if (stops) stop.abort();
      if (tells !== undefined) get(tells).on('error', () => undefined);
    },
  );
  outcomes.push({ heard, end });
}
// The process must end by itself: an open handle would keep it alive.
process.stdout.write(`${JSON.stringify(outcomes)}\n`);
