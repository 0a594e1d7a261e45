/** How a URL is reached: directly or through a proxy, over which agent, and with which trusted authorities. */
import type { Agent, AgentOptions, RequestOptions } from 'node:http';
import { isIP, type Socket } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import type { HttpClientOptions, TlsOptions } from './message.ts';
import { NetworkError } from './network-error.ts';

export interface Route {
  readonly target: RequestOptions;
  readonly proxied: boolean;
}

export interface Router {
  route(url: URL): Promise<Route>;
  /** Closes the connections that no request is using. */
  closeIdle(): void;
  close(): void;
}

/** Keeps one agent for each server and each way to it, so that consecutive requests share connections. */
export function createRouter(options: HttpClientOptions): Router {
  const agents = new Map<string, Promise<Agent>>();
  const trust = createTrust(options);

  async function createAgent(url: URL, proxy: URL | undefined): Promise<Agent> {
    const tls = await trust(url, options.tls?.servername);
    const kept = { keepAlive: true, ...(options.idleMs === undefined ? {} : { timeout: options.idleMs }) };
    return proxy === undefined ? directAgent(url, kept, tls) : proxyAgent(url, proxy, kept, tls, await trust(proxy));
  }

  return {
    async route(url) {
      const chosen = typeof options.proxy === 'function' ? options.proxy(url) : options.proxy;
      const proxy = chosen === undefined ? undefined : parseProxy(chosen);
      const key = `${url.origin} ${proxy?.href ?? ''}`;
      const agent = agents.get(key) ?? createAgent(url, proxy);
      agents.set(key, agent);
      const target = proxy !== undefined && isForwarded(url, proxy) ? forward(url, proxy) : direct(url);
      return { target: { ...target, agent: await agent }, proxied: proxy !== undefined };
    },
    closeIdle() {
      for (const agent of agents.values()) agent.then(closeFree).catch(() => undefined);
    },
    close() {
      for (const agent of agents.values()) agent.then((it) => it.destroy()).catch(() => undefined);
      agents.clear();
    },
  };
}

function closeFree({ freeSockets }: Agent): void {
  for (const sockets of Object.values(freeSockets)) for (const socket of sockets ?? []) socket.destroy();
}

/** The TLS options for `server`, which may be a proxy. Its certificate must be for `name`, by default its own. */
export type TlsTrust = (server: URL, name?: string) => Promise<ConnectionOptions>;

/** Makes the TLS options for each server. Certificates are read once, for the first server. */
export function createTrust(options: Pick<HttpClientOptions, 'env' | 'tls'>): TlsTrust {
  let credentials: Promise<ConnectionOptions> | undefined;
  return async (server, name = server.hostname) => {
    if (server.protocol !== 'https:') return {};
    credentials ??= secureContext(options);
    return { ...(await credentials), ...(await identity(name.replace(/^\[|\]$/g, ''))) };
  };
}

/** Made only once, because parsing a hundred authorities for each connection costs more than the connection. */
async function secureContext(options: Pick<HttpClientOptions, 'env' | 'tls'>): Promise<ConnectionOptions> {
  const { createSecureContext } = await import('node:tls');
  const { ca, cert, key, rejectUnauthorized } = options.tls ?? ({ rejectUnauthorized: true } as TlsOptions);
  const authorities = ca ?? (rejectUnauthorized ? await machineRoots(options.env) : undefined);
  return {
    secureContext: createSecureContext({ ca: authorities, cert, key, minVersion: 'TLSv1.2' }),
    rejectUnauthorized,
  };
}

async function machineRoots(env: HttpClientOptions['env']): Promise<string[]> {
  const { trustedRoots } = await import('./trust-store.ts');
  return [...(await trustedRoots(env))];
}

/** The name to request from the server, and to look for in its certificate. */
async function identity(name: string): Promise<ConnectionOptions> {
  if (!isIP(name)) return { servername: name };
  // SNI has no addresses (RFC 6066). The check is given here, because over a tunnel the agent makes Node look for "localhost".
  const { checkServerIdentity } = await import('node:tls');
  return { checkServerIdentity: (_host, certificate) => checkServerIdentity(name, certificate) };
}

