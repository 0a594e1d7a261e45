/** One connection, by whatever way, for who speaks over it by other means than an agent of node:http. */
import type { RequestOptions } from 'node:http';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { whenConnected } from './http-client.ts';
import type { HttpClientOptions } from './message.ts';
import { address, createTrust, forward, isForwarded, parseProxy, type TlsTrust, tunnel } from './route.ts';

/** Until a socket can be written to; one that is opened again and again need not wait for as long as a single request. */
const CONNECT_TIMEOUT_MS = 10_000;
/** What client-go does, too: less than the minute after which load balancers forget a connection. */
const KEEP_ALIVE_MS = 30_000;

export interface Opened {
  readonly socket: Socket;
  /** What a request over it asks for: a proxy that is handed plain requests whole wants the URL and its own login. */
  readonly target: RequestOptions;
  /** What both ends have agreed to speak. */
  readonly protocol: string | undefined;
}

export interface SocketOptions extends Pick<HttpClientOptions, 'env' | 'tls'> {
  readonly proxy: string | undefined;
  /** What the server of an https URL may choose from (ALPN). */
  readonly protocols: readonly string[];
  /** Destroys what is opened, at any time. */
  readonly signal: AbortSignal;
}

/** Throws what node:net or node:tls say, or NetworkError where a proxy refuses. */
export async function openSocket(url: URL, options: SocketOptions): Promise<Opened> {
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

/** A socket to the host of `url`, over `way` when there is one; it connects meanwhile. */
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

/** `socket`, as soon as it can be written to. */
async function connected(socket: Socket, signal: AbortSignal): Promise<Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const destroy = (): void => void socket.destroy();
  const timer = setTimeout(
    () => reject(Object.assign(new Error('no connection'), { code: 'ETIMEDOUT' })),
    CONNECT_TIMEOUT_MS,
  );
  // These stay on the socket: an error without a listener would end the program. Its later users add their own listeners.
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
