/**
 * One watch of the API server, through the Kubernetes client for JavaScript. No other file loads that library, because it is
 * large. It reads the events; the request is sent over a connection of our own, which is checked with PINGs where it is HTTP/2.
 */
import { request, STATUS_CODES } from 'node:http';
import { connect } from 'node:http2';
import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { type KubeConfig, type RequestContext, Watch } from '@kubernetes/client-node';
import { asBytes } from '../http/http-client.ts';
import type { HttpRequest, TlsOptions } from '../http/message.ts';
import { type OpenSocket, openSocket } from '../http/socket.ts';
import type { Credentials } from '../kubeconfig/credentials.ts';
import type { Io } from '../system/io.ts';
import { VERSION } from '../version.ts';
import type { ApiRequest } from './api-request.ts';

export type WatchRequest = Pick<ApiRequest, 'path' | 'query' | 'accept'>;

/**
 * Receives every event as it arrives: its type (`ADDED`, `BOOKMARK`, `ERROR` and others) and its object. The first call has the
 * type `OPENED`, which is not an event of the server.
 */
export type WatchListener = (type: string, object: unknown) => void;

export type WatchEnd = {
  /** Whether the connection was checked with PINGs. If so, the next watch may be a long one, since its silence is harmless. */
  readonly isPinged?: boolean;
} & (
  | /** The API server closed the watch, as it does after a time, or the watch broke, or it was stopped here. */ {
      readonly why: 'closed';
    }
  /** Nothing was heard for `seconds`. */
  | { readonly why: 'silent'; readonly seconds: number }
  | { readonly why: 'refused'; readonly status: number }
  | { readonly why: 'unreachable'; readonly code: string }
);

export interface WatchConnection {
  readonly request: HttpRequest;
  readonly tls: TlsOptions;
  readonly credentials: Pick<Credentials, 'certificate' | 'key'>;
  readonly proxy: string | undefined;
  readonly env: Io['env'];
}

const NAME = 'regsecret';
/**
 * Over HTTP/1.1, only events show that the server is alive. The API server ends such a watch after 25 s
 * (cluster/watch-reconnection.ts).
 */
const SILENCE_S = 28;
/**
 * With PINGs, the connection itself shows that it is alive. A bookmark every minute shows that the watch is alive (apiserver
 * cacher `defaultBookmarkFrequency`).
 */
const PINGED_SILENCE_S = 90;

/**
 * Watches until the watch ends. The library aborts a watch that is silent for too long (`requestTimeoutMs` in its watch.ts). The
 * library is given the server and the connection, so that it does not read the kubeconfig or the environment again.
 */
export async function watchOnce(connection: WatchConnection, hear: WatchListener): Promise<WatchEnd> {
  const { url, signal } = connection.request;
  const state = { isPinged: false, isOpen: false, isOver: false };
  const { promise: ended, resolve } = Promise.withResolvers<WatchEnd>();
  const end = (error: unknown): void => {
    state.isOver = true;
    resolve({ ...(signal.aborted ? { why: 'closed' } : endOf(error, state)), isPinged: state.isPinged });
  };
  const connected = (isPinged: boolean): void => {
    state.isPinged = isPinged;
    Object.assign(watch, { requestTimeoutMs: (isPinged ? PINGED_SILENCE_S : SILENCE_S) * 1000 });
  };
  const watch = new Watch(configFor(connection, connected));
  try {
    await watch.watch(url.pathname, Object.fromEntries(url.searchParams), hear, end);
    if (!state.isOver) hear('OPENED', undefined);
    state.isOpen = true;
  } catch (error) {
    end(error);
  }
  return ended;
}

/** Replaces undici's `fetch` in the library (build/shims.ts). It is passed as the library's dispatcher. */
type WatchFetch = (url: URL, signal: AbortSignal) => Promise<WatchAnswer>;

type Dispatcher = NonNullable<ReturnType<RequestContext['getDispatcher']>>;

/**
 * The two methods that a watch calls on a kubeconfig. The library's own class would bring along its authentication code, 200 KB
 * that is not used.
 *
 * Each value of a request header is sent as a header line of its own. `fetch` would join the values of one header, which would
 * merge two groups of an impersonation into one.
 */
function configFor(connection: WatchConnection, connected: (isPinged: boolean) => void): KubeConfig {
  const { url, headers, signal: stopped } = connection.request;
  const ours = { 'user-agent': `regsecret/${VERSION}`, ...headers };
  const fetch: WatchFetch = (at, signal) =>
    openWatch({ url: at, headers: ours }, connection, connected, [signal, stopped]);
  const config: Pick<KubeConfig, 'getCurrentCluster' | 'applySecurityAuthentication'> = {
    getCurrentCluster: () => ({ name: NAME, server: url.origin, skipTLSVerify: false }),
    async applySecurityAuthentication(context) {
      context.setDispatcher(fetch as unknown as Dispatcher);
    },
  };
  return config as KubeConfig;
}

function endOf(error: unknown, { isPinged, isOpen }: { isPinged: boolean; isOpen: boolean }): WatchEnd {
  if (!(error instanceof Error)) return { why: 'closed' };
  const silence = isPinged && isOpen ? PINGED_SILENCE_S : SILENCE_S;
  if (error.name === 'TimeoutError') return { why: 'silent', seconds: silence };
  if ('statusCode' in error) return { why: 'refused', status: Number(error.statusCode) };
  const { code } = (error.cause ?? error) as { code?: unknown };
  if (code === UNANSWERED) return { why: 'silent', seconds: DEAD_AFTER_S };
  // A watch that breaks after it was open is reopened. Only a failure to reopen it is reported.
  return isOpen ? { why: 'closed' } : { why: 'unreachable', code: `${code ?? 'ECONNRESET'}` };
}

interface WatchGet {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
}

/** The parts of an answer that the library reads. */
interface WatchAnswer {
  readonly status: number;
  readonly statusText: string | undefined;
  readonly body: ReadableStream;
}

interface StreamExchange {
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
const DEAD_AFTER_S = (2 * PING_MS) / 1000;

/** The error code for such a connection. */
const UNANSWERED = 'EPINGUNANSWERED';

/**
 * Sends `get` and returns the answer. `connected` is told whether the connection is checked with PINGs. A PING passes through a
 * proxy's tunnel and is answered by the HTTP/2 server at its end; a TCP keep-alive probe would be answered by the proxy. Once one
 * of `signals` is aborted, the connection is closed, and the body of the answer fails with the signal's reason.
 */
function openWatch(
  get: WatchGet,
  route: WatchConnection,
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

function connectTo(
  url: URL,
  { tls, credentials, proxy, env }: WatchConnection,
  signal: AbortSignal,
): Promise<OpenSocket> {
  const { certificate: cert, key } = credentials;
  return openSocket(url, { env, proxy, protocols: ['h2', 'http/1.1'], signal, tls: { ...tls, cert, key } });
}

/** The exchange over HTTP/1.1, without PINGs. */
function overHttp1({ url, headers }: WatchGet, { socket, target }: OpenSocket, exchange: StreamExchange): void {
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
function overHttp2({ url, headers }: WatchGet, { socket, target }: OpenSocket, exchange: StreamExchange): void {
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
