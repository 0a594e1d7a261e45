/**
 * An authenticated connection to one API server. Every request of every command passes through it, with its retries, a few at
 * once.
 */
import { UserError } from '../errors.ts';
import type { HttpResponse } from '../http/message.ts';
import { NetworkError } from '../http/network-error.ts';
import { createAuthenticator } from '../kubeconfig/auth.ts';
import { type Connection, resolveConnection } from '../kubeconfig/connection.ts';
import type { ContextFlags } from '../kubeconfig/contexts.ts';
import type { Credentials } from '../kubeconfig/credentials.ts';
import { inCluster } from '../kubeconfig/in-cluster.ts';
import { loadKubeConfig } from '../kubeconfig/kube-config.ts';
import type { KubeFlags } from '../kubeconfig/kube-flags.ts';
import { clusterCommand } from '../line/command.ts';
import type { SelectedNamespace } from '../secret/selected-namespace.ts';
import type { Clock } from '../system/clock.ts';
import type { Io } from '../system/io.ts';
import { printable, printed } from '../text/printable.ts';
import { oddAnswer } from './api-answer.ts';
import { readApiError } from './api-error.ts';
import { type ApiRequest, httpRequest } from './api-request.ts';
import { createClients } from './clients.ts';
import { networkTrouble } from './network-trouble.ts';
import type { AnswerReader } from './page-reader.ts';
import { type AttemptResult, askedDelay, withRetries } from './retry.ts';
import type { WatchEnd, WatchListener, WatchRequest } from './watch-connection.ts';

export interface Transport {
  /** The namespace of `-n`, otherwise of the context, otherwise of the pod, otherwise `default`. */
  readonly namespace: SelectedNamespace;
  /** Without user info. */
  readonly server: string;
  /** The limit of parallel requests. More parallel work would only wait for a slot. */
  readonly concurrency: number;
  /**
   * Returns the parsed JSON answer. Throws ApiError when the API server refuses, UserError when the server cannot be reached or
   * its answer is not usable, and the reason of the signal as soon as the signal is aborted.
   */
  request<T>(request: ApiRequest): Promise<T>;
  /**
   * Tells `hear` of every change until the watch ends, and returns why it ended: every watch ends sooner or later. After a 401,
   * the next watch uses new credentials, if there are any.
   */
  watch(request: WatchRequest, hear: WatchListener, signal: AbortSignal): Promise<WatchEnd>;
  /** Aborted by Ctrl-C. Work on an answer that has already arrived stops as well. */
  readonly signal: AbortSignal;
  readonly clock: Clock;
  close(): void;
}

/** Finds server and user as kubectl does. A credential plugin runs only with the first request. */
export async function connect(flags: KubeFlags, io: Io, pod = inCluster(io.env)): Promise<Transport> {
  return createTransport(await connectionOf(flags, io, pod), flags, io);
}

/** The cluster, user and namespace that `flags` select. Sends no request. Throws UserError. */
export async function connectionOf(flags: KubeFlags, io: Io, pod = inCluster(io.env)): Promise<Connection> {
  return resolveConnection(await loadKubeConfig(flags.kubeconfig, io), flags, pod, io.env);
}

/** A connection, and the name of its context in the kubeconfig; empty for a pod's own account. */
export interface ContextTransport {
  readonly context: string;
  readonly connection: Connection;
  readonly transport: Transport;
}

/**
 * One connection for each context of `--to-context`, and with `wantsSource` one more, `source`, for the cluster that the other
 * flags select. The kubeconfig is read only once, because it may be a pipe. Sends no request. `ioOf` gives each context its own
 * output. Throws UserError.
 */
