/** The request of one watch and its answer, over a connection of its own. An HTTP/2 connection is checked with PINGs. */
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

/** The parts of an answer that the library reads. */
export interface WatchAnswer {
  readonly status: number;
  readonly statusText: string | undefined;
  readonly body: ReadableStream;
}

interface Exchange {
  /** Aborted when the exchange is over, for whatever reason. */
  readonly signal: AbortSignal;
  readonly answered: (status: number, body: Readable) => void;
  /** `closed` and `fail` may be called more than once, and after the end. */
  readonly closed: () => void;
  readonly fail: (error: Error) => void;
}

/**
 * The interval between PINGs. Each PING must be answered before the next is due, so a dead connection is given up after at most
 * twice this time.
 */
const PING_MS = 10_000;

/** A connection that does not answer PINGs is given up after this time. */
export const DEAD_AFTER_S = (2 * PING_MS) / 1000;

/** The error code for such a connection. */
export const UNANSWERED = 'EPINGUNANSWERED';

/**
 * Sends `get` and returns the answer. `connected` is told whether the connection is checked with PINGs. A PING passes through a
 * proxy's tunnel and is answered by the HTTP/2 server at its end; a TCP keep-alive probe would be answered by the proxy. Once one
 * of `signals` is aborted, the connection is closed, and the body of the answer fails with the signal's reason.
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
  // Once there is a body, its stream detects by itself whether it is complete.
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

/** The exchange over HTTP/1.1, without PINGs. */
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

/** The exchange over HTTP/2, with a PING every ten seconds. */
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
