/** The HTTP transport with real servers and proxies on loopback, on both runtimes. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { platform, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createAuthority, issueCertificate } from '../environment/certificate.ts';
import { whole } from '../support/cases.ts';
import type { HttpScript, Outcome } from '../support/http-script.ts';
import { startHttpProxy, startSocksProxy } from '../support/proxies.ts';
import { type Runtime, runScript, runtimes } from '../support/runtime.ts';

const ours = createAuthority('ours');
const theirs = createAuthority('theirs');
const serverPair = issueCertificate(ours, { commonName: 'server' }, ['api.example', '127.0.0.1']);
const client = issueCertificate(ours, { commonName: 'jane', organizations: ['team-a'] });
const other = issueCertificate(ours, { commonName: 'other' });
const ca = ours.certificate;
const trusting = { ca, rejectUnauthorized: true };

const servers: Server[] = [];
const urls = { https: '', nameless: '', http: '', tcp: '' };
/** How often each path was requested. */
const asked = new Map<string, number>();

beforeAll(async () => {
  const tls = { cert: serverPair.certificate, key: serverPair.key, ca, requestCert: true, rejectUnauthorized: false };
  urls.https = `https://127.0.0.1:${await listen(createHttpsServer(tls, answer))}`;
  const nameless = issueCertificate(ours, { commonName: '127.0.0.1' }, ['api.example']);
  urls.nameless = `https://127.0.0.1:${await listen(createHttpsServer({ cert: nameless.certificate, key: nameless.key }, answer))}`;
  urls.http = `http://127.0.0.1:${await listen(createHttpServer(answer))}`;
  urls.tcp = `http://127.0.0.1:${await listen(createTcpServer(speakNoHttp))}`;
});

afterAll(async () => {
  for (const server of servers) {
    if ('closeAllConnections' in server) (server as ReturnType<typeof createHttpServer>).closeAllConnections();
    await new Promise((done) => server.close(done));
  }
});

function listen(server: Server): Promise<number> {
  servers.push(server);
  return new Promise((done) => server.listen(0, '127.0.0.1', () => done((server.address() as AddressInfo).port)));
}

function speakNoHttp(socket: Socket): void {
  // The client may close the connection before it gets the answer.
  socket.on('error', () => undefined);
  socket.resume().end('no HTTP at all\r\n\r\n');
}

/** Starts a server whose queue is full, so that further connections stay unanswered. */
async function startDeaf(): Promise<{ port: number; close(): void }> {
  const script = `
    const server = require('node:net').createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
      const { port } = server.address();
      for (let count = 0; count < 4; count += 1) require('node:net').connect(port, '127.0.0.1');
      // After those connections, which wait for the next tick as well, and before the loop could accept one of them.
      process.nextTick(() => {
        require('node:fs').writeSync(1, String(port));
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
      });
    });`;
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [port] = await once(child.stdout, 'data');
  return { port: Number(port), close: () => child.kill('SIGKILL') };
}

/** Sends back the client's request, or misbehaves as the path says. */
function answer(incoming: IncomingMessage, response: ServerResponse): void {
  const { url = '', method, rawHeaders, socket } = incoming;
  asked.set(url, (asked.get(url) ?? 0) + 1);
  if (url === '/never') return;
  if (url.startsWith('/cut')) return void socket.destroy();
  if (url === '/half') {
    response.writeHead(200, { 'content-length': 100 });
    response.write('half', () => socket.destroy());
    return;
  }
  if (url === '/moved') return void response.writeHead(302, { location: '/' }).end();
  if (url === '/large') return void response.end('x'.repeat(100_000));
  if (url === '/last') response.setHeader('connection', 'close');
  const body: Buffer[] = [];
  incoming.on('data', (chunk) => body.push(chunk));
  incoming.once('end', () => {
    const peer = (socket as TLSSocket).getPeerCertificate?.()?.subject;
    response.setHeader('x-connection', `${socket.remotePort}`);
    const text = Buffer.concat(body).toString();
    response.end(
      JSON.stringify({ method, url, rawHeaders, body: text, user: peer?.CN, name: (socket as TLSSocket).servername }),
    );
  });
}

/** The request as the server saw it. */
function seen(outcome: Outcome | undefined) {
  if (outcome === undefined || !('body' in outcome)) throw new Error(`no answer but ${JSON.stringify(outcome)}`);
  return { ...JSON.parse(outcome.body), status: outcome.status, connection: outcome.headers['x-connection'] };
}

