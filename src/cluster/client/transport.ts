/** An authenticated connection to one API server: every request of every command passes here, with its retries. */
import { pause } from '../../concurrency.ts';
import { printable } from '../../domain/text/printable.ts';
import { UserError } from '../../errors.ts';
import type { HttpRequest, HttpResponse } from '../../http/message.ts';
import { NetworkError } from '../../http/network-error.ts';
import type { Io, Output } from '../../io.ts';
import { type Connection, resolveConnection } from '../config/connection.ts';
import { inCluster } from '../config/in-cluster.ts';
import { loadKubeConfig } from '../config/kube-config.ts';
import type { User } from '../config/kube-file.ts';
import type { KubeFlags } from '../config/kube-flags.ts';
import { readApiError } from './api-error.ts';
import { createAuthenticator } from './auth.ts';
import { createClients } from './clients.ts';
import type { Authenticator, Credentials } from './credentials.ts';
import { networkTrouble } from './network-trouble.ts';
import { retryDelay } from './retry.ts';

export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** From `/api` or `/apis` on, its segments percent-encoded. */
  readonly path: string;
  /** Members that are undefined are left out. */
  readonly query?: Readonly<Record<string, string | undefined>>;
  /** The form of the answer; `application/json` when left out. */
  readonly accept?: string | undefined;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Of the body; `application/json` when left out. */
  readonly contentType?: string;
  /** Whether a write may be sent twice: a create, or a write with a resourceVersion. A GET always may. */
  readonly guarded?: boolean;
  /** Decodes the answer instead of JSON.parse; throws for what is no JSON. */
  readonly read?: (body: Uint8Array) => unknown;
}

export interface Transport {
  /** The namespace of `-n`, else of the context, else of the pod, else `default`. */
  readonly namespace: string;
  /** Without user info. */
  readonly server: string;
  /**
   * The answer's JSON. Throws ApiError when the API server refuses, UserError when it cannot be asked, and the reason of
   * the signal as soon as that is aborted.
   */
  request<T>(request: ApiRequest): Promise<T>;
  close(): void;
}

/** Room for a page of the largest objects. */
const MAX_BYTES = 512 * 1024 * 1024;

/** Finds server and user as kubectl does; asks a credential plugin only with the first request. */
export async function connect(flags: KubeFlags, io: Io, pod = inCluster(io.env)): Promise<Transport> {
  const connection = resolveConnection(await loadKubeConfig(flags.kubeconfig, io.env), flags, pod, io.env);
  return createTransport(connection, await createAuthenticator(connection, io), io);
}

function createTransport(connection: Connection, authenticator: Authenticator, io: Io): Transport {
  const { server, namespace } = connection;
  const clients = createClients(connection, io);
  const warn = createWarner(io.stderr);

  /** With new credentials when the server does not know the old ones. */
  async function send(request: ApiRequest): Promise<HttpResponse> {
    const credentials = await authenticator.current();
    const response = await clients.forUser(credentials).send(httpRequest(request, connection, credentials, io.signal));
    if (response.status !== 401 || !(await authenticator.renew(credentials))) return response;
    const renewed = await authenticator.current();
    return clients.forUser(renewed).send(httpRequest(request, connection, renewed, io.signal));
  }

  return {
    namespace,
    server: server.href.replace(/\/$/, ''),
    async request<T>(request: ApiRequest): Promise<T> {
      const repeatable = request.method === 'GET' || request.guarded === true;
      for (let attempt = 1; ; attempt += 1) {
        const answer = await send(request).catch(networkErrorOnly);
        const response = answer instanceof NetworkError ? undefined : answer;
        warn(response?.headers.warning);
        if (response !== undefined && response.status < 400) return readAnswer<T>(response, server, request.read);
        const error = answer instanceof NetworkError ? answer : readApiError(answer.status, answer.body);
        const retryAfter = response?.headers['retry-after'];
        const delay = retryDelay({ error, attempt, repeatable, retryAfter }, Math.random());
        if (delay === undefined) {
          throw error instanceof NetworkError ? networkTrouble(error, connection, clients.proxy) : error;
        }
        await pause(delay, io.signal);
      }
    },
    close: () => clients.close(),
  };
}

