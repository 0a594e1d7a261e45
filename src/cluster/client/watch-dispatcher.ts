/** The connection of one watch, which shows by itself whether it is alive where it speaks HTTP/2. */
import { STATUS_CODES } from 'node:http';
import type { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import type { TlsOptions } from '../../http/message.ts';
import { type Opened, openSocket } from '../../http/socket.ts';
import type { Io } from '../../io.ts';
import type { Credentials } from '../auth/credentials.ts';
import { overHttp1, overHttp2, type WatchGet } from './watch-exchange.ts';

export interface WatchRoute {
  readonly tls: TlsOptions;
  readonly credentials: Pick<Credentials, 'certificate' | 'key'>;
  readonly proxy: string | undefined;
  readonly env: Io['env'];
}

/**
 * Sends `get` over a connection of its own, and tells `handler` what becomes of it; `connected` is told whether the connection is
 * asked for signs of life. PINGs go through the tunnel of a proxy, and are answered by who speaks HTTP/2 at its end; the keep-alive
 * probes of TCP would be answered by the proxy. The function that is returned closes it.
 */
export function dispatchWatch(
  get: WatchGet,
  handler: Dispatcher.DispatchHandler,
  route: WatchRoute,
  connected: (isPinged: boolean) => void,
): () => void {
  const over = new AbortController();
  let body: Readable | undefined;
  const fail = (error: Error): void => {
    if (over.signal.aborted) return;
    over.abort();
    handler.onResponseError?.(controller, error);
  };
  const controller = {
    aborted: false,
    paused: false,
    reason: null as Error | null,
    /** `fetch` reads them here and nowhere else. */
    rawHeaders: [] as Buffer[],
    abort(reason: Error): void {
      Object.assign(controller, { aborted: true, reason });
      fail(reason);
    },
    pause: () => void body?.pause(),
    resume: () => void body?.resume(),
  };
  const answered = (status: number, headers: readonly string[], opened: Readable): void => {
    if (over.signal.aborted) return;
    body = opened;
    controller.rawHeaders = headers.map((text) => Buffer.from(text, 'latin1'));
    handler.onResponseStart?.(controller, status, {}, STATUS_CODES[status]);
    body.on('data', (chunk: Buffer) => handler.onResponseData?.(controller, chunk));
    body.once('end', () => {
      if (over.signal.aborted) return;
      over.abort();
      handler.onResponseEnd?.(controller, {});
    });
  };
  handler.onRequestStart?.(controller, {});
  open(get, route, over.signal)
    .then((opened) => {
      if (over.signal.aborted) return;
      const isPinged = opened.protocol === 'h2';
      connected(isPinged);
      (isPinged ? overHttp2 : overHttp1)(get, opened, { signal: over.signal, answered, fail });
    })
    .catch(fail);
  return () => fail(new Error('the watch is stopped'));
}

function open(get: WatchGet, { tls, credentials, proxy, env }: WatchRoute, signal: AbortSignal): Promise<Opened> {
  return openSocket(new URL(get.path, get.origin), {
    env,
    proxy,
    protocols: ['h2', 'http/1.1'],
    signal,
    tls: { ...tls, cert: credentials.certificate, key: credentials.key },
  });
}
