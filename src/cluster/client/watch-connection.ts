/** One watch of the API server, through the client of Kubernetes for JavaScript: loaded by nothing else, for it is large. */
import { type KubeConfig, Watch } from '@kubernetes/client-node';
import type { HttpRequest, TlsOptions } from '../../http/message.ts';
import { trustedRoots } from '../../http/trust-store.ts';
import type { Io } from '../../io.ts';
import type { Credentials } from '../auth/credentials.ts';
import { DEAD_AFTER_S, watchDispatcher } from './watch-dispatcher.ts';
import type { Hear, WatchEnd } from './watch-end.ts';

export interface WatchConnection {
  readonly request: HttpRequest;
  readonly credentials: Credentials;
  readonly tls: TlsOptions;
  readonly proxy: string | undefined;
  readonly env: Io['env'];
}

const NAME = 'regsecret';
/** Over HTTP/1.1 nothing but what the API server says shows that it is there. */
const SILENCE_S = 30;
/** With PINGs it is the connection that shows it; that the watch itself is alive shows a bookmark every minute (apiserver cacher `defaultBookmarkFrequency`). */
const PINGED_SILENCE_S = 90;

/**
 * Watches until it ends. The library cuts a watch of which nothing is heard for a time (`requestTimeoutMs` in its watch.ts). It is
 * told the server and given the connection, so that it reads no file and no variable again.
 */
export async function watchOnce(connection: WatchConnection, hear: Hear): Promise<WatchEnd> {
  const { request } = connection;
  const { pathname, searchParams } = request.url;
  const opened: Dispatcher[] = [];
  const state = { isPinged: false, isOpen: false, isOver: false };
  const { promise: ended, resolve } = Promise.withResolvers<WatchEnd>();
  const end = (error: unknown): void => {
    state.isOver = true;
    resolve({ ...endOf(error, state), isPinged: state.isPinged });
  };
  const connected = (isPinged: boolean): void => {
    state.isPinged = isPinged;
    Object.assign(watch, { requestTimeoutMs: (isPinged ? PINGED_SILENCE_S : SILENCE_S) * 1000 });
  };
  const watch = new Watch(configFor({ connection, opened, connected }));
  let stop: AbortController | undefined;
  const interrupt = (): void => {
    stop?.abort();
    end(undefined);
  };
  request.signal.addEventListener('abort', interrupt, { once: true });
  try {
    stop = await watch.watch(pathname, Object.fromEntries(searchParams), hear, end);
    if (request.signal.aborted) interrupt();
    if (!state.isOver) hear('OPENED', undefined);
    state.isOpen = true;
    return await ended;
  } catch (error) {
    end(error);
    return await ended;
  } finally {
    request.signal.removeEventListener('abort', interrupt);
    for (const dispatcher of opened) dispatcher.destroy().catch(() => undefined);
  }
}

interface Dispatcher {
  dispatch(options: { readonly headers: object }, handler: unknown): boolean;
  destroy(): Promise<void>;
}

interface Opening {
  readonly connection: WatchConnection;
  /** What is opened has to be closed by the caller. */
  readonly opened: Dispatcher[];
  readonly connected: (isPinged: boolean) => void;
}

/**
 * The two things that a watch asks a kubeconfig for. The library's own would bring its ways to log in along, 200 KB of code that is not used.
 *
 * The headers of the request go out each value as a line of its own: `fetch` joins the lines of a header, and two groups of an
 * impersonation would be one. They go out once: `fetch` follows redirects, and the host that it is sent to is no API server.
 */
function configFor({ connection, opened, connected }: Opening): KubeConfig {
  const { url, headers } = connection.request;
  const config: Pick<KubeConfig, 'getCurrentCluster' | 'applySecurityAuthentication'> = {
    getCurrentCluster: () => ({ name: NAME, server: url.origin, skipTLSVerify: false }),
    async applySecurityAuthentication(context) {
      const route = { ...connection, ca: await authorities(connection) };
      const inner = watchDispatcher(route, connected) as unknown as Dispatcher;
      opened.push(inner);
      let isSent = false;
      const dispatch: Dispatcher['dispatch'] = (options, handler) => {
        if (isSent) throw new Error('the API server sends a watch somewhere else');
        isSent = true;
        return inner.dispatch({ ...options, headers: { ...options.headers, ...headers } }, handler);
      };
      context.setDispatcher({ dispatch } as unknown as Parameters<typeof context.setDispatcher>[0]);
    },
  };
  return config as KubeConfig;
}

async function authorities({ request, tls, env }: WatchConnection): Promise<string | readonly string[] | undefined> {
  const { ca, rejectUnauthorized } = tls;
  if (ca !== undefined || request.url.protocol !== 'https:' || !rejectUnauthorized) return ca;
  return trustedRoots(env);
}

function endOf(error: unknown, { isPinged, isOpen }: { isPinged: boolean; isOpen: boolean }): WatchEnd {
  if (!(error instanceof Error)) return { why: 'closed' };
  const silence = isPinged ? PINGED_SILENCE_S : SILENCE_S;
  if (error.name === 'TimeoutError') return { why: 'silent', seconds: silence };
  if ('statusCode' in error) return { why: 'refused', status: Number(error.statusCode) };
  const { code, message } = (error.cause ?? {}) as { code?: unknown; message?: unknown };
  if (code === 'UND_ERR_HEADERS_TIMEOUT') return { why: 'silent', seconds: SILENCE_S };
  // What undici's client-h2.js says of a PING without an answer.
  if (`${message}`.includes('connection unresponsive')) return { why: 'silent', seconds: DEAD_AFTER_S };
  // A watch that was open and breaks is opened again; where that fails, it is said.
  return isOpen ? { why: 'closed' } : { why: 'unreachable', code: `${code ?? 'ECONNRESET'}` };
}
