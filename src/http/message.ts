/** The types of HTTP requests and answers, and the function that reads an answer to its end. */
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Io } from '../system/io.ts';
import { NetworkError } from './network-error.ts';

export interface TlsOptions {
  /** PEM; when left out, the machine's authorities. */
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  /** The name that the server's certificate must have, when it is not the host of the URL. */
  readonly servername?: string | undefined;
  /** Always given: if it were left to the runtime, NODE_TLS_REJECT_UNAUTHORIZED=0 would switch verification off. */
  readonly rejectUnauthorized: boolean;
}

export interface HttpClientOptions {
  readonly userAgent: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly tls?: TlsOptions | undefined;
  /**
   * The http, https, socks5 or socks5h URL of a proxy for all requests, or a function that chooses one for each URL (`proxyFor`).
   */
  readonly proxy?: string | ((url: URL) => string | undefined) | undefined;
  /** Milliseconds after which an idle connection is closed. When left out, it is kept for as long as the server keeps it. */
  readonly idleMs?: number | undefined;
  /** Whether each request is logged, and where. */
  readonly log?: Pick<Io, 'speech' | 'stderr' | 'clock'> | undefined;
}

export interface HttpRequest {
  readonly method: string;
  readonly url: URL;
  /**
   * The addresses to connect to, whatever the name in the URL resolves to. Without effect through a proxy, which looks up names
   * itself.
   */
  readonly addresses?: readonly string[] | undefined;
  /** Each value of a list is sent as a header line of its own. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string | Uint8Array | undefined;
  readonly signal: AbortSignal;
  /** The limit for the whole exchange; 0 for none. */
  readonly timeoutMs: number;
  /** The maximum length of the answer's body. */
  readonly maxBytes: number;
  /** Whether a longer body is cut off at `maxBytes`, instead of being an error. */
  readonly cut?: boolean | undefined;
  /** Takes the body of an answer with status 200, whose `body` is empty then. */
  readonly reader?: BodyReader | undefined;
}

/** Takes a body piece by piece, so that it is never in memory as a whole. */
export interface BodyReader {
  /** Returns whether more is wanted; if not, the connection is closed. Must not throw. */
  take(piece: Uint8Array): boolean;
}

export interface HttpResponse {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: IncomingHttpHeaders;
  /** The lines of WWW-Authenticate one by one. In `headers` they are joined, but clients read each line on its own. */
  readonly challenges: readonly string[];
  readonly body: Uint8Array;
}

/**
 * Reads an answer. Throws NetworkError when it ends too early or is longer than `maxBytes`. Uses events, because answers are many
 * and short, and the iterator of a stream costs more than such an answer.
 */
export function readResponse(
  incoming: IncomingMessage,
  { maxBytes, cut: cutsOff = false, reader }: Pick<HttpRequest, 'maxBytes' | 'cut' | 'reader'>,
  proxied: boolean,
): Promise<HttpResponse> {
  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = [];
    const keep = (chunk: Uint8Array): boolean => chunks.push(chunk) > 0 && size <= maxBytes;
    const take = incoming.statusCode === 200 && reader !== undefined ? reader.take : keep;
    let size = 0;
    const finish = (): void => {
      const { statusCode = 0, headers, headersDistinct } = incoming;
      // A 407 comes from the proxy. It has no meaning when a server sends it (RFC 9110, section 15.5.8).
      if (statusCode === 407 && proxied) reject(new NetworkError('proxy', 'HTTP_407', false));
      const challenges = headersDistinct['www-authenticate'] ?? [];
      resolve({ status: statusCode, headers, challenges, body: Buffer.concat(chunks).subarray(0, maxBytes) });
    };
    const cut = (): void => reject(new NetworkError('reset', 'ECONNRESET', true));
    incoming.on('data', (chunk: Uint8Array) => {
      size += chunk.length;
      if (size > maxBytes && !cutsOff) return reject(new NetworkError('too-large', 'TOO_LARGE', true));
      if (take(chunk)) return;
      finish();
      incoming.destroy();
    });
    incoming.on('error', reject);
    incoming.once('close', cut);
    incoming.once('end', () => {
      if (!incoming.complete) return cut();
      finish();
    });
  });
}
