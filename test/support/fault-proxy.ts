/**
 * A server in front of the real API server that forwards requests and breaks chosen ones, so that network failures between a
 * client and a cluster happen on a real connection.
 */
import { readFileSync } from 'node:fs';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { Agent, createServer, request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { issueCertificate, readAuthority } from '../environment/certificate.ts';
import type { ClusterInfo } from '../environment/control-plane.ts';

/** What to do with a request instead of passing it on; `undefined` passes it on. */
export type Fault =
  /** Cuts the connection; the API server has not seen the request. */
  | 'reset'
  /** Forwards the request, waits until the API server has executed it, and cuts the connection. */
  | 'reset-after'
  /** Cuts the connection in the middle of the answer. */
  | 'truncate'
  /** Never answers; the API server has not seen the request. */
  | 'hang'
  /** Forwards the request, waits until the API server has executed it, and never answers. */
  | 'hang-after'
  /** Answers in place of the API server. With `after` the API server executes the request first. */
  | {
      readonly status: number;
      readonly headers?: Record<string, string>;
      readonly body?: string;
      readonly after?: true;
    };

export interface SeenRequest {
  /** WHOM in a path that begins with `/of/WHOM`, for many clients that share one proxy. The prefix is not forwarded. */
  readonly of: string | undefined;
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  /** Milliseconds since the proxy was started. */
  readonly at: number;
  /** The number of its connection, from 1. */
  readonly connection: number;
  /** Resolves once the API server has answered; never for a request that is not forwarded. */
  readonly done: Promise<void>;
}

export interface FaultProxy {
  /** Replaces the API server's address; its certificate is issued by the cluster's authority. */
  readonly server: string;
  readonly requests: readonly SeenRequest[];
  /** How many requests the API server has answered. */
  readonly passed: number;
  close(): Promise<void>;
}

/**
 * Starts a fault proxy. `choose` is called for every request, with its number from 1. Requests without an Authorization header
 * are forwarded as the cluster's administrator, because a client certificate cannot be forwarded.
 */
export async function startFaultProxy(
  cluster: ClusterInfo,
  choose: (request: SeenRequest, number: number) => Promise<Fault | undefined> | Fault | undefined = () => undefined,
): Promise<FaultProxy> {
  const authority = readAuthority({ certFile: cluster.caFile, keyFile: cluster.caKeyFile });
  const files = issueCertificate(authority, { commonName: 'fault-proxy' }, ['127.0.0.1', 'localhost', 'fault.example']);
  const ca = readFileSync(cluster.caFile);
  const agents = {
    admin: new Agent({
      keepAlive: true,
      ca,
      cert: readFileSync(cluster.admin.certFile),
      key: readFileSync(cluster.admin.keyFile),
    }),
    user: new Agent({ keepAlive: true, ca }),
  };
  const requests: SeenRequest[] = [];
  const connections = new Map<unknown, number>();
  let passed = 0;
  const started = performance.now();
  const server = createServer({ cert: files.certificate, key: files.key }, (incoming, answer) => {
    const { method = '', headers, socket } = incoming;
    const [, of, url = incoming.url ?? ''] = /^\/of\/([^/]+)(\/.*)$/.exec(incoming.url ?? '') ?? [];
    if (!connections.has(socket)) connections.set(socket, connections.size + 1);
    const done = Promise.withResolvers<void>();
    const seen = {
      of,
      done: done.promise,
      method,
      path: url,
      headers,
      at: performance.now() - started,
      connection: connections.get(socket) ?? 0,
    };
    requests.push(seen);
    const agent = headers.authorization === undefined ? agents.admin : agents.user;
    const pass = async (): Promise<Answer> => {
      const answered = await forward(new URL(url, cluster.server), agent, incoming);
      passed += 1;
      done.resolve();
      return answered;
    };
    // The client, the API server or the proxy may close its connection while a request is in progress.
    Promise.resolve(choose(seen, requests.length))
      .then((fault) => handle(fault, incoming, answer, pass))
      .catch(() => socket.destroy());
  });
  await listen(server);
  return {
    server: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    get passed() {
      return passed;
    },
    async close() {
      agents.admin.destroy();
      agents.user.destroy();
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

async function handle(
  fault: Fault | undefined,
  incoming: IncomingMessage,
  answer: ServerResponse,
  pass: () => Promise<Answer>,
): Promise<void> {
  if (fault === 'reset') return void incoming.socket.destroy();
  if (fault === 'hang') return;
  if (typeof fault === 'object') {
    await (fault.after ? pass() : buffer(incoming));
    return void answer.writeHead(fault.status, fault.headers).end(fault.body ?? '');
  }
  const passed = await pass();
  if (fault === 'reset-after') return void incoming.socket.destroy();
  if (fault === 'hang-after') return;
  answer.writeHead(passed.status, passed.headers);
  if (fault === undefined) return void answer.end(passed.body);
  answer.write(passed.body.subarray(0, passed.body.length / 2), () => incoming.socket.destroy());
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

async function forward(url: URL, agent: Agent, incoming: IncomingMessage): Promise<Answer> {
  const { method, headers } = incoming;
  const body = await buffer(incoming);
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const { host: _, ...rest } = headers;
  request(url, { method, headers: rest, agent }, resolve).on('error', reject).end(body);
  const response = await promise;
  return { status: response.statusCode ?? 0, headers: response.headers, body: await buffer(response) };
}

function listen(server: Server): Promise<void> {
  return new Promise((done) => server.listen(0, '127.0.0.1', done));
}
