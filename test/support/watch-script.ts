/** Watches as stdin says, one after the other, and prints what was heard of each and how it ended. */
import { get } from 'node:http';
import { json } from 'node:stream/consumers';
import { type WatchConnection, watchOnce } from '../../src/cluster/client/watch-connection.ts';

export interface WatchScript extends Pick<WatchConnection, 'tls' | 'proxy'> {
  readonly url: string;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly certificate?: string;
  readonly key?: string;
  /** Whether it is stopped at the first event. */
  readonly stops?: boolean;
  /** What is asked for at the first event. */
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
// Nothing may be left open that would keep the process alive, so it ends by itself.
process.stdout.write(`${JSON.stringify(outcomes)}\n`);