export async function connectContexts(
  { toContext = [], ...flags }: ContextFlags,
  { wantsSource, io, ioOf }: { readonly wantsSource: boolean; readonly io: Io; ioOf(context: string): Io },
): Promise<{ readonly source: ContextTransport | undefined; readonly contexts: readonly ContextTransport[] }> {
  const { namedContexts } = await import('../kubeconfig/contexts.ts');
  const [config, pod] = [await loadKubeConfig(flags.kubeconfig, io), inCluster(io.env)];
  const named = (context: string, own: KubeFlags) => ({
    context,
    connection: resolveConnection(config, own, pod, io.env),
  });
  const open = async (one: Omit<ContextTransport, 'transport'>, own: Io): Promise<ContextTransport> => {
    return { ...one, transport: await createTransport(one.connection, flags, own) };
  };
  const targets = namedContexts(config, toContext).map((context) => named(context, { ...flags, context }));
  const current = flags.context || config.currentContext || '';
  const source = wantsSource ? await open(named(current, flags), io) : undefined;
  const contexts: ContextTransport[] = [];
  for (const target of targets) contexts.push(await open(target, ioOf(target.context)));
  return { source, contexts };
}

async function createTransport(connection: Connection, flags: KubeFlags, io: Io): Promise<Transport> {
  io.listen();
  const limiter = createRequestLimiter(flags.concurrency ?? DEFAULT_CONCURRENCY, io.clock);
  const authenticator = await createAuthenticator(connection, io);
  const clients = await createClients(connection, io, flags);
  const { server, namespace, contextNamespace } = connection;
  if (io.commands.home !== undefined) Object.assign(io.commands.home, { namespace, contextNamespace });
  const warn = createWarner(io);

  /** Sends `request`, and again with new credentials when the server rejects the current ones. */
  async function send(request: ApiRequest, reader: AnswerReader | undefined): Promise<HttpResponse> {
    const sendAs = (user: Credentials): Promise<HttpResponse> =>
      clients.forUser(user).send(httpRequest(request, connection, user, io.signal, reader));
    const credentials = await authenticator.current();
    const response = await sendAs(credentials);
    if (response.status !== 401 || !(await authenticator.renew(credentials))) return response;
    return sendAs(await authenticator.current());
  }

  async function attempt(request: ApiRequest): Promise<AttemptResult<Answer>> {
    const reader = request.reader?.();
    const response = await send(request, reader);
    const { status, headers, body } = response;
    warn(headers.warning);
    if (status < 400) return { value: { response, reader } };
    const failure = { error: readApiError(status, body), retryAfter: headers['retry-after'] };
    // A request that got 429 keeps its slot until all other slots have been told to wait as well.
    if (status === 429) limiter.hold(askedDelay(failure) ?? 0);
    return failure;
  }

  return {
    namespace,
    server: server.href.replace(/\/$/, ''),
    concurrency: limiter.count,
    async request<T>(request: ApiRequest): Promise<T> {
      const end = await withRetries(request, io, () =>
        limiter.run(() => attempt(request), io.signal).catch(networkErrorOnly),
      );
      if ('value' in end) return readAnswer<T>(end.value, server, request);
      const { error } = end;
      throw error instanceof NetworkError ? networkTrouble(error, connection, clients.proxy) : error;
    },
    async watch(request, hear, signal) {
      const { watchOnce } = await import('./watch-connection.ts');
      const credentials = await authenticator.current();
      const get = httpRequest({ ...request, method: 'GET' }, connection, credentials, signal);
      const end = await watchOnce({ request: get, credentials, ...clients, env: io.env }, hear);
      if (end.why === 'refused' && end.status === 401) await authenticator.renew(credentials);
      // The network path that dropped this connection may have dropped idle ones too. The next request over one would run into
      // its time-out.
      if (end.why === 'silent') clients.closeIdle();
      return end;
    },
    signal: io.signal,
    clock: io.clock,
    close: () => clients.close(),
  };
}

function networkErrorOnly(error: unknown): { readonly error: NetworkError } {
  if (error instanceof NetworkError) return { error };
  throw error;
}

/** A response, and what has read its body, if anything has. */
interface Answer {
  readonly response: HttpResponse;
  readonly reader: AnswerReader | undefined;
}

