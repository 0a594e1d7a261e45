/** The server behind `--listen`, and connections that keep it waiting. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { type StatusServer, serveStatus } from '../../src/http/status-server.ts';
import { waitFor } from '../environment/condition.ts';

let server: StatusServer;
let port: number;
beforeAll(async () => {
  const free = createServer().listen(0, '127.0.0.1');
  await once(free, 'listening');
  ({ port } = free.address() as AddressInfo);
  free.close();
  await once(free, 'close');
  server = await serveStatus({ host: '127.0.0.1', port }, (path) =>
    path === '/healthz' ? { status: 200, type: 'text/plain', body: 'föhn\n' } : undefined,
  );
});
afterAll(() => server.close());

async function opened(): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port });
  socket.on('error', () => undefined);
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  return socket;
}

describe('the answer to', () => {
  test.each<[situation: string, request: string, answer: RegExp]>([
    [
      'GET',
      'GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n',
      /^HTTP\/1\.1 200 OK\r\n.*content-length: 6\r\n.*\r\n\r\nföhn\n$/s,
    ],
    ['a query', 'GET /healthz?a=b HTTP/1.0\r\n\r\n', /^HTTP\/1\.1 200 OK\r\n.*\r\n\r\nföhn\n$/s],
    ['HEAD', 'HEAD /healthz HTTP/1.1\r\n\r\n', /^HTTP\/1\.1 200 OK\r\n.*content-length: 6\r\n.*\r\n\r\n$/s],
    ['POST', 'POST /healthz HTTP/1.1\r\ncontent-length: 1\r\n\r\nx', /^HTTP\/1\.1 405 Method Not Allowed\r\n/],
    ['another path', 'GET / HTTP/1.1\r\n\r\n', /^HTTP\/1\.1 404 Not Found\r\n/],
    ['TLS', '\u0016\u0003\u0001 TLS\r\n\r\n', /^HTTP\/1\.1 400 Bad Request\r\n/],
    ['a head without end', `GET /healthz HTTP/1.1\r\nx: ${'x'.repeat(5000)}`, /^HTTP\/1\.1 431 /],
  ])('%s', async (_, request, answer) => {
    const socket = await opened();
    socket.write(request);
    expect(await text(socket)).toMatch(answer);
  });

  test('a request in two parts', async () => {
    const socket = await opened();
    socket.write('GET /heal');
    setImmediate(() => socket.write('thz HTTP/1.1\r\n\r\n'));
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 200 OK/);
  });
});

test('500 half-open requests: most are closed at once, a probe is answered, and in the end all are closed', async () => {
  let open = 0;
  for (let count = 0; count < 500; count += 1) {
    const socket = await opened();
    open += 1;
    socket.once('close', () => {
      open -= 1;
    });
    socket.write('GET /healthz HTTP/1.1\r\nx: ');
    socket.resume();
  }
  await waitFor(() => open <= 64, { what: '64 connections' });
  const response = await fetch(`http://127.0.0.1:${port}/healthz`);
  expect([response.status, await response.text()]).toEqual([200, 'föhn\n']);
  await waitFor(() => open === 0, { what: 'the end of all', deadlineMs: 20_000 });
});
