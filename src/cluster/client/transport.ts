/** An authenticated connection to one API server: every request of every command passes here, with its retries. */
import { pause } from '../../concurrency.ts';
import { clusterCommand } from '../../domain/text/command.ts';
import { printable, printed } from '../../domain/text/printable.ts';
import { UserError } from '../../errors.ts';
import type { HttpResponse } from '../../http/message.ts';
import { NetworkError } from '../../http/network-error.ts';
import type { Io, Output } from '../../io.ts';
import { createAuthenticator } from '../auth/auth.ts';
import type { Authenticator } from '../auth/credentials.ts';
import { type Connection, resolveConnection } from '../config/connection.ts';
import { inCluster } from '../config/in-cluster.ts';
import { loadKubeConfig } from '../config/kube-config.ts';
import type { KubeFlags } from '../config/kube-flags.ts';
import { oddAnswer } from './api-answer.ts';
import { readApiError } from './api-error.ts';
import { type ApiRequest, httpRequest } from './api-request.ts';
import { createClients } from './clients.ts';
import { networkTrouble } from './network-trouble.ts';
import { retryDelay } from './retry.ts';

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
  /** Aborted by Ctrl-C: also what is done with an answer ends then. */
  readonly signal: AbortSignal;
  close(): void;
}

/** Finds server and user as kubectl does; asks a credential plugin only with the first request. */
export async function connect(flags: KubeFlags, io: Io, pod = inCluster(io.env)): Promise<Transport> {
  const connection = resolveConnection(await loadKubeConfig(flags.kubeconfig, io), flags, pod, io.env);
  return createTransport(connection, await createAuthenticator(connection, io), io);
}

async function createTransport(connection: Connection, authenticator: Authenticator, io: Io): Promise<Transport> {
  const { server, namespace } = connection;
  const clients = await createClients(connection, io);
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
        if (response !== undefined && response.status < 400) return readAnswer<T>(response, server, request);
        const error = answer instanceof NetworkError ? answer : readApiError(answer.status, answer.body);
        const retryAfter = response?.headers['retry-after'];
        const delay = retryDelay({ error, attempt, repeatable, retryAfter }, Math.random());
        if (delay === undefined) {
          throw error instanceof NetworkError ? networkTrouble(error, connection, clients.proxy) : error;
        }
        await pause(delay, io.signal);
      }
    },
    get signal() {
      return io.signal;
    },
    close: () => clients.close(),
  };
}

function networkErrorOnly(error: unknown): NetworkError {
  if (error instanceof NetworkError) return error;
  throw error;
}

/** Throws UserError for what is no answer to `request`. */
function readAnswer<T>({ status, headers, body }: HttpResponse, server: URL, request: ApiRequest): T {
  if (status >= 300) {
    const { location = '' } = headers;
    const to = URL.canParse(location, server.href) ? new URL(location, server).origin : 'somewhere else';
    throw new UserError(`the server ${server.origin} sends us to ${to}, so it is no API server`, VIEW);
  }
  const answer = body.length === 0 ? undefined : decode(body, server, request);
  const odd = oddAnswer(request, answer);
  if (odd === undefined) return answer as T;
  throw new UserError(
    `the server ${server.origin} answers ${request.method} ${request.path} with ${odd}`,
    clusterCommand`kubectl get --raw ${request.path}`,
  );
}

function decode(body: Uint8Array, server: URL, { method, path, read = parseJson }: ApiRequest): unknown {
  try {
    return read(body);
  } catch {
    const text = `the server ${server.origin} does not answer ${method} ${path} in JSON, so it is no API server`;
    throw new UserError(text, VIEW);
  }
}

const VIEW = clusterCommand`kubectl config view --minify`;

function parseJson(body: Uint8Array): unknown {
  return JSON.parse(Buffer.from(body).toString('utf8'));
}

/** Writes each text once, as kubectl does. */
export function createWarner(stderr: Output): (header: string | readonly string[] | undefined) => void {
  const seen = new Set<string>();
  return (header) => {
    for (const [, quoted = ''] of [header ?? []]
      .flat()
      .join(', ')
      .matchAll(/299 \S+ "((?:[^"\\]|\\.)*)"/g)) {
      const text = quoted.replace(/\\(.)/g, '$1').slice(0, 2000);
      if (!seen.has(text)) stderr.write(printed`Warning: ${printable(text)}\n`);
      seen.add(text);
    }
  };
}
