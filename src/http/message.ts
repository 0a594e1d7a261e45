/** The answer to a request, read to its end. */
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Io } from '../io.ts';
import { NetworkError } from './network-error.ts';

export interface TlsOptions {
  /** PEM; the machine's authorities when left out. */
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  /** The name that the server's certificate must have, when it is not the host of the URL. */
  readonly servername?: string | undefined;
  /** Always said: left to the runtime, NODE_TLS_REJECT_UNAUTHORIZED=0 would switch verification off. */
  readonly rejectUnauthorized: boolean;
}

export interface HttpClientOptions {
  readonly userAgent: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly tls?: TlsOptions | undefined;
  /** The http, https, socks5 or socks5h URL of a proxy for everything, or the choice for each URL (`proxyFor`). */
  readonly proxy?: string | ((url: URL) => string | undefined) | undefined;
  /** Milliseconds after which a connection that nobody uses is closed; left out: it is kept for as long as the server keeps it. */
  readonly idleMs?: number | undefined;
  /** Whether each request is said, and where. */
  readonly log?: Pick<Io, 'speech' | 'stderr'> | undefined;
}

export interface HttpRequest {
  readonly method: string;
  readonly url: URL;
  /** What to connect to, whatever the name of the URL stands for; without effect through a proxy, which looks names up. */
  readonly addresses?: readonly string[] | undefined;
  /** A list of values is sent as one header line each. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string | Uint8Array | undefined;
  readonly signal: AbortSignal;
  /** For the whole exchange, 0 for none. */
  readonly timeoutMs: number;
  /** The answer's body may be no longer. */
  readonly maxBytes: number;
  /** Whether a longer one is cut off there, and is no error. */
  readonly cut?: boolean | undefined;
}

export interface HttpResponse {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: IncomingHttpHeaders;
  /** The lines of WWW-Authenticate one by one: in `headers` they are joined, and clients read each for itself. */
  readonly challenges: readonly string[];
  readonly body: Uint8Array;
}

/**
 * Throws NetworkError when the answer ends too early or is longer than `maxBytes`. By events, for answers are many and
 * short, and the iterator of a stream costs more than such an answer.
 */
export function readResponse(
  incoming: IncomingMessage,
  { maxBytes, cut: cutsOff = false }: Pick<HttpRequest, 'maxBytes' | 'cut'>,
  proxied: boolean,
): Promise<HttpResponse> {
  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = [];
    let size = 0;
    const finish = (): void => {
      const { statusCode = 0, headers, headersDistinct } = incoming;
      // From a proxy; a server that says so has no meaning for it (RFC 9110, section 15.5.8).
      if (statusCode === 407 && proxied) reject(new NetworkError('proxy', 'HTTP_407', false));
      const challenges = headersDistinct['www-authenticate'] ?? [];
      resolve({ status: statusCode, headers, challenges, body: Buffer.concat(chunks, size).subarray(0, maxBytes) });
    };
    const cut = (): void => reject(new NetworkError('reset', 'ECONNRESET', true));
    incoming.on('data', (chunk: Uint8Array) => {
      size += chunk.length;
      if (size > maxBytes && !cutsOff) return reject(new NetworkError('too-large', 'TOO_LARGE', true));
      chunks.push(chunk);
      if (size <= maxBytes) return;
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
