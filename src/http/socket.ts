/** Opens one connection, directly or through a proxy, for callers that use no agent of node:http. */
import type { RequestOptions } from 'node:http';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { whenConnected } from './http-client.ts';
import type { HttpClientOptions } from './message.ts';
import { address, createTrust, forward, isForwarded, parseProxy, type TlsTrust, tunnel } from './route.ts';

/**
 * The limit until a socket can be written to. It is shorter than for a single request, because such a connection is opened again
 * and again.
 */
const CONNECT_TIMEOUT_MS = 10_000;
/** As in client-go: less than the minute after which load balancers drop an idle connection. */
const KEEP_ALIVE_MS = 30_000;

export interface OpenSocket {
  readonly socket: Socket;
  /**
   * The options for a request over the socket. A proxy that is handed plain requests whole needs the full URL and its own login.
   */
  readonly target: RequestOptions;
  /** The protocol that both ends have agreed on. */
  readonly protocol: string | undefined;
}

export interface SocketOptions extends Pick<HttpClientOptions, 'env' | 'tls'> {
  readonly proxy: string | undefined;
  /** The protocols that the server of an https URL may choose from (ALPN). */
  readonly protocols: readonly string[];
  /** Destroys the connection when aborted, at any time. */
  readonly signal: AbortSignal;
}

/** Throws the errors of node:net and node:tls, and NetworkError when a proxy refuses. */
export async function openSocket(url: URL, options: SocketOptions): Promise<OpenSocket> {
  const { signal } = options;
  const proxy = options.proxy === undefined ? undefined : parseProxy(options.proxy);
  const trust = createTrust(options);
  if (proxy !== undefined && isForwarded(url, proxy)) {
    const socket = await connected(await dial(proxy, undefined, trust), signal);
    return { socket, target: forward(url, proxy), protocol: undefined };
  }
  const way = proxy === undefined ? undefined : await tunnel(url, proxy, trust, signal);
  const socket = await connected(await dial(url, way, trust, options), signal);
  const { alpnProtocol } = socket as Partial<TLSSocket>;
  return { socket, target: { path: url.pathname + url.search }, protocol: alpnProtocol || undefined };
}

/** A socket to the host of `url`, over `way` if there is one. It is returned before it has connected. */
async function dial(
  url: URL,
  way: Socket | undefined,
  trust: TlsTrust,
  { tls, protocols }: Partial<SocketOptions> = {},
): Promise<Socket> {
  const { host, port } = address(url);
  if (url.protocol !== 'https:') return way ?? (await import('node:net')).connect({ host, port });
  const secure = await trust(url, tls?.servername);
  const { connect } = await import('node:tls');
  const alpn = protocols === undefined ? {} : { ALPNProtocols: [...protocols] };
  return connect({ host, port, ...alpn, ...secure, ...(way === undefined ? {} : { socket: way }) });
}

/** Waits until `socket` can be written to. */
async function connected(socket: Socket, signal: AbortSignal): Promise<Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const destroy = (): void => void socket.destroy();
  const timer = setTimeout(
    () => reject(Object.assign(new Error('no connection'), { code: 'ETIMEDOUT' })),
    CONNECT_TIMEOUT_MS,
  );
  // These listeners stay on the socket, because an error without a listener would end the program. Later users of the socket add
  // their own.
  socket.on('error', reject);
  socket.once('close', () => reject(Object.assign(new Error('closed'), { code: 'ECONNRESET' })));
  signal.addEventListener('abort', destroy, { once: true });
  if (signal.aborted) destroy();
  whenConnected(socket, resolve);
  try {
    await promise;
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    clearTimeout(timer);
  }
  return socket.setKeepAlive(true, KEEP_ALIVE_MS);
}