/** Accepts the schemes of Go's http.Transport. Throws NetworkError for any other. */
export function parseProxy(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined) throw new NetworkError('proxy', 'INVALID_URL', false, 'the address of the proxy is not a URL');
  if (!['http:', 'https:', 'socks5:', 'socks5h:'].includes(url.protocol)) {
    throw new NetworkError('proxy', 'UNSUPPORTED_SCHEME', false, `a proxy cannot be reached by ${url.protocol}`);
  }
  return url;
}

/** TLS settings belong to the agent, because a request with its own `checkServerIdentity` never reuses a connection. */
async function directAgent(url: URL, kept: AgentOptions, tls: ConnectionOptions): Promise<Agent> {
  const { Agent } = url.protocol === 'https:' ? await import('node:https') : await import('node:http');
  return new Agent({ ...kept, ...tls });
}

async function proxyAgent(
  url: URL,
  proxy: URL,
  kept: AgentOptions,
  tls: ConnectionOptions,
  proxyTls: ConnectionOptions,
): Promise<Agent> {
  if (proxy.protocol.startsWith('socks5')) {
    const { SocksAgent } = await import('./socks.ts');
    return new SocksAgent(proxy, { ...kept, ...tls });
  }
  if (isForwarded(url, proxy)) return directAgent(proxy, kept, proxyTls);
  const agent = await tunnelAgent(proxy, { ...kept, ...(proxyTls as object) });
  Object.assign(agent.options, tls);
  return agent;
}

async function tunnelAgent(proxy: URL, options: object) {
  const { HttpsProxyAgent } = await import('https-proxy-agent');
  return new HttpsProxyAgent(proxy.href, options);
}

/** A connection to the host of `url` through `proxy`, for callers that use no agent of node:http. Throws NetworkError. */
export async function tunnel(url: URL, proxy: URL, trust: TlsTrust, signal: AbortSignal): Promise<Socket> {
  const isSocks = proxy.protocol.startsWith('socks5');
  const socket = isSocks
    ? await (await import('./socks.ts')).openSocks(proxy, address(url), signal)
    : await connectThrough(url, proxy, trust, signal);
  // The protocol on top ends with the socket and reports why. An error without a listener, as after an abort, would end the
  // program.
  return socket.on('error', () => undefined);
}

async function connectThrough(url: URL, proxy: URL, trust: TlsTrust, signal: AbortSignal): Promise<Socket> {
  const { EventEmitter } = await import('node:events');
  // The agent reports events to a request, but there is none here. Only whether the proxy has opened the way matters.
  const nobody = new EventEmitter() as Parameters<Awaited<ReturnType<typeof tunnelAgent>>['connect']>[0];
  let status = 200;
  nobody.once('proxyConnect', ({ statusCode }: { statusCode: number }) => {
    status = statusCode;
  });
  const agent = await tunnelAgent(proxy, { ...((await trust(proxy)) as object), signal });
  const socket = await agent.connect(nobody, { ...address(url), secureEndpoint: false } as never);
  if (status === 200) return socket as Socket;
  socket.on('error', () => undefined);
  socket.destroy();
  throw new NetworkError('proxy', `HTTP_${status}`, false);
}

/** Whether requests for `url` are handed to `proxy` whole, as plain requests to an http proxy are. Others go through a tunnel. */
export function isForwarded(url: URL, proxy: URL): boolean {
  return url.protocol === 'http:' && proxy.protocol.startsWith('http');
}

function direct(url: URL): RequestOptions {
  return { ...address(url), path: url.pathname + url.search };
}

/** The options for a request that asks `proxy` for `url`. */
export function forward(url: URL, proxy: URL): RequestOptions {
  const credentials = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`;
  const authorization = { 'proxy-authorization': `Basic ${Buffer.from(credentials).toString('base64')}` };
  return {
    ...address(proxy),
    path: `http://${url.host}${url.pathname}${url.search}`,
    headers: { host: url.host, ...(proxy.username || proxy.password ? authorization : {}) },
  };
}

/** The address of `url` in the form that node:net takes. */
export function address(url: URL) {
  const port = Number(url.port) || (url.protocol === 'https:' ? 443 : 80);
  return { protocol: url.protocol, host: url.hostname.replace(/^\[|\]$/g, ''), port };
}
