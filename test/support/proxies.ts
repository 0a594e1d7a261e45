/**
 * Small real proxies on loopback: HTTP with CONNECT and forwarding, and SOCKS 5. They connect names that end in `.example` to
 * this machine.
 */
import { createServer as createHttpServer, type IncomingMessage, request } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

export interface TestProxy {
  /** The proxy's own address, `127.0.0.1:PORT`. */
  readonly address: string;
  /** The requested targets: `HOST:PORT`, or the whole URL of a forwarded request. */
  readonly targets: readonly string[];
  /** `USER:PASSWORD` of each request, undefined for a request without. */
  readonly logins: readonly (string | undefined)[];
  close(): Promise<void>;
}

/** An HTTP proxy; `refuse` is the status of its answer to CONNECT, `tls` makes it an https proxy. */
export async function startHttpProxy(
  options: { refuse?: number; tls?: { cert: string; key: string } } = {},
): Promise<TestProxy> {
  const targets: string[] = [];
  const logins: (string | undefined)[] = [];
  const note = ({ url = '', headers }: IncomingMessage) => {
    targets.push(url);
    const [, encoded = ''] = headers['proxy-authorization']?.split(' ') ?? [];
    logins.push(encoded === '' ? undefined : Buffer.from(encoded, 'base64').toString());
  };
  const server = options.tls ? createHttpsServer(options.tls) : createHttpServer();
  server.on('request', (incoming, answer) => {
    note(incoming);
    const { 'proxy-authorization': _, ...headers } = incoming.headers;
    const url = new URL(incoming.url ?? '');
    const target = { host: reach(url.hostname), port: url.port, path: url.pathname + url.search };
    const forwarded = request({ ...target, method: incoming.method, headers }, (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(answer);
    });
    forwarded.once('error', () => answer.writeHead(502).end());
    incoming.pipe(forwarded);
  });
  server.on('connect', (incoming: IncomingMessage, socket: Socket) => {
    note(incoming);
    socket.on('error', () => socket.destroy());
    if (options.refuse) {
      socket.end(`HTTP/1.1 ${options.refuse} Refused\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    const { hostname, port } = new URL(`http://${incoming.url}`);
    tunnel(socket, hostname, Number(port), () => socket.write('HTTP/1.1 200 OK\r\n\r\n'));
  });
  return started(server, targets, logins);
}

/** A SOCKS 5 proxy (RFC 1928) that takes any user and password (RFC 1929). */
export async function startSocksProxy(): Promise<TestProxy> {
  const targets: string[] = [];
  const logins: (string | undefined)[] = [];
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    serveSocks(socket, targets, logins).catch(() => socket.destroy());
  });
  return started(server, targets, logins);
}

async function serveSocks(socket: Socket, targets: string[], logins: (string | undefined)[]): Promise<void> {
  const read = reader(socket);
  const [, count = 0] = await read(2);
  const methods = await read(count);
  const login = methods.includes(2);
  socket.write(Buffer.from([5, login ? 2 : 0]));
  if (login) {
    const [, userLength = 0] = await read(2);
    const user = (await read(userLength)).toString();
    const [passwordLength = 0] = await read(1);
    logins.push(`${user}:${await read(passwordLength)}`);
    socket.write(Buffer.from([1, 0]));
  } else logins.push(undefined);
  const [, , , type] = await read(4);
  const [length = 0] = type === 3 ? await read(1) : [type === 1 ? 4 : 16];
  const address = await read(length);
  const host = type === 3 ? address.toString() : [...address].join('.');
  const port = (await read(2)).readUInt16BE();
  targets.push(`${host}:${port}`);
  tunnel(socket, host, port, () => socket.write(Buffer.from([5, 0, 0, 1, 0, 0, 0, 0, 0, 0])));
}

/** Reads exact numbers of bytes off a socket. */
function reader(socket: Socket): (length: number) => Promise<Buffer> {
  return async (length) => {
    for (;;) {
      const bytes: Buffer | null = length === 0 ? Buffer.alloc(0) : socket.read(length);
      if (bytes !== null) return bytes;
      await new Promise((resolve) => socket.once('readable', resolve));
    }
  };
}

function tunnel(socket: Socket, host: string, port: number, opened: () => void): void {
  const target = connect(port, reach(host), () => {
    opened();
    target.pipe(socket);
    socket.pipe(target);
  });
  target.on('error', () => socket.destroy());
  socket.once('close', () => target.destroy());
}

function reach(host: string): string {
  return host.endsWith('.example') ? '127.0.0.1' : host;
}

async function started(
  server: Server,
  targets: readonly string[],
  logins: readonly (string | undefined)[],
): Promise<TestProxy> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    targets,
    logins,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((done) => server.close(done));
    },
  };
}
