/** One watch of the API server, through the client of Kubernetes for JavaScript: loaded by nothing else, for it is large. */
import { KubeConfig, Watch } from '@kubernetes/client-node';
import type { HttpRequest, TlsOptions } from '../../http/message.ts';
import { trustedRoots } from '../../http/trust-store.ts';
import type { Io } from '../../io.ts';
import type { Credentials } from '../auth/credentials.ts';
import type { Hear, WatchEnd } from './watch-end.ts';

export interface WatchConnection {
  readonly request: HttpRequest;
  readonly credentials: Credentials;
  readonly tls: TlsOptions;
  readonly proxy: string | undefined;
  readonly env: Io['env'];
}

const NAME = 'regsecret';

/**
 * Watches until it ends. The library cuts a watch of which nothing is heard for 30 s (`requestTimeoutMs` in its watch.ts). Server,
 * trust, proxy and client certificate are given to it as a kubeconfig of our own, so that no file and no variable is read again.
 */
export async function watchOnce(connection: WatchConnection, hear: Hear): Promise<WatchEnd> {
  const { request } = connection;
  const { pathname, searchParams } = request.url;
  const config = await configFor(connection);
  const opened: Dispatcher[] = [];
  const watch = new Watch(withHeaders(config, request, opened));
  const { promise: ended, resolve: end } = Promise.withResolvers<WatchEnd>();
  let stop: AbortController | undefined;
  const interrupt = (): void => {
    stop?.abort();
    end({ why: 'closed' });
  };
  request.signal.addEventListener('abort', interrupt, { once: true });
  try {
    stop = await watch.watch(pathname, Object.fromEntries(searchParams), hear, (error) => end(endOf(error)));
    if (request.signal.aborted) interrupt();
    return await ended;
  } catch (error) {
    return endOf(error);
  } finally {
    request.signal.removeEventListener('abort', interrupt);
    for (const dispatcher of opened) dispatcher.destroy().catch(() => undefined);
  }
}

async function configFor({ request, credentials, tls, proxy, env }: WatchConnection): Promise<KubeConfig> {
  const { servername, rejectUnauthorized } = tls;
  const secure = request.url.protocol === 'https:';
  const ca = tls.ca ?? (secure && rejectUnauthorized ? [...(await trustedRoots(env))] : undefined);
  const config = new KubeConfig();
  config.addAuthenticator({
    isAuthProvider: () => true,
    async applyAuthentication(_, options) {
      Object.assign(options, { ca, cert: credentials.certificate, key: credentials.key, rejectUnauthorized });
    },
  });
  config.loadFromOptions({
    clusters: [
      {
        name: NAME,
        server: request.url.origin,
        // The library refuses http without it.
        skipTLSVerify: !secure || !rejectUnauthorized,
        ...(servername === undefined ? {} : { tlsServerName: servername }),
        ...(proxy === undefined ? {} : { proxyUrl: proxy }),
      },
    ],
    users: [{ name: NAME }],
    contexts: [{ name: NAME, cluster: NAME, user: NAME }],
    currentContext: NAME,
  });
  return config;
}

interface Dispatcher {
  dispatch(options: { readonly headers: object }, handler: unknown): boolean;
  destroy(): Promise<void>;
}

/**
 * `config` with the headers of `request`, each value as a line of its own: `fetch` joins the lines of a header, and two groups of an
 * impersonation would be one. They go out once: `fetch` follows redirects, and the host that it is sent to is no API server. What is `opened` has
 * to be closed by the caller.
 */
function withHeaders(config: KubeConfig, { headers }: HttpRequest, opened: Dispatcher[]): KubeConfig {
  const apply = config.applySecurityAuthentication.bind(config);
  config.applySecurityAuthentication = async (context) => {
    await apply(context);
    const inner = context.getDispatcher() as unknown as Dispatcher;
    opened.push(inner);
    let isSent = false;
    const dispatch: Dispatcher['dispatch'] = (options, handler) => {
      if (isSent) throw new Error('the API server sends a watch somewhere else');
      isSent = true;
      return inner.dispatch({ ...options, headers: { ...options.headers, ...headers } }, handler);
    };
    context.setDispatcher({ dispatch } as unknown as Parameters<typeof context.setDispatcher>[0]);
  };
  return config;
}

function endOf(error: unknown): WatchEnd {
  if (!(error instanceof Error)) return { why: 'closed' };
  if (error.name === 'TimeoutError') return { why: 'silent' };
  if ('statusCode' in error) return { why: 'refused', status: Number(error.statusCode) };
  const cause = error.cause as { code?: unknown } | undefined;
  return { why: 'unreachable', code: `${cause?.code ?? 'ECONNRESET'}` };
}
