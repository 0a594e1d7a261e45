/**
 * The one HTTP transport: HTTP/1.1 over keep-alive connections of node:http and node:https, which run unchanged under
 * Bun. It follows no redirect, sends no request twice and reads no environment but that of its options; callers decide.
 */
import type { ClientRequest, IncomingMessage, OutgoingHttpHeaders, RequestOptions } from 'node:http';
import type { LookupFunction, Socket } from 'node:net';
import type { Io } from '../system/io.ts';
import { printable, printed } from '../text/printable.ts';
import { bunFetch, canFetch } from './bun-fetch.ts';
import { type HttpClientOptions, type HttpRequest, type HttpResponse, readResponse } from './message.ts';
import { NetworkError, networkError } from './network-error.ts';
import type { Router } from './route.ts';

export interface HttpClient {
  /** Throws NetworkError when there is no whole answer, and the signal's reason when it is aborted. */
  send(request: HttpRequest): Promise<HttpResponse>;
  /** Closes the connections that no request is using. */
  closeIdle(): void;
  /** Closes all connections. */
  close(): void;
}

/** The limit until the server can be written to. client-go's dialer has the same (client-go transport/cache.go). */
const CONNECT_TIMEOUT_MS = 30_000;

/** Importing this file loads no HTTP module; the first request does. */
export function createHttpClient(options: HttpClientOptions): HttpClient {
  let router: Promise<Router> | undefined;
  const { log } = options;
  return {
    send: (request) => (log?.speech.requests ? logged(request, log, () => send(request)) : send(request)),
    closeIdle() {
      router?.then((it) => it.closeIdle()).catch(() => undefined);
    },
    close() {
      router?.then((it) => it.close()).catch(() => undefined);
    },
  };

  async function send(request: HttpRequest): Promise<HttpResponse> {
    request.signal.throwIfAborted();
    try {
      const answer = canFetch(request, options) ? await bunFetch(request, options) : undefined;
      if (answer !== undefined) return answer;
      router ??= import('./route.ts').then(({ createRouter }) => createRouter(options));
      const { target, proxied } = await (await router).route(request.url);
      const lookup = proxied || request.addresses === undefined ? {} : { lookup: lookupOf(request.addresses) };
      const { request: start } = await (target.protocol === 'https:' ? import('node:https') : import('node:http'));
      request.signal.throwIfAborted();
      const headers = asBytes({
        ...target.headers,
        'user-agent': options.userAgent,
        // Node would send a DELETE without this header, and its body would be read as the next request.
        ...(request.body === undefined ? {} : { 'content-length': Buffer.byteLength(request.body) }),
        ...request.headers,
      });
      return await exchange(
        request,
        start({ ...target, ...lookup, method: request.method, headers } as RequestOptions),
        proxied,
      );
    } catch (error) {
      throw request.signal.aborted ? request.signal.reason : networkError(error, false);
    }
  }
}

/** Replaces the system's lookup: a name that was looked up and judged must not resolve to something else a moment later. */
function lookupOf(addresses: readonly string[]): LookupFunction {
  const found = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
  return (_name, { all }, done) => {
    if (all) done(null, found);
    else done(null, found[0]?.address ?? '', found[0]?.family);
  };
}

/** Encodes header values as UTF-8, as Go does. Node would write the characters up to U+00FF as one byte each. */
export function asBytes(headers: object): OutgoingHttpHeaders {
  const encode = (value: unknown) => inLatin1(`${value}`);
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.map(encode) : encode(value)]),
  );
}

const ASCII = /^[\x00-\x7f]*$/;

/** The text whose bytes in Latin-1 are those of `text` in UTF-8. */
function inLatin1(text: string): string {
  return ASCII.test(text) ? text : Buffer.from(text, 'utf8').toString('latin1');
}

interface ConnectionState {
  /** Whether the proxy, if there is one, has opened the connection to the server. */
  reached: boolean;
  /** Whether the server may have read the request. */
  sent: boolean;
}

/** Returns the answer, or throws and destroys the connection. */
async function exchange(request: HttpRequest, outgoing: ClientRequest, proxied: boolean): Promise<HttpResponse> {
  const { signal, timeoutMs, body } = request;
  const connection: ConnectionState = { reached: !proxied, sent: false };
  const { promise: cut, reject: cancel } = Promise.withResolvers<never>();
  const expire = () => cancel({ code: 'ETIMEDOUT' });
  const connecting = setTimeout(expire, CONNECT_TIMEOUT_MS);
  const waiting = timeoutMs > 0 ? setTimeout(expire, timeoutMs) : undefined;
  signal.addEventListener('abort', cancel, { once: true });
  try {
    const answer = answerTo(outgoing, connection, () => clearTimeout(connecting));
    // A string is written together with the headers, in one record, so both must be in the same encoding.
    if (typeof body === 'string') outgoing.end(inLatin1(body), 'latin1');
    else outgoing.end(body);
    return await Promise.race([answer.then((incoming) => readResponse(incoming, request, proxied)), cut]);
  } catch (error) {
    outgoing.destroy();
    throw failed(error, connection);
  } finally {
    clearTimeout(connecting);
    clearTimeout(waiting);
    signal.removeEventListener('abort', cancel);
  }
}

/** The head of the answer. A later failure breaks the stream of its body. */
function answerTo(
  outgoing: ClientRequest,
  connection: ConnectionState,
  connected: () => void,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    outgoing.on('error', reject);
    outgoing.once('close', () => reject({ code: 'ECONNRESET' }));
    outgoing.once('response', resolve);
    outgoing.once('proxy', () => {
      connection.reached = true;
    });
    outgoing.once('proxyConnect', ({ statusCode }: { statusCode: number }) => {
      // The agent would pass off the proxy's refusal as the answer of the server.
      if (statusCode !== 200) reject(new NetworkError('proxy', `HTTP_${statusCode}`, false));
    });
    outgoing.once('socket', (socket) => {
      // This listener runs before those of the agents, which destroy the request and so hide the reason.
      socket.prependListener('error', reject);
      outgoing.once('close', () => socket.off('error', reject));
      whenConnected(socket, () => {
        connection.reached = connection.sent = true;
        connected();
      });
    });
  });
}

function failed(error: unknown, { reached, sent }: ConnectionState): NetworkError {
  const { kind, code, message } = networkError(error, sent);
  return new NetworkError(reached ? kind : 'proxy', code, sent, message);
}

/** Calls `then` as soon as `socket` can be written to, TLS included. */
export function whenConnected(socket: Socket & { secureConnecting?: boolean }, then: () => void): void {
  if (socket.secureConnecting) socket.once('secureConnect', then);
  else if (socket.connecting) socket.once('connect', then);
  else then();
}

/** Runs `send`, and writes a line to stderr when it has ended (`-v=6`), without headers, bodies and queries. */
async function logged(
  { method, url }: HttpRequest,
  { stderr, clock }: Pick<Io, 'stderr' | 'clock'>,
  send: () => Promise<HttpResponse>,
): Promise<HttpResponse> {
  const start = clock.monotonic();
  const say = (end: string): void => {
    const ms = Math.round(clock.monotonic() - start);
    // The user info of a URL may hold a password, and the query to a token server a user name, so neither is shown.
    stderr.write(printed`${printable(`${method} ${url.origin}${url.pathname} ${end} in ${ms} ms`)}\n`);
  };
  try {
    const response = await send();
    say(`${response.status}`);
    return response;
  } catch (error) {
    say(error instanceof NetworkError ? error.code : 'failed');
    throw error;
  }
}
