import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createApiClient } from './api-client.ts';
import { createAuthority, issueCertificate, writeCertificate } from './certificate.ts';

test('a connection that the server has closed in the meantime is no error', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'regsecret-api-client-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const authority = createAuthority('test');
  const { certificate, key } = issueCertificate(authority, { commonName: 'server' }, ['127.0.0.1']);
  const used = new Set<Socket>();
  const server = createServer({ cert: certificate, key }, ({ socket, url }, answer) => {
    // As a client sees it that was busy while the server closed: only with its next request.
    if (used.has(socket)) return socket.destroy();
    used.add(socket);
    return answer.end(JSON.stringify({ url }));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  onTestFinished(() => server.closeAllConnections());
  onTestFinished(() => void server.close());
  const { certFile } = writeCertificate(authority, join(folder, 'ca'));
  const client = createApiClient({
    server: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    caFile: certFile,
  });
  onTestFinished(() => client.close());
  for (const path of ['/one', '/two', '/three']) {
    expect(await client.request('DELETE', path)).toEqual({ status: 200, body: { url: path } });
  }
  expect(used.size).toBe(3);
});
