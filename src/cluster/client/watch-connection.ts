/** One watch of the API server, through the client of Kubernetes for JavaScript: loaded by nothing else, for it is large. */
import { type KubeConfig, type RequestContext, Watch } from '@kubernetes/client-node';
import type { HttpRequest } from '../../http/message.ts';
import { VERSION } from '../../version.ts';
import type { Hear, WatchEnd } from './watch-end.ts';
import { DEAD_AFTER_S, openWatch, UNANSWERED, type WatchAnswer, type WatchRoute } from './watch-exchange.ts';

export interface WatchConnection extends WatchRoute {
  readonly request: HttpRequest;
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
  const { url, signal } = connection.request;
  const state = { isPinged: false, isOpen: false, isOver: false };
  const { promise: ended, resolve } = Promise.withResolvers<WatchEnd>();
  const end = (error: unknown): void => {
    state.isOver = true;
    resolve({ ...(signal.aborted ? { why: 'closed' } : endOf(error, state)), isPinged: state.isPinged });
  };
  const connected = (isPinged: boolean): void => {
    state.isPinged = isPinged;
    Object.assign(watch, { requestTimeoutMs: (isPinged ? PINGED_SILENCE_S : SILENCE_S) * 1000 });
  };
  const watch = new Watch(configFor(connection, connected));
  try {
    await watch.watch(url.pathname, Object.fromEntries(url.searchParams), hear, end);
    if (!state.isOver) hear('OPENED', undefined);
    state.isOpen = true;
  } catch (error) {
    end(error);
  }
  return ended;
}

/** Takes the place of undici's `fetch` in the library (build/shims.ts), as its dispatcher. */
type WatchFetch = (url: URL, signal: AbortSignal) => Promise<WatchAnswer>;

type Dispatcher = NonNullable<ReturnType<RequestContext['getDispatcher']>>;

/**
 * The two things that a watch asks a kubeconfig for. The library's own would bring its ways to log in along, 200 KB of code that is not used.
 *
 * The headers of the request go out each value as a line of its own: `fetch` joins the lines of a header, and two groups of an
 * impersonation would be one.
 */
function configFor(connection: WatchConnection, connected: (isPinged: boolean) => void): KubeConfig {
  const { url, headers, signal: stopped } = connection.request;
  const ours = { 'user-agent': `regsecret/${VERSION}`, ...headers };
  const fetch: WatchFetch = (at, signal) =>
    openWatch({ url: at, headers: ours }, connection, connected, [signal, stopped]);
  const config: Pick<KubeConfig, 'getCurrentCluster' | 'applySecurityAuthentication'> = {
    getCurrentCluster: () => ({ name: NAME, server: url.origin, skipTLSVerify: false }),
    async applySecurityAuthentication(context) {
      context.setDispatcher(fetch as unknown as Dispatcher);
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
