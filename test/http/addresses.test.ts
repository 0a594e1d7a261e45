/** A request with addresses from an earlier look-up does not look up the URL's host name again. Runs on both runtimes. */
import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createAuthority, issueCertificate } from '../environment/certificate.ts';
import type { HttpScript, ScriptRequest } from '../support/http-script.ts';
import { startHttpProxy } from '../support/proxies.ts';
import { runScript, runtimes } from '../support/runtime.ts';

const authority = createAuthority('ours');
const tls = { ca: authority.certificate, rejectUnauthorized: true };
const servers: Server[] = [];
const ports = { http: 0, https: 0 };

beforeAll(async () => {
  const { certificate, key } = issueCertificate(authority, { commonName: 'r' }, ['r.invalid']);
  ports.http = await listen(createHttpServer((incoming, answer) => answer.end(incoming.headers.host)));
  const secure = createHttpsServer({ cert: certificate, key }, (incoming, answer) => answer.end(incoming.headers.host));
  ports.https = await listen(secure);
});

afterAll(async () => {
  for (const server of servers) await new Promise((done) => server.close(done));
});

function listen(server: Server): Promise<number> {
  servers.push(server);
  return new Promise((done) => server.listen(0, '127.0.0.1', () => done((server.address() as AddressInfo).port)));
}

describe.each(runtimes)('%s', (runtime) => {
  const ask = async (request: ScriptRequest, client: HttpScript['client'] = { tls }) => {
    const script: HttpScript = { client, requests: [request, request] };
    return runScript(runtime, 'http-script.ts', script, { NODE_TLS_REJECT_UNAUTHORIZED: '0', NODE_NO_WARNINGS: '1' });
  };
  const addresses = ['127.0.0.1'];

  test('the name is in the request and must be in the certificate', async () => {
    const plain = `r.invalid:${ports.http}`;
    expect(await ask({ url: `http://${plain}/`, addresses })).toMatchObject([{ body: plain }, { body: plain }]);
    const secure = `r.invalid:${ports.https}`;
    expect(await ask({ url: `https://${secure}/`, addresses })).toMatchObject([{ body: secure }, { body: secure }]);
    const other = await ask({ url: `https://other.invalid:${ports.https}/`, addresses });
    expect(other[0]).toMatchObject({ kind: 'tls', code: 'ERR_TLS_CERT_ALTNAME_INVALID', sent: false });
  });

  test('a second address is tried where the first does not answer', async () => {
    const url = `http://r.invalid:${ports.http}/`;
    expect(await ask({ url, addresses: ['127.0.0.99', '127.0.0.1'] })).toMatchObject([
      { status: 200 },
      { status: 200 },
    ]);
  });

  test('a proxy is given the name', async () => {
    const proxy = await startHttpProxy();
    const url = `http://r.example:${ports.http}/`;
    const outcome = await ask({ url, addresses: ['127.0.0.99'] }, { tls, proxy: `http://${proxy.address}` });
    await proxy.close();
    expect(outcome).toMatchObject([{ status: 200 }, { status: 200 }]);
    expect(proxy.targets).toEqual([url, url]);
  });
});
