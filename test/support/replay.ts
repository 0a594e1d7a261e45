/**
 * A server that hands on what a real one answered to the same request before, so that thousands of runs need no cluster; what
 * was never asked is asked of the real one.
 */
import {
  Agent,
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
  request as send,
} from 'node:http';
import { request as sendTls, Agent as TlsAgent } from 'node:https';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

export interface Recorded {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface Replay {
  /** `127.0.0.1:PORT` */
  readonly host: string;
  /** What comes in place of an answer; undefined cuts the connection. */
  change: (answer: Recorded) => Recorded | undefined;
  close(): void;
}

/** `url` is the real server; `tls` is what it takes. */
export async function startReplay(url: string, tls: ConstructorParameters<typeof TlsAgent>[0] = {}): Promise<Replay> {
  const agent = url.startsWith('https:') ? new TlsAgent({ keepAlive: true, ...tls }) : new Agent({ keepAlive: true });
  const known = new Map<string, Recorded>();
  const serve = async (incoming: IncomingMessage, answer: ServerResponse): Promise<void> => {
    const body = await buffer(incoming);
    const login = incoming.headers.authorization === undefined ? 'without' : 'with';
    const key = `${incoming.method} ${incoming.url} ${login} a login`;
    const recorded = known.get(key) ?? (await forward(url, agent, incoming, body));
    known.set(key, recorded);
    const changed = replay.change(recorded);
    if (changed === undefined) return void incoming.socket.destroy();
    answer.writeHead(changed.status, passedOn(changed.headers));
    answer.end(incoming.method === 'HEAD' ? undefined : changed.body);
  };
  const server = createServer((incoming, answer) => {
    // The real server may hang up, or the client.
    serve(incoming, answer).catch(() => incoming.socket.destroy());
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const replay: Replay = {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    change: (answer) => answer,
    close() {
      agent.destroy();
      server.closeAllConnections();
      server.close();
    },
  };
  return replay;
}

function passedOn(headers: IncomingHttpHeaders): Record<string, string | string[]> {
  const own = ['transfer-encoding', 'content-length', 'connection'];
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined || own.includes(name) ? [] : [[name, value]],
    ),
  );
}

function forward(url: string, agent: Agent, incoming: IncomingMessage, body: Buffer): Promise<Recorded> {
  const { method, headers } = incoming;
  const { host } = new URL(url);
  const start = url.startsWith('https:') ? sendTls : send;
  return new Promise((resolve, reject) => {
    const options = { method, headers: { ...headers, host, 'accept-encoding': 'identity' }, agent };
    const request = start(`${url}${incoming.url}`, options, async (answer) => {
      resolve({ status: answer.statusCode ?? 500, headers: answer.headers, body: await buffer(answer) });
    });
    request.once('error', reject).end(body);
  });
}
