import { mkdtempSync, rmSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { type ApiClient, createApiClient } from './api-client.ts';
import { createAuthority, issueCertificate, writeCertificate } from './certificate.ts';

/** A client of a server that answers with `respond`. */
async function clientOf(respond: RequestListener): Promise<ApiClient> {
  const folder = mkdtempSync(join(tmpdir(), 'regsecret-api-client-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const authority = createAuthority('test');
  const { certificate, key } = issueCertificate(authority, { commonName: 'server' }, ['127.0.0.1']);
  const server = createServer({ cert: certificate, key }, respond);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  onTestFinished(() => server.closeAllConnections());
  onTestFinished(() => void server.close());
  const { certFile } = writeCertificate(authority, join(folder, 'ca'));
  const { port } = server.address() as AddressInfo;
  const client = createApiClient({ server: `https://127.0.0.1:${port}`, caFile: certFile });
  onTestFinished(() => client.close());
  return client;
}

test('a connection that the server has closed in the meantime is no error', async () => {
  const used = new Set<Socket>();
  const client = await clientOf(({ socket, url }, answer) => {
    // Simulates a client that was busy while the server closed the connection, and notices it only with its next request.
    if (used.has(socket)) return socket.destroy();
    used.add(socket);
    return answer.end(JSON.stringify({ url }));
  });
  for (const path of ['/one', '/two', '/three']) {
    expect(await client.request('DELETE', path)).toEqual({ status: 200, body: { url: path } });
  }
  expect(used.size).toBe(3);
});

test('hundreds of requests at once go over a few connections', async () => {
  const used = new Set<Socket>();
  const client = await clientOf(({ socket, url }, answer) => {
    used.add(socket);
    answer.end(JSON.stringify({ url }));
  });
  const paths = Array.from({ length: 300 }, (_, index) => `/${index}`);
  const answers = await Promise.all(paths.map((path) => client.request('GET', path)));
  expect(answers.map(({ body }) => body.url)).toEqual(paths);
  expect(used.size).toBeLessThanOrEqual(32);
});
