/**
 * A server in front of the real API server that lets requests through, and breaks those it is told to: whatever can go
 * wrong between a client and a cluster happens here for real, on a real connection.
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
  /** Passes the request on, waits until the API server has done it, and cuts the connection. */
  | 'reset-after'
  /** Cuts the connection in the middle of the answer. */
  | 'truncate'
  /** Never answers; the API server has not seen the request. */
  | 'hang'
  /** Passes the request on, waits until the API server has done it, and never answers. */
  | 'hang-after'
  /** Answers in place of the API server, which has done it all the same with `after`. */
  | {
      readonly status: number;
      readonly headers?: Record<string, string>;
      readonly body?: string;
      readonly after?: true;
    };

export interface SeenRequest {
  /** What stands in front of the path as `/of/WHOM`, where many clients share one proxy; the API server does not see it. */
  readonly of: string | undefined;
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  /** Milliseconds since the proxy was started. */
  readonly at: number;
  /** Which connection it came on, from 1. */
  readonly connection: number;
  /** Until the API server has done it; for ever for one that is not passed on. */
  readonly done: Promise<void>;
}

export interface FaultProxy {
  /** To be used in place of the API server's address; its certificate is issued by the cluster's authority. */
  readonly server: string;
  readonly requests: readonly SeenRequest[];
  /** How many requests the API server has answered. */
  readonly passed: number;
  close(): Promise<void>;
}

/**
 * Starts one. `choose` is asked for every request, with its number from 1. Requests without an Authorization header are
 * passed on as the cluster's administrator, for a client certificate cannot be passed on.
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
    // A client that goes, an API server that hangs up, and the end of the proxy, each while a request is under way.
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
