/** One watch of the API server, through the client of Kubernetes for JavaScript: loaded by nothing else, for it is large. */
import { type KubeConfig, type RequestContext, Watch } from '@kubernetes/client-node';
import type { HttpRequest, TlsOptions } from '../../http/message.ts';
import type { Io } from '../../io.ts';
import { VERSION } from '../../version.ts';
import type { Credentials } from '../auth/credentials.ts';
import { dispatchWatch } from './watch-dispatcher.ts';
import type { Hear, WatchEnd } from './watch-end.ts';
import { DEAD_AFTER_S, UNANSWERED, type WatchGet } from './watch-exchange.ts';

export interface WatchConnection {
  readonly request: HttpRequest;
  readonly credentials: Credentials;
  readonly tls: TlsOptions;
  readonly proxy: string | undefined;
  readonly env: Io['env'];
}

const NAME = 'regsecret';
/** Over HTTP/1.1 nothing but what the API server says shows that it is there, and it ends such a watch after 25 s (cluster/changes.ts). */
const SILENCE_S = 28;
/** With PINGs it is the connection that shows it; that the watch itself is alive shows a bookmark every minute (apiserver cacher `defaultBookmarkFrequency`). */
const PINGED_SILENCE_S = 90;

/**
 * Watches until it ends. The library cuts a watch of which nothing is heard for a time (`requestTimeoutMs` in its watch.ts). It is
 * told the server and given the connection, so that it reads no file and no variable again.
 */
export async function watchOnce(connection: WatchConnection, hear: Hear): Promise<WatchEnd> {
  const { request } = connection;
  const { pathname, searchParams } = request.url;
  const opened: (() => void)[] = [];
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
    for (const close of opened) close();
  }
}

interface Opening {
  readonly connection: WatchConnection;
  /** What is opened has to be closed by the caller. */
  readonly opened: (() => void)[];
  readonly connected: (isPinged: boolean) => void;
}

type Dispatcher = NonNullable<ReturnType<RequestContext['getDispatcher']>>;

/**
 * The two things that a watch asks a kubeconfig for. The library's own would bring its ways to log in along, 200 KB of code that is not used.
 *
 * The headers of the request go out each value as a line of its own: `fetch` joins the lines of a header, and two groups of an
 * impersonation would be one. They go out once: `fetch` follows redirects, and the host that it is sent to is no API server.
 */
function configFor({ connection, opened, connected }: Opening): KubeConfig {
  const { url, headers } = connection.request;
  const dispatch = (options: WatchGet, handler: Parameters<typeof dispatchWatch>[1]): boolean => {
    if (opened.length > 0) throw new Error('the API server sends a watch somewhere else');
    const get = { ...options, headers: { ...options.headers, 'user-agent': `regsecret/${VERSION}`, ...headers } };
    opened.push(dispatchWatch(get, handler, connection, connected));
    return true;
  };
  const config: Pick<KubeConfig, 'getCurrentCluster' | 'applySecurityAuthentication'> = {
    getCurrentCluster: () => ({ name: NAME, server: url.origin, skipTLSVerify: false }),
    async applySecurityAuthentication(context) {
      // The library's type is the whole class; of it, `fetch` calls this one function.
      context.setDispatcher({ dispatch } as unknown as Dispatcher);
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
  // A watch that was open and breaks is opened again; where that fails, it is said.
  return isOpen ? { why: 'closed' } : { why: 'unreachable', code: `${code ?? 'ECONNRESET'}` };
}
