/** The request of one watch and its answer, over a connection of its own, which is asked for signs of life where it speaks HTTP/2. */
import { request, STATUS_CODES } from 'node:http';
import { connect } from 'node:http2';
import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { asBytes } from '../../http/http-client.ts';
import type { TlsOptions } from '../../http/message.ts';
import { type Opened, openSocket } from '../../http/socket.ts';
import type { Io } from '../../io.ts';
import type { Credentials } from '../auth/credentials.ts';

export interface WatchGet {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
}

export interface WatchRoute {
  readonly tls: TlsOptions;
  readonly credentials: Pick<Credentials, 'certificate' | 'key'>;
  readonly proxy: string | undefined;
  readonly env: Io['env'];
}

/** What the library reads of an answer. */
export interface WatchAnswer {
  readonly status: number;
  readonly statusText: string | undefined;
  readonly body: ReadableStream;
}

interface Exchange {
  /** Aborted when it is over, by whomever. */
  readonly signal: AbortSignal;
  readonly answered: (status: number, body: Readable) => void;
  /** These may be called more than once, and after the end. */
  readonly closed: () => void;
  readonly fail: (error: Error) => void;
}

/** An answer to a PING is awaited for as long as it is until the next one, so a dead connection is given up after twice this time. */
const PING_MS = 10_000;

/** After that long, a connection is given up that does not answer to PINGs. */
export const DEAD_AFTER_S = (2 * PING_MS) / 1000;

/** The code of the error for such a connection. */
export const UNANSWERED = 'EPINGUNANSWERED';

/**
 * What is answered to `get`. `connected` is told whether the connection is asked for signs of life: PINGs go through the tunnel
 * of a proxy, and are answered by who speaks HTTP/2 at its end; the keep-alive probes of TCP would be answered by the proxy.
 * Once one of `signals` is aborted, the connection is closed, and the body of the answer ends with its reason.
 */
export function openWatch(
  get: WatchGet,
  route: WatchRoute,
  connected: (isPinged: boolean) => void,
  signals: readonly AbortSignal[],
): Promise<WatchAnswer> {
  const over = new AbortController();
  const { promise, resolve, reject } = Promise.withResolvers<WatchAnswer>();
  let body: Readable | undefined;
  const fail = (error: Error): void => {
    if (over.signal.aborted) return;
    body?.destroy(error);
    over.abort();
    reject(error);
  };
  // The body of an answer knows by itself whether it is whole.
  const closed = (): void => {
    if (body === undefined) fail(Object.assign(new Error('the connection was closed'), { code: 'ECONNRESET' }));
  };
  const answered = (status: number, opened: Readable): void => {
    if (over.signal.aborted) return;
    body = opened;
    resolve({ status, statusText: STATUS_CODES[status], body: Readable.toWeb(opened) });
  };
  for (const signal of signals) {
    if (signal.aborted) fail(signal.reason);
    signal.addEventListener('abort', () => fail(signal.reason), { signal: over.signal });
  }
  connectTo(get.url, route, over.signal)
    .then((opened) => {
      if (over.signal.aborted) return;
      const isPinged = opened.protocol === 'h2';
      connected(isPinged);
      (isPinged ? overHttp2 : overHttp1)(get, opened, { signal: over.signal, answered, closed, fail });
    })
    .catch(fail);
  return promise;
}

function connectTo(url: URL, { tls, credentials, proxy, env }: WatchRoute, signal: AbortSignal): Promise<Opened> {
  const { certificate: cert, key } = credentials;
  return openSocket(url, { env, proxy, protocols: ['h2', 'http/1.1'], signal, tls: { ...tls, cert, key } });
}

/** Without signs of life. */
function overHttp1({ url, headers }: WatchGet, { socket, target }: Opened, exchange: Exchange): void {
  const { signal, answered, closed, fail } = exchange;
  const outgoing = request({
    path: target.path,
    headers: asBytes({ host: url.host, ...(target.headers as object), ...headers }),
    createConnection: () => socket,
  });
  signal.addEventListener('abort', () => outgoing.destroy(), { once: true });
  outgoing.on('error', fail);
  outgoing.once('close', closed);
  outgoing.once('response', (incoming) => {
    incoming.on('error', fail);
    answered(incoming.statusCode ?? 0, incoming);
  });
  outgoing.end();
}

/** With a PING every ten seconds. */
function overHttp2({ url, headers }: WatchGet, { socket, target }: Opened, exchange: Exchange): void {
  const { signal, answered, closed, fail } = exchange;
  const session = connect(url, { createConnection: () => socket, settings: { enablePush: false } });
  let isAwaited = false;
  const pings = setInterval(() => {
    if (session.destroyed) return;
    if (isAwaited) return fail(Object.assign(new Error('a PING was not answered'), { code: UNANSWERED }));
    isAwaited = true;
    session.ping(() => {
      isAwaited = false;
    });
  }, PING_MS).unref();
  signal.addEventListener(
    'abort',
    () => {
      clearInterval(pings);
      session.destroy();
    },
    { once: true },
  );
  session.on('error', fail);
  const stream = session.request({ ':path': `${target.path}`, ...asBytes(headers) }, { endStream: true });
  stream.on('error', fail);
  stream.once('close', closed);
  stream.once('response', ({ ':status': status = 0 }) => answered(status, stream));
}