/** With a proxy in the environment regsecret does not use Bun's `fetch`, but node:https. */
const ways: readonly { runtime: Runtime; around: string; given?: Record<string, string> }[] = [
  ...runtimes.map((runtime) => ({ runtime, around: 'nothing' })),
  { runtime: 'bun', around: 'a proxy that is not to be used', given: { HTTPS_PROXY: 'http://127.0.0.1:1' } },
  // The same as the one before, once it is known that there is a proxy.
  ...(whole
    ? [{ runtime: 'bun' as const, around: 'a proxy that Go does not know', given: { ALL_PROXY: 'http://127.0.0.1:1' } }]
    : []),
];

describe.each(ways)('under $runtime, with $around in the environment', ({ runtime, given }) => {
  const play = (script: HttpScript, env: Record<string, string> = {}): Promise<Outcome[]> =>
    runScript(runtime, 'http-script.ts', script, {
      // Disables verification wherever the code leaves it to the runtime.
      NODE_TLS_REJECT_UNAUTHORIZED: '0',
      NODE_NO_WARNINGS: '1',
      ...given,
      ...env,
    });
  const one = async (tls: HttpScript['client']['tls'], url: string, more = {}): Promise<Outcome | undefined> =>
    (await play({ client: { tls }, requests: [{ url, ...more }] }))[0];

  test('consecutive requests share a connection and show the client certificate', async () => {
    const tls = { ...trusting, cert: client.certificate, key: client.key };
    const outcomes = await play({ client: { tls }, requests: [{ url: `${urls.https}/a?b=c` }, { url: urls.https }] });
    const [first, second] = outcomes.map(seen);
    expect(first).toMatchObject({ status: 200, method: 'GET', url: '/a?b=c', user: 'jane' });
    expect(second.connection).toBe(first.connection);
  });

  test('a list is sent as one header line each, and a body with its length', async () => {
    const request = { method: 'POST', headers: { 'Impersonate-Group': ['a, b', 'c'] }, body: 'grüße' };
    const { rawHeaders, body } = seen(await one(trusting, urls.https, request));
    const values = rawHeaders.filter((_: string, index: number) => rawHeaders[index - 1] === 'Impersonate-Group');
    expect(values).toEqual(['a, b', 'c']);
    expect(body).toBe('grüße');
    expect(rawHeaders.map((text: string) => text.toLowerCase())).toEqual(
      expect.arrayContaining(['content-length', '7', 'test/1']),
    );
  });

  test.each([
    { title: 'its name in tls-server-name', tls: { ...trusting, servername: 'api.example' }, name: 'api.example' },
    { title: 'its address in tls-server-name', tls: { ...trusting, servername: '127.0.0.1' }, host: 'localhost' },
    { title: 'any certificate, when told not to check', tls: { rejectUnauthorized: false } },
  ])('a server is accepted with $title', async ({ tls, name, host = '127.0.0.1' }) => {
    const outcome = seen(await one(tls, urls.https.replace('127.0.0.1', host)));
    expect(outcome.status).toBe(200);
    if (name !== undefined) expect(outcome.name).toBe(name);
  });

  test.each([
    {
      title: 'another authority',
      tls: { ca: theirs.certificate, rejectUnauthorized: true },
      code: /SELF_SIGNED|UNABLE_TO/,
    },
    { title: 'the authorities of the machine', tls: { rejectUnauthorized: true }, code: /SELF_SIGNED|UNABLE_TO/ },
    { title: 'another name', tls: { ...trusting, servername: 'other.example' }, code: /ALTNAME_INVALID/ },
    { title: 'another address', tls: { ...trusting, servername: '127.0.0.9' }, code: /ALTNAME_INVALID/ },
    { title: 'another host', tls: trusting, host: 'localhost', code: /ALTNAME_INVALID/ },
    {
      title: 'a key that is not of the certificate',
      tls: { ...trusting, cert: client.certificate, key: other.key },
      code: /KEY_VALUES_MISMATCH/,
    },
    { title: 'a certificate that is none', tls: { ...trusting, cert: 'x', key: 'y' }, code: /ERR_OSSL/ },
  ])('nothing is sent with $title', async ({ tls, host = '127.0.0.1', code }) => {
    const outcome = await one(tls, urls.https.replace('127.0.0.1', host));
    expect(outcome).toMatchObject({ kind: 'tls', code: expect.stringMatching(code), sent: false });
  });

  test('nothing is sent to an address that is in the certificate as a name only', async () => {
    const outcome = await one(trusting, urls.nameless);
    expect(outcome).toMatchObject({ kind: 'tls', code: 'ERR_TLS_CERT_ALTNAME_INVALID', sent: false });
  });

  test('NODE_EXTRA_CA_CERTS does not add to the authority that is given', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'regsecret-'));
    const file = join(folder, 'root.pem');
    writeFileSync(file, ca);
    const tls = { ca: theirs.certificate, rejectUnauthorized: true };
    const outcomes = await play({ client: { tls }, requests: [{ url: urls.https }] }, { NODE_EXTRA_CA_CERTS: file });
    rmSync(folder, { recursive: true });
    expect(outcomes).toMatchObject([{ kind: 'tls', sent: false }]);
  });

  test('a write is sent once, also over a connection that is used again and cut', async () => {
    const path = `/cut-${runtime}-${Object.keys(given ?? {})}`;
    const requests = [{ url: urls.https }, { url: `${urls.https}${path}`, method: 'POST', body: '{}' }];
    const outcomes = await play({ client: { tls: trusting }, requests });
    expect(outcomes).toMatchObject([{ status: 200 }, { kind: 'reset', sent: true }]);
    expect(asked.get(path)).toBe(1);
  });

  test('SSL_CERT_FILE and SSL_CERT_DIR say whom to trust when no authority is given', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'regsecret-'));
    writeFileSync(join(folder, 'root.pem'), ca);
    const script = { client: { tls: { rejectUnauthorized: true } }, requests: [{ url: urls.https }] };
    const none = join(folder, 'none');
    const outcomes = [
      await play(script, { SSL_CERT_FILE: join(folder, 'root.pem'), SSL_CERT_DIR: none }),
      await play(script, { SSL_CERT_FILE: none, SSL_CERT_DIR: `${none}:${folder}` }),
      await play(script, { SSL_CERT_FILE: none, SSL_CERT_DIR: none }),
    ];
    rmSync(folder, { recursive: true });
    expect(outcomes.map(([outcome]) => outcome)).toMatchObject([{ status: 200 }, { status: 200 }, { kind: 'tls' }]);
  });

  test.each([
    {
      title: 'a port where nobody listens',
      url: () => 'https://127.0.0.1:1',
      kind: 'refused',
      code: 'ECONNREFUSED',
      sent: false,
    },
    {
      title: 'a name that does not exist',
      url: () => 'https://no.such.invalid',
      kind: 'dns',
      code: 'ENOTFOUND',
      sent: false,
    },
    { title: 'https to a server of http', url: () => urls.http.replace('http', 'https'), kind: 'tls', sent: false },
    { title: 'http to a server of https', url: () => urls.https.replace('https', 'http'), kind: 'reset', sent: true },
    { title: 'a server of something else', url: () => urls.tcp, kind: 'protocol', sent: true },
    { title: 'a connection that is cut before the answer', url: () => `${urls.https}/cut`, kind: 'reset', sent: true },
    { title: 'a connection that is cut within the answer', url: () => `${urls.https}/half`, kind: 'reset', sent: true },
    {
      title: 'an answer that is too long',
      url: () => `${urls.https}/large`,
      maxBytes: 99_999,
      kind: 'too-large',
      sent: true,
    },
    { title: 'no answer in time', url: () => `${urls.https}/never`, timeoutMs: 200, kind: 'timeout', sent: true },
  ])('$title is told apart', async ({ url, kind, code, sent, ...more }) => {
    expect(await one(trusting, url(), more)).toMatchObject({ kind, sent, ...(code ? { code } : {}) });
  });

  test.runIf(platform() === 'linux')(
    'a server that does not even take connections is told from a slow one',
    async () => {
      const { port, close } = await startDeaf();
      const outcome = await one(trusting, `https://127.0.0.1:${port}`, { timeoutMs: 600 });
      close();
      expect(outcome).toMatchObject({ kind: 'timeout', sent: false });
    },
  );

  test('an abort ends a request with its own reason', async () => {
    expect(await one(trusting, `${urls.https}/never`, { abortAfter: 100 })).toEqual({ message: 'interrupted' });
  });

  test('an answer of exactly the allowed length, one that closes, and a redirect are answers', async () => {
    const requests = [
      { url: `${urls.https}/large`, maxBytes: 100_000 },
      { url: `${urls.https}/last` },
      { url: `${urls.https}/moved` },
    ];
    const outcomes = await play({ client: { tls: trusting }, requests });
    expect(outcomes).toMatchObject([{ status: 200 }, { status: 200 }, { status: 302 }]);
  });

  describe('through a proxy', () => {
    test('https goes through one tunnel, checked against its own name, and the login is the proxy’s alone', async () => {
      const proxy = await startHttpProxy();
      const tls = { ...trusting, cert: client.certificate, key: client.key };
      const port = new URL(urls.https).port;
      const requests = ['127.0.0.1', '127.0.0.1', 'api.example', 'localhost'].map((host) => ({
        url: `https://${host}:${port}/`,
      }));
      const outcomes = await play({ client: { tls, proxy: `http://me:p%40ss@${proxy.address}` }, requests });
      await proxy.close();
      const answers = outcomes.slice(0, 3).map(seen);
      expect(answers.map(({ user }) => user)).toEqual(['jane', 'jane', 'jane']);
      expect(JSON.stringify(answers)).not.toMatch(/proxy-authorization/i);
      expect(outcomes[3]).toMatchObject({ kind: 'tls', code: 'ERR_TLS_CERT_ALTNAME_INVALID', sent: false });
      expect(proxy.targets).toEqual(['127.0.0.1', 'api.example', 'localhost'].map((host) => `${host}:${port}`));
      expect(proxy.logins).toEqual(Array(3).fill('me:p@ss'));
    });

    test('http is handed to the proxy whole', async () => {
      const proxy = await startHttpProxy();
      const url = `${urls.http.replace('127.0.0.1', 'api.example')}/a?b`;
      const [outcome] = await play({ client: { proxy: `http://me:pass@${proxy.address}` }, requests: [{ url }] });
      await proxy.close();
      expect(seen(outcome)).toMatchObject({ status: 200, url: '/a?b' });
      expect(proxy.targets).toEqual([url]);
      expect(proxy.logins).toEqual(['me:pass']);
    });

    test('an https proxy is checked as well', async () => {
      const proxy = await startHttpProxy({ tls: { cert: serverPair.certificate, key: serverPair.key } });
      const port = proxy.address.split(':')[1];
      const requests = [{ url: urls.https }, { url: urls.http }];
      const through = (host: string) => play({ client: { tls: trusting, proxy: `https://${host}:${port}` }, requests });
      const [right, wrong] = [await through('127.0.0.1'), await through('localhost')];
      await proxy.close();
      expect(right).toMatchObject([{ status: 200 }, { status: 200 }]);
      expect(wrong).toMatchObject([{ kind: 'proxy' }, { kind: 'proxy' }]);
    });

    test.each(['socks5', 'socks5h'])('%s looks up names itself', async (scheme) => {
      const proxy = await startSocksProxy();
      const port = new URL(urls.https).port;
      const requests = [
        { url: `https://api.example:${port}/` },
        { url: `https://api.example:${port}/` },
        { url: urls.https },
        { url: `https://localhost:${port}/` },
        { url: urls.http.replace('127.0.0.1', 'plain.example') },
      ];
      const outcomes = await play({
        client: { tls: trusting, proxy: `${scheme}://me:pass@${proxy.address}` },
        requests,
      });
      await proxy.close();
      expect(outcomes).toMatchObject([
        { status: 200 },
        { status: 200 },
        { status: 200 },
        { kind: 'tls', code: 'ERR_TLS_CERT_ALTNAME_INVALID', sent: false },
        { status: 200 },
      ]);
      const hosts = [`api.example:${port}`, `127.0.0.1:${port}`, `localhost:${port}`];
      expect(proxy.targets).toEqual([...hosts, `plain.example:${new URL(urls.http).port}`]);
      expect(proxy.logins).toEqual(Array(4).fill('me:pass'));
    });

    test.each([
      { title: 'that refuses', options: { refuse: 403 }, code: 'HTTP_403' },
      { title: 'that wants a login', options: { refuse: 407 }, code: 'HTTP_407' },
      { title: 'that does not listen', proxy: 'http://u:secret@127.0.0.1:1', code: 'ECONNREFUSED' },
      { title: 'of SOCKS that does not listen', proxy: 'socks5://u:secret@127.0.0.1:1', code: 'ECONNREFUSED' },
      { title: 'whose name does not exist', proxy: 'http://u:secret@no.such.invalid:1', code: 'ENOTFOUND' },
      { title: 'of an unknown kind', proxy: 'ftp://u:secret@127.0.0.1', code: 'UNSUPPORTED_SCHEME' },
      { title: 'that is no URL', proxy: '::u:secret', code: 'INVALID_URL' },
    ])('a proxy $title is named as the cause, without its password', async ({ options, proxy, code }) => {
      const running = options === undefined ? undefined : await startHttpProxy(options);
      const url = proxy ?? `http://u:secret@${running?.address}`;
      const [outcome] = await play({ client: { tls: trusting, proxy: url }, requests: [{ url: urls.https }] });
      await running?.close();
      expect(outcome).toMatchObject({ kind: 'proxy', code, sent: false });
      expect(JSON.stringify(outcome)).not.toContain('secret');
    });
  });
});
