/**
 * One watch of the API server, through the Kubernetes client for JavaScript. No other file loads that library, because it is
 * large.
 */
import { type KubeConfig, type RequestContext, Watch } from '@kubernetes/client-node';
import type { HttpRequest } from '../../http/message.ts';
import { VERSION } from '../../version.ts';
import type { Hear, WatchEnd } from './watch-end.ts';
import { DEAD_AFTER_S, openWatch, UNANSWERED, type WatchAnswer, type WatchRoute } from './watch-exchange.ts';

export interface WatchConnection extends WatchRoute {
  readonly request: HttpRequest;
}

const NAME = 'regsecret';
/** Over HTTP/1.1, only events show that the server is alive. The API server ends such a watch after 25 s (cluster/changes.ts). */
const SILENCE_S = 28;
/**
 * With PINGs, the connection itself shows that it is alive. A bookmark every minute shows that the watch is alive (apiserver
 * cacher `defaultBookmarkFrequency`).
 */
const PINGED_SILENCE_S = 90;

/**
 * Watches until the watch ends. The library aborts a watch that is silent for too long (`requestTimeoutMs` in its watch.ts). The
 * library is given the server and the connection, so that it does not read the kubeconfig or the environment again.
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

/** Replaces undici's `fetch` in the library (build/shims.ts). It is passed as the library's dispatcher. */
type WatchFetch = (url: URL, signal: AbortSignal) => Promise<WatchAnswer>;

type Dispatcher = NonNullable<ReturnType<RequestContext['getDispatcher']>>;

/**
 * The two methods that a watch calls on a kubeconfig. The library's own class would bring along its authentication code, 200 KB
 * that is not used.
 *
 * Each value of a request header is sent as a header line of its own. `fetch` would join the values of one header, which would
 * merge two groups of an impersonation into one.
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
  // A watch that breaks after it was open is reopened. Only a failure to reopen it is reported.
  return isOpen ? { why: 'closed' } : { why: 'unreachable', code: `${code ?? 'ECONNRESET'}` };
}
