/**
 * A server that repeats the real server's recorded answer to the same request, so that thousands of runs need no cluster. New
 * requests are forwarded to the real server.
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
  /** The address of this server, `127.0.0.1:PORT`. */
  readonly host: string;
  /** Returns the answer to send instead; undefined cuts the connection. */
  change: (answer: Recorded) => Recorded | undefined;
  close(): void;
}

/** Starts a replay of the server at `url`. `tls` are the options for connecting to it. */
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
    // The real server or the client may hang up.
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
