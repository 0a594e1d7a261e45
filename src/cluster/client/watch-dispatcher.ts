/** The connection of one watch, which shows by itself whether it is alive where it speaks HTTP/2. */
import { Agent, buildConnector, Client, type Dispatcher, ProxyAgent } from 'undici';
import type { TlsOptions } from '../../http/message.ts';
import { socksTunnel } from '../../http/route.ts';
import type { Credentials } from '../auth/credentials.ts';

/** An answer to a PING is awaited for as long as it is until the next one, so a dead connection is given up after twice this time. */
const PING_MS = 10_000;
/** What client-go does, too: less than the minute after which load balancers forget a connection. */
const KEEP_ALIVE = { keepAlive: true, keepAliveInitialDelay: 30_000 } as const;
const HEADERS_MS = 30_000;

/** After that long, a connection is given up that does not answer to PINGs. */
export const DEAD_AFTER_S = (2 * PING_MS) / 1000;

export interface WatchRoute {
  readonly tls: Pick<TlsOptions, 'servername' | 'rejectUnauthorized'>;
  /** Undefined where nobody is asked who the server is. */
  readonly ca: string | readonly string[] | undefined;
  readonly credentials: Pick<Credentials, 'certificate' | 'key'>;
  readonly proxy: string | undefined;
}

/**
 * Opens one connection; `connected` is told whether it is asked for signs of life. PINGs go through the tunnel of a proxy, and are answered by who
 * speaks HTTP/2 at its end; the keep-alive probes of TCP would be answered by the proxy.
 */
export function watchDispatcher(
  { tls, ca, credentials, proxy }: WatchRoute,
  connected: (isPinged: boolean) => void,
): Dispatcher {
  const { certificate: cert, key } = credentials;
  const { servername, rejectUnauthorized } = tls;
  const secure = {
    ...(ca === undefined ? {} : { ca: typeof ca === 'string' ? ca : [...ca] }),
    ...(cert === undefined ? {} : { cert, key }),
    ...(servername === undefined ? {} : { servername }),
    rejectUnauthorized,
    preferH2: true,
  };
  const factory = (origin: string | URL, options: { readonly connect?: buildConnector.connector }): Dispatcher => {
    const { connect } = options;
    const noted: buildConnector.connector = (target, done) =>
      connect?.(target, (...args) => {
        const [, socket] = args;
        if (socket !== null) connected('alpnProtocol' in socket && socket.alpnProtocol === 'h2');
        done(...args);
      });
    return new Client(origin, { ...options, connect: noted, pingInterval: PING_MS, headersTimeout: HEADERS_MS });
  };
  const connect = buildConnector({ ...secure, ...KEEP_ALIVE });
  if (proxy === undefined) return new Agent({ factory, connect });
  if (proxy.startsWith('socks')) return new Agent({ factory, connect: throughSocks(proxy, connect) });
  return new ProxyAgent({ factory, uri: proxy, requestTls: secure });
}

/** undici's own way through SOCKS is no way to a server without a name, and speaks HTTP/1.1. */
function throughSocks(proxy: string, connect: buildConnector.connector): buildConnector.connector {
  return (target, done) => {
    const isSecure = target.protocol === 'https:';
    socksTunnel(proxy, target.hostname, Number(target.port) || (isSecure ? 443 : 80)).then(
      (httpSocket) => (isSecure ? connect({ ...target, httpSocket }, done) : done(null, httpSocket)),
      (error) => done(error, null),
    );
  };
}
