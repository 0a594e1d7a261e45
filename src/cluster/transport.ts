/** An authenticated connection to one API server: every request of every command passes here, with its retries. */
import { proxyFor } from '../domain/proxy.ts';
import { UserError } from '../errors.ts';
import { createHttpClient, type HttpClient, type HttpResponse } from '../http.ts';
import type { Io } from '../io.ts';
import { NetworkError } from '../network-error.ts';
import { VERSION } from '../version.ts';
import { readApiError } from './api-error.ts';
import { type Authenticator, type Credentials, createAuthenticator, pem } from './auth.ts';
import { type Connection, resolveConnection } from './connection.ts';
import type { KubeFlags } from './flags.ts';
import { impersonation } from './impersonation.ts';
import { inCluster } from './in-cluster.ts';
import { loadKubeConfig } from './kube-config.ts';
import type { Cluster } from './kube-file.ts';
import { networkTrouble } from './network-trouble.ts';
import { pause, retryDelay } from './retry.ts';
import { createWarner } from './warning.ts';

export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** From `/api` or `/apis` on, its segments percent-encoded. */
  readonly path: string;
  /** Members that are undefined are left out. */
  readonly query?: Readonly<Record<string, string | undefined>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Of the body; `application/json` when left out. */
  readonly contentType?: string;
  /** Whether a write may be sent twice: a create, or a write with a resourceVersion. A GET always may. */
  readonly guarded?: boolean;
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
  const { server, user, namespace, timeoutMs } = connection;
  const clients = createClients(connection, io);
  const warn = createWarner(io.stderr);

  async function send(request: ApiRequest, credentials: Credentials): Promise<HttpResponse> {
    const { authorization } = credentials;
    const body = request.body === undefined ? undefined : JSON.stringify(request.body);
    const response = await clients.forUser(credentials).send({
      method: request.method,
      url: urlOf(server, request),
      headers: {
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': request.contentType ?? 'application/json' }),
        ...(authorization === undefined ? {} : { authorization }),
        ...impersonation(user),
      },
      body,
      signal: io.signal,
      timeoutMs,
      maxBytes: MAX_BYTES,
    });
    warn(response.headers.warning);
    return response;
  }

  /** With new credentials when the server does not know the old ones. */
  async function authenticated(request: ApiRequest): Promise<HttpResponse> {
    const credentials = await authenticator.current();
    const response = await send(request, credentials);
    if (response.status !== 401 || !(await authenticator.renew(credentials))) return response;
    return send(request, await authenticator.current());
  }

  return {
    namespace,
    server: server.href.replace(/\/$/, ''),
    async request<T>(request: ApiRequest): Promise<T> {
      const repeatable = request.method === 'GET' || request.guarded === true;
      for (let attempt = 1; ; attempt += 1) {
        const answer = await authenticated(request).catch(networkErrorOnly);
        if (!(answer instanceof NetworkError) && answer.status < 400) return readAnswer<T>(answer, server);
        const error = answer instanceof NetworkError ? answer : readApiError(answer.status, answer.body);
        const retryAfter = answer instanceof NetworkError ? undefined : answer.headers['retry-after'];
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

interface Clients {
  readonly proxy: string | undefined;
  /** One client as long as the client certificate stays the same, so that requests share connections. */
  forUser(credentials: Credentials): HttpClient;
  close(): void;
}

function createClients({ server, cluster }: Connection, io: Io): Clients {
  const proxy = cluster.proxyUrl ?? proxyFor(server, io.env);
  const trust = {
    ca: server.protocol === 'https:' ? authorities(cluster) : undefined,
    servername: cluster.tlsServerName,
    rejectUnauthorized: !cluster.insecureSkipTlsVerify,
  };
  const clients: { certificate: string | undefined; client: HttpClient }[] = [];
  return {
    proxy,
    forUser({ certificate, key }) {
      const latest = clients.at(-1);
      if (latest !== undefined && latest.certificate === certificate) return latest.client;
      const tls = { ...trust, cert: certificate, key };
      const client = createHttpClient({ userAgent: `regsecret/${VERSION}`, env: io.env, tls, proxy });
      clients.push({ certificate, client });
      return client;
    },
    close() {
      for (const { client } of clients) client.close();
    },
  };
}

/** client-go transport/transport.go `rootCertPool` */
function authorities(cluster: Cluster): string | undefined {
  const ca = pem(cluster.certificateAuthorityData, cluster.certificateAuthority);
  if (ca === undefined || ca.includes('-----BEGIN CERTIFICATE-----')) return ca;
  const name = cluster.certificateAuthority ?? 'certificate-authority-data';
  throw new UserError(`unable to load root certificates: no certificate in ${name}`, 'kubectl config view --minify');
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

function readAnswer<T>({ status, headers, body }: HttpResponse, server: URL): T {
  if (status >= 300) {
    const { location = '' } = headers;
    const to = URL.canParse(location, server.href) ? new URL(location, server).origin : 'somewhere else';
    throw new UserError(`the server ${server.origin} sends us to ${to}, so it is no API server`, VIEW);
  }
  if (body.length === 0) return undefined as T;
  try {
    return JSON.parse(Buffer.from(body).toString('utf8'));
  } catch {
    throw new UserError(`the server ${server.origin} does not answer in JSON, so it is no API server`, VIEW);
  }
}

const VIEW = 'kubectl config view --minify';
