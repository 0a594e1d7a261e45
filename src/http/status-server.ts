/**
 * A small HTTP server that reports how a process without end is doing. It takes no input and changes nothing. Anyone in the
 * network may connect, so it is made of plain sockets, whose number, time and size it limits alike on Node and Bun: Bun's
 * node:http does not report a connection before its request is complete.
 */
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { UserError } from '../errors.ts';
import { collectGarbage } from '../system/garbage.ts';

export interface StatusPage {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

export interface StatusServer {
  close(): void;
}

/** A new connection takes the place of the oldest, so that a probe is answered however many others are open. */
const MAX_CONNECTIONS = 64;
/** Longer than any exchange. */
const MAX_EXCHANGE_MS = 5000;
const MAX_HEAD_BYTES = 4096;
/** After this many connections, what they have left behind is collected. Probes take half an hour for as many. */
const COLLECTED = 500;

/** Answers GET and HEAD with the result of `page` for a path. Throws UserError when it cannot listen on this address. */
export async function serveStatus(
  { host, port }: { readonly host: string | undefined; readonly port: number },
  page: (path: string) => StatusPage | undefined,
): Promise<StatusServer> {
  const { createServer } = await import('node:net');
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createServer((socket) => {
    sockets.add(socket);
    const [oldest] = sockets;
    if (sockets.size > MAX_CONNECTIONS) oldest?.destroy();
    connections += 1;
    if (connections % COLLECTED === 0) collectGarbage();
    const late = setTimeout(() => socket.destroy(), MAX_EXCHANGE_MS);
    socket.once('close', () => {
      clearTimeout(late);
      sockets.delete(socket);
    });
    answerOnce(socket, page);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', ({ code }: NodeJS.ErrnoException) => {
      reject(new UserError(`cannot listen on ${host ?? ''}:${port}: ${code}`));
    });
    server.listen({ port, ...(host === undefined ? {} : { host }) }, resolve);
  });
  return {
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

/** Reads the head of one request, and answers it. The connection is closed with the answer. */
function answerOnce(socket: Socket, page: (path: string) => StatusPage | undefined): void {
  let head = '';
  let isAnswered = false;
  socket.setEncoding('latin1');
  // Who connects may also leave at any time.
  socket.on('error', () => undefined);
  socket.on('data', (text: string) => {
    if (isAnswered) return;
    head += text;
    const isWhole = head.includes('\r\n\r\n');
    isAnswered = isWhole || head.length > MAX_HEAD_BYTES;
    if (isAnswered) socket.end(isWhole ? answerTo(head, page) : formatAnswer(TOO_LONG));
  });
}

const TOO_LONG: StatusPage = { status: 431, type: 'text/plain', body: 'the request is too long\n' };
const MALFORMED: StatusPage = { status: 400, type: 'text/plain', body: 'not an HTTP request\n' };
const NOT_READ: StatusPage = { status: 405, type: 'text/plain', body: 'only GET\n' };
const NOT_FOUND: StatusPage = { status: 404, type: 'text/plain', body: 'not found\n' };

function answerTo(head: string, page: (path: string) => StatusPage | undefined): string {
  const [, method, path = ''] = /^([A-Z]+) (\/[^ ?]*)\S* HTTP\/1\.[01]\r\n/.exec(head) ?? [];
  if (method === undefined) return formatAnswer(MALFORMED);
  if (method !== 'GET' && method !== 'HEAD') return formatAnswer(NOT_READ);
  return formatAnswer(page(path) ?? NOT_FOUND, method === 'HEAD');
}

function formatAnswer({ status, type, body }: StatusPage, isHead = false): string {
  const lines = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    `content-type: ${type}`,
    `content-length: ${Buffer.byteLength(body)}`,
    'cache-control: no-store',
    'connection: close',
  ];
  return `${lines.join('\r\n')}\r\n\r\n${isHead ? '' : body}`;
}