function httpRequest(
  request: ApiRequest,
  { server, user, timeoutMs }: Connection,
  { authorization }: Credentials,
  signal: AbortSignal,
): HttpRequest {
  const body = request.body === undefined ? undefined : JSON.stringify(request.body);
  return {
    method: request.method,
    url: urlOf(server, request),
    headers: {
      accept: request.accept ?? 'application/json',
      ...(body === undefined ? {} : { 'content-type': request.contentType ?? 'application/json' }),
      ...(authorization === undefined ? {} : { authorization }),
      ...impersonation(user),
    },
    body,
    signal,
    timeoutMs,
    maxBytes: MAX_BYTES,
  };
}

function urlOf(server: URL, { path, query = {} }: ApiRequest): URL {
  // WHATWG URLs resolve these, so that the name of an object would choose another object.
  if (/(^|\/)(\.|%2e){1,2}(\/|$)/i.test(path)) throw new UserError('"." and ".." cannot be names of objects');
  const url = new URL(`${server.href.replace(/\/$/, '')}${path}`);
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) url.searchParams.set(name, value);
  }
  return url;
}

function networkErrorOnly(error: unknown): NetworkError {
  if (error instanceof NetworkError) return error;
  throw error;
}

function readAnswer<T>({ status, headers, body }: HttpResponse, server: URL, read = parseJson): T {
  if (status >= 300) {
    const { location = '' } = headers;
    const to = URL.canParse(location, server.href) ? new URL(location, server).origin : 'somewhere else';
    throw new UserError(`the server ${server.origin} sends us to ${to}, so it is no API server`, VIEW);
  }
  if (body.length === 0) return undefined as T;
  try {
    return read(body) as T;
  } catch {
    throw new UserError(`the server ${server.origin} does not answer in JSON, so it is no API server`, VIEW);
  }
}

const VIEW = 'kubectl config view --minify';

function parseJson(body: Uint8Array): unknown {
  return JSON.parse(Buffer.from(body).toString('utf8'));
}

/** The headers for `as`, `as-uid`, `as-groups` and `as-user-extra`; none without `as`. */
export function impersonation(user: User): Record<string, string | readonly string[]> {
  if (user.as === undefined) return {};
  const extra = Object.entries(user.asUserExtra ?? {}).filter(([, values]) => values.length > 0);
  return {
    'Impersonate-User': user.as,
    ...(user.asUid === undefined ? {} : { 'Impersonate-Uid': user.asUid }),
    ...(user.asGroups?.length ? { 'Impersonate-Group': user.asGroups } : {}),
    ...Object.fromEntries(extra.map(([key, values]) => [`Impersonate-Extra-${escapeKey(key)}`, values])),
  };
}

/** `headerKeyEscape` */
function escapeKey(key: string): string {
  return [...Buffer.from(key, 'utf8')]
    .map((byte) => {
      const character = String.fromCharCode(byte);
      return /[!#$&'*+\-.^_`|~0-9A-Za-z]/.test(character)
        ? character
        : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
    })
    .join('');
}

/** Writes each text once, as kubectl does. */
export function createWarner(stderr: Output): (header: string | readonly string[] | undefined) => void {
  const seen = new Set<string>();
  return (header) => {
    for (const [, quoted = ''] of [header ?? []]
      .flat()
      .join(', ')
      .matchAll(/299 \S+ "((?:[^"\\]|\\.)*)"/g)) {
      const text = printable(quoted.replace(/\\(.)/g, '$1').slice(0, 2000));
      if (!seen.has(text)) stderr.write(`Warning: ${text}\n`);
      seen.add(text);
    }
  };
}
