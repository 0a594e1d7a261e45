/**
 * The executable's connection to an API server: Bun's own `fetch`, which is compiled. Bun's node:https is written in JavaScript
 * that every run has to load and compile first. A `create` of a new Secret takes 23.0 ms with node:https and 15.6 ms with
 * `fetch`, where kubectl takes 39.4 ms (medians of 50 rounds in random order, real API server, client certificate, 2 cores).
 */
import type { HttpClientOptions, HttpRequest, HttpResponse } from './message.ts';
import { NetworkError, networkError } from './network-error.ts';

type Fetch = (url: URL, init: BunFetchInit) => Promise<Response>;

/** https://bun.com/reference/globals/BunFetchRequestInit */
interface BunFetchInit extends RequestInit {
  readonly tls: object;
  readonly decompress: boolean;
  /** Bun ends a request after five minutes, unless this is false. */
  readonly timeout: boolean;
  /** When left out, BUN_CONFIG_VERBOSE_FETCH prints each request with its token and body. */
  readonly verbose: boolean;
}

/**
 * After this long without an answer, a second connection tests whether the server can be reached. With the limit for that test,
 * this makes 30 s, as for node:https.
 */
const SILENCE_MS = 10_000;
const CONNECT_MS = 20_000;

const PROXY = /^(https?|all)_proxy$/i;

/**
 * Whether `fetch` handles `request` as node:https does. It does not: through a proxy, or when the environment names one, which
 * Bun would choose by rules of its own; to given addresses; without a given CA; for a server whose TLS name is not that of its
 * URL; when idle connections have to be closed, which Bun keeps for minutes; and with headers that Bun would join or encode.
 */
export function canFetch({ headers, addresses }: HttpRequest, { proxy, env, tls, idleMs }: HttpClientOptions): boolean {
  return (
    'Bun' in globalThis &&
    proxy === undefined &&
    addresses === undefined &&
    idleMs === undefined &&
    !Object.keys(env).some((name) => PROXY.test(name) && env[name]) &&
    tls?.ca !== undefined &&
    tls.servername === undefined &&
    Object.values(headers).every((value) => typeof value === 'string' && /^[ -~]*$/.test(value))
  );
}

/**
 * The answer; undefined when no connection was made for reasons that node:https puts into better words. Nothing has been sent
 * then. Throws NetworkError, and the reason of the signal.
 */
export async function bunFetch(request: HttpRequest, options: HttpClientOptions): Promise<HttpResponse | undefined> {
  const { url, method, headers, body, signal, timeoutMs } = request;
  const { ca, cert, key, rejectUnauthorized } = options.tls ?? {};
  const end = new AbortController();
  let reached = true;
  const expire = () => end.abort(new NetworkError('timeout', 'ETIMEDOUT', reached));
  const interrupt = () => end.abort(signal.reason);
  const waiting = timeoutMs > 0 ? setTimeout(expire, timeoutMs) : undefined;
  const silence = setTimeout(
    async () => {
      reached = false;
      reached = await isReached(url);
      if (!reached) expire();
    },
    timeoutMs > 0 ? Math.min(SILENCE_MS, timeoutMs / 2) : SILENCE_MS,
  );
  signal.addEventListener('abort', interrupt, { once: true });
  try {
    const response = await (fetch as unknown as Fetch)(url, {
      method,
      headers: { 'user-agent': options.userAgent, ...(headers as Record<string, string>) },
      ...(body === undefined ? {} : { body: body as string }),
      redirect: 'manual',
      decompress: false,
      timeout: false,
      verbose: false,
      signal: end.signal,
      tls: { ca, cert, key, rejectUnauthorized },
    });
    clearTimeout(silence);
    const { status } = response;
    return { status, headers: headersOf(response), challenges: [], body: await collect(response, request) };
  } catch (error) {
    // Nothing waits for the rest of the answer.
    end.abort();
    if (signal.aborted) throw signal.reason;
    return wordless(failed(error));
  } finally {
    clearTimeout(waiting);
    clearTimeout(silence);
    signal.removeEventListener('abort', interrupt);
  }
}

/** Whether a server accepts a connection at this address. */
async function isReached({ hostname, port, protocol }: URL): Promise<boolean> {
  const { connect } = await import('node:net');
  const host = hostname.replace(/^\[|\]$/g, '');
  const socket = connect({ host, port: Number(port) || (protocol === 'https:' ? 443 : 80), timeout: CONNECT_MS });
  const { promise, resolve } = Promise.withResolvers<boolean>();
  socket.once('connect', () => resolve(true)).once('timeout', () => resolve(false));
  // On an error, `fetch` has failed as well, or is about to.
  socket.once('error', () => resolve(true));
  return promise.finally(() => socket.destroy());
}

function failed(error: unknown): NetworkError {
  const { kind, code, sent, message } = networkError(error, true);
  const isOpened = !['dns', 'refused', 'unreachable', 'tls'].includes(kind) && code !== UNOPENED;
  return new NetworkError(kind, code, sent && isOpened, message);
}

/** Bun's code for a connection that it could not open, also because the client certificate is invalid. */
const UNOPENED = 'FailedToOpenSocket';

function wordless(error: NetworkError): undefined {
  if (error.kind !== 'tls' && error.code !== UNOPENED) throw error;
}

/** Uses Bun's own method, which is faster than going through the headers. */
function headersOf({ headers }: Response): HttpResponse['headers'] {
  return (headers as unknown as { toJSON(): Record<string, string> }).toJSON();
}

async function collect(
  response: Response,
  { maxBytes, reader }: Pick<HttpRequest, 'maxBytes' | 'reader'>,
): Promise<Uint8Array> {
  const { body, headers, status } = response;
  if (body === null) return new Uint8Array();
  const take = status === 200 ? reader?.take : undefined;
  // Most answers are short and announce their length, so nothing has to be counted on the way.
  if (take === undefined && announced(headers) <= maxBytes) return response.bytes();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body as unknown as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > maxBytes) throw new NetworkError('too-large', 'TOO_LARGE', true);
    if (take === undefined) chunks.push(chunk);
    // Leaving the loop closes the connection.
    else if (!take(chunk)) break;
  }
  return Buffer.concat(chunks);
}

/** The announced length of an answer; infinite when none is announced, or the answer is chunked. */
function announced(headers: Headers): number {
  const length = headers.get('content-length') ?? '';
  return /^[0-9]+$/.test(length) && !headers.has('transfer-encoding') ? Number(length) : Number.POSITIVE_INFINITY;
}
