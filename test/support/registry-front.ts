/**
 * A server in front of a real registry or token server that forwards requests and breaks chosen ones. It has its own name and
 * port, and TLS if wanted, and records all requests.
 */
import { createServer as createHttpServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** What to do with a request instead of forwarding it; `undefined` forwards it. */
export type FrontFault =
  /** Cuts the connection. */
  | 'reset'
  /** Never answers. */
  | 'hang'
  /** Answers with 100 MB. */
  | 'huge'
  | { readonly status: number; readonly headers?: Record<string, string>; readonly body?: string }
  /** Forwards the request once this has resolved. */
  | { readonly after: Promise<void> }
  /** Forwards the request and changes the headers of the answer. */
  | { readonly rewrite: (headers: IncomingMessage['headers']) => IncomingMessage['headers'] };

export interface FrontRequest {
  readonly method: string;
  /** The Host header: name and port. */
  readonly host: string;
  readonly path: string;
  readonly authorization: string | undefined;
  readonly accept: string | undefined;
  readonly userAgent: string | undefined;
  readonly body: string;
}

export interface Front {
  /** As images name it, `127.0.0.1:PORT`. */
  readonly host: string;
  readonly requests: readonly FrontRequest[];
  /** Presents another certificate from now on. */
  renew(tls: NonNullable<FrontOptions['tls']>): void;
  close(): Promise<void>;
}

export interface FrontOptions {
  /** The target of forwarded requests, `HOST:PORT`. Left out when none is forwarded. */
  readonly behind?: string;
  readonly choose?: (request: FrontRequest) => FrontFault | undefined;
  /** Forwards requests without their Authorization header. */
  readonly dropAuthorization?: boolean;
  readonly tls?: { readonly certificate: string; readonly key: string };
}

export async function startFront({ behind = '', choose, tls, dropAuthorization }: FrontOptions): Promise<Front> {
  const requests: FrontRequest[] = [];
  const listener = (incoming: IncomingMessage, answer: ServerResponse) => {
    serve(incoming, answer).catch(() => incoming.socket.destroy());
  };
  const server =
    tls === undefined
      ? createHttpServer(listener)
      : createHttpsServer({ cert: tls.certificate, key: tls.key }, listener);

  async function serve(incoming: IncomingMessage, answer: ServerResponse): Promise<void> {
    const { method = '', url = '', headers } = incoming;
    const body = await buffer(incoming);
    const seen = {
      method,
      host: headers.host ?? '',
      path: url,
      authorization: headers.authorization,
      accept: headers.accept,
      userAgent: headers['user-agent'],
      body: body.toString(),
    };
    requests.push(seen);
    const fault = choose?.(seen);
    if (fault === 'reset') return void incoming.socket.destroy();
    if (fault === 'hang') return;
    if (fault === 'huge') return sendHuge(answer);
    if (typeof fault === 'object' && 'status' in fault) {
      return void answer.writeHead(fault.status, fault.headers).end(method === 'HEAD' ? '' : (fault.body ?? ''));
    }
    if (typeof fault === 'object' && 'after' in fault) await fault.after;
    if (dropAuthorization) delete headers.authorization;
    const passed = await forward(behind, incoming, body);
    const shown = fault !== undefined && 'rewrite' in fault ? fault.rewrite(passed.headers) : passed.headers;
    answer.writeHead(passed.statusCode ?? 502, shown).end(await buffer(passed));
  }

  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    renew({ certificate, key }) {
      if ('setSecureContext' in server) server.setSecureContext({ cert: certificate, key });
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((done) => server.close(done));
    },
  };
}

function forward(behind: string, incoming: IncomingMessage, body: Buffer): Promise<IncomingMessage> {
  const { method, headers, url = '' } = incoming;
  return new Promise((resolve, reject) => {
    request(`http://${behind}${url}`, { method, headers: { ...headers, host: behind } }, resolve)
      .once('error', reject)
      .end(body);
  });
}

function sendHuge(answer: ServerResponse): void {
  const chunk = Buffer.alloc(1024 * 1024, 0x20);
  answer.writeHead(200, { 'content-length': chunk.length * 100 });
  let left = 100;
  const more = (): void => {
    while (left > 0 && !answer.destroyed) {
      left -= 1;
      if (!answer.write(chunk)) return void answer.once('drain', more);
    }
    answer.end();
  };
  more();
}
