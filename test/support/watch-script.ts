/** Watches as stdin says, one after the other, and prints what was heard of each and how it ended. */
import { json } from 'node:stream/consumers';
import { type WatchConnection, watchOnce } from '../../src/cluster/client/watch-connection.ts';

export interface WatchScript extends Pick<WatchConnection, 'tls' | 'proxy'> {
  readonly url: string;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly certificate?: string;
  readonly key?: string;
  /** Whether it is stopped at the first thing that is heard. */
  readonly stops?: boolean;
}

const outcomes: unknown[] = [];
for (const { url, headers = {}, tls, proxy, certificate, key, stops } of (await json(process.stdin)) as WatchScript[]) {
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
      if (stops && type !== 'OPENED') stop.abort();
    },
  );
  outcomes.push({ heard, end });
}
// Nothing may be left open that would keep the process alive, so it ends by itself.
process.stdout.write(`${JSON.stringify(outcomes)}\n`);