/** Throws UserError when the response is not a valid answer to `request`. */
function readAnswer<T>({ response, reader }: Answer, server: URL, request: ApiRequest): T {
  const { status, headers, body } = response;
  if (status >= 300) {
    const { location = '' } = headers;
    const to = URL.canParse(location, server.href) ? new URL(location, server).origin : 'somewhere else';
    throw new UserError(`the server ${server.origin} redirects to ${to}, so it is no API server`, VIEW);
  }
  const answer = decode(() => reader?.end() ?? parseJson(body), server, request);
  const odd = oddAnswer(request, answer);
  if (odd === undefined) return answer as T;
  throw new UserError(
    `the server ${server.origin} answers ${request.method} ${request.path} with ${odd}`,
    clusterCommand`kubectl get --raw ${request.path}`,
  );
}

function decode(read: () => unknown, server: URL, { method, path }: ApiRequest): unknown {
  try {
    return read();
  } catch {
    const text = `the server ${server.origin} does not answer ${method} ${path} in JSON, so it is no API server`;
    throw new UserError(text, VIEW);
  }
}

const VIEW = clusterCommand`kubectl config view --minify`;

function parseJson(body: Uint8Array): unknown {
  return body.length === 0 ? undefined : JSON.parse(Buffer.from(body).toString('utf8'));
}

/** Writes each warning once, as kubectl does. */
function createWarner({
  stderr,
  speech: { quiet, warnings },
}: Pick<Io, 'stderr' | 'speech'>): (header: string | readonly string[] | undefined) => void {
  return (header) => {
    for (const [, quoted = ''] of [header ?? []]
      .flat()
      .join(', ')
      .matchAll(/299 \S+ "((?:[^"\\]|\\.)*)"/g)) {
      const text = quoted.replace(/\\(.)/g, '$1').slice(0, 2000);
      if (!quiet && !warnings.has(text)) stderr.write(printed`Warning: ${printable(text)}\n`);
      warnings.add(text);
    }
  };
}

/**
 * The number of parallel requests without `--concurrency`. An API server shares its 600 seats among priority levels. A user who
 * is not an administrator gets `global-default` with 49, shared with all such users, and a service account gets `workload-low`
 * with 245 (apiserver pkg/apis/flowcontrol/bootstrap/default.go, as /metrics shows them). One write may take several seats. So 16
 * leave most of the seats to others. With 200 namespaces, 32 and 64 slots were not measurably faster on two cores.
 */
const DEFAULT_CONCURRENCY = 16;

export interface RequestLimiter {
  readonly count: number;
  /** Calls `send` once a slot is free and no hold is in force. Throws whatever `send` throws, and the signal's reason. */
  run<T>(send: () => Promise<T>, signal: AbortSignal): Promise<T>;
  /** Sends no request for this long from now on. */
  hold(milliseconds: number): void;
}

/** Lets `count` requests run at once. */
export function createRequestLimiter(count: number, clock: Clock): RequestLimiter {
  const waiting: (() => void)[] = [];
  let free = count;
  let opensAt = 0;
  const leave = (): void => {
    const next = waiting.shift();
    if (next === undefined) free += 1;
    else next();
  };
  const enter = async (): Promise<void> => {
    if (free === 0) return new Promise((resolve) => waiting.push(resolve));
    free -= 1;
  };
  return {
    count,
    async run(send, signal) {
      await enter();
      try {
        // While this request waits, another answer may extend the hold.
        for (let rest = opensAt - clock.monotonic(); rest > 0; rest = opensAt - clock.monotonic()) {
          await clock.pause(Math.ceil(rest), signal);
        }
        signal.throwIfAborted();
        return await send();
      } finally {
        leave();
      }
    },
    hold(milliseconds) {
      opensAt = Math.max(opensAt, clock.monotonic() + milliseconds);
    },
  };
}
