/**
 * One watch over each kind of route and version of HTTP, to real servers and proxies on loopback. Runs the bundled code on both
 * runtimes.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createSecureServer, type Http2ServerRequest, type Http2ServerResponse } from 'node:http2';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { rolldown } from 'rolldown';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { shims } from '../../build/shims.ts';
import { createAuthority, issueCertificate } from '../environment/certificate.ts';
import { startHttpProxy, startSocksProxy, type TestProxy } from '../support/proxies.ts';
import { runScript, runtimes } from '../support/runtime.ts';
import type { WatchScript } from '../support/watch-script.ts';

const ours = createAuthority('ours');
const pair = issueCertificate(ours, { commonName: 'server' }, ['api.example', '127.0.0.1']);
const jane = issueCertificate(ours, { commonName: 'jane' });
const tls = { ca: ours.certificate, rejectUnauthorized: true };
const folder = mkdtempSync(join(tmpdir(), 'regsecret-watch-'));
const script = pathToFileURL(join(folder, 'watch-script.js')).href;

const servers: Server[] = [];
const sockets = new Set<Socket>();
const proxies: TestProxy[] = [];
const urls = { 'HTTP/1.1': '', 'HTTP/1.1 over TLS': '', 'HTTP/2': '' };
const ways = { directly: '', 'through an HTTP proxy': '', 'through an HTTPS proxy': '', 'through a SOCKS proxy': '' };
let refusing = '';
/** An address at which nothing listens. */
let nowhere = '';

beforeAll(async () => {
  const secure = {
    cert: pair.certificate,
    key: pair.key,
    ca: ours.certificate,
    requestCert: true,
    rejectUnauthorized: false,
  };
  urls['HTTP/1.1'] = `http://127.0.0.1:${await listen(createHttpServer(answer as never))}`;
  urls['HTTP/1.1 over TLS'] = `https://127.0.0.1:${await listen(createHttpsServer(secure, answer as never))}`;
  urls['HTTP/2'] = `https://127.0.0.1:${await listen(createSecureServer(secure, answer))}`;
  ways['through an HTTP proxy'] = `http://jane:p%3Ass@${await proxy(startHttpProxy())}`;
  ways['through an HTTPS proxy'] =
    `https://${await proxy(startHttpProxy({ tls: { cert: pair.certificate, key: pair.key } }))}`;
  ways['through a SOCKS proxy'] = `socks5://jane:p%3Ass@${await proxy(startSocksProxy())}`;
  refusing = `http://${await proxy(startHttpProxy({ refuse: 403 }))}`;
  nowhere = await closedPort();
  const source = join(import.meta.dirname, '..', 'support', 'watch-script.ts');
  // The script uses only some of the replaced packages, so the check that all are used is left out.
  const { buildEnd: _, ...replaced } = shims();
  const bundle = await rolldown({
    input: { 'watch-script': source },
    platform: 'node',
    logLevel: 'silent',
    plugins: [replaced],
    treeshake: { moduleSideEffects: [{ test: /client-node/, sideEffects: false }] },
  });
  await bundle.write({ dir: folder, format: 'esm' });
  await bundle.close();
}, 60_000);

afterAll(async () => {
  await Promise.all(proxies.map((one) => one.close()));
  for (const socket of sockets) socket.destroy();
  await Promise.all(servers.map((server) => new Promise((done) => server.close(done))));
  rmSync(folder, { recursive: true, force: true });
});

function listen(server: Server): Promise<number> {
  servers.push(server);
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
  });
  return new Promise((done) => server.listen(0, '127.0.0.1', () => done((server.address() as AddressInfo).port)));
}

async function closedPort(): Promise<string> {
  const server = createTcpServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return `https://127.0.0.1:${port}`;
}

async function proxy(starting: Promise<TestProxy>): Promise<string> {
  const started = await starting;
  proxies.push(started);
  return started.address;
}

function line(object: object): string {
  return `${JSON.stringify({ type: 'ADDED', object })}\n`;
}

function answer(request: Http2ServerRequest, response: Http2ServerResponse): void {
  const socket = request.stream?.session?.socket ?? request.socket;
  const { pathname } = new URL(request.url, 'http://any');
  switch (pathname) {
    case '/events':
      response.writeHead(200, { 'content-type': 'application/json' });
      response.write(line(described(request, socket)));
      // Splits the bytes of one letter.
      response.write(LAST.subarray(0, -6));
      setTimeout(() => response.end(LAST.subarray(-6)), 10);
      return;
    case '/packed':
      // The API server compresses only long lists, and only for clients that accept gzip. A proxy may compress more.
      if (request.headers['accept-encoding']?.includes('gzip')) {
        response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(line({ packed: true })));
      } else response.writeHead(200).end(line({ packed: true }));
      return;
    case '/large':
      response.writeHead(200).end(line({ large: LARGE }));
      return;
    case '/cut':
      response.writeHead(200);
      response.write(line({ cut: true }));
      cut = () => socket.destroy();
      return;
    case '/heard':
      response.end();
      cut();
      return;
    case '/stays':
      response.writeHead(200);
      response.write(line({ stays: true }));
      return;
    case '/elsewhere':
      response.writeHead(302, { location: `${urls['HTTP/1.1']}/events` }).end();
      return;
    default:
      response.writeHead(Number(pathname.slice(1))).end('no');
  }
}

/** Closes the waiting connection. The client calls it once it has heard the event, which otherwise might be lost. */
let cut = (): void => undefined;

/** More than the flow-control window of HTTP/2. */
const LARGE = 'x'.repeat(300_000);
const LAST = Buffer.from(line({ last: 'ééé' }));

/** What the server can tell about the client. */
function described({ headers, rawHeaders, httpVersion, url }: Http2ServerRequest, socket: object): object {
  return {
    version: httpVersion,
    groups: rawHeaders.filter((_, at) => rawHeaders[at - 1]?.toLowerCase() === 'impersonate-group'),
    agent: `${headers['user-agent']}`.split('/')[0],
    name: (socket as Partial<TLSSocket>).getPeerCertificate?.().subject?.CN,
    query: url.replace(/^.*\?/, ''),
  };
}

interface Outcome {
  readonly heard: readonly unknown[];
  readonly end: object;
}

const versions = Object.keys(urls) as (keyof typeof urls)[];
const routes = Object.keys(ways) as (keyof typeof ways)[];
const opened = ['OPENED', null];

describe.each(runtimes)('%s', (runtime) => {
  const watch = (watches: readonly WatchScript[]): Promise<Outcome[]> => runScript(runtime, script, watches);

  test.each(versions)('%s, by every way', { timeout: 60_000 }, async (version) => {
    const isSecure = version !== 'HTTP/1.1';
    const outcomes = await watch(
      routes.map((route) => ({
        url: `${urls[version]}/events?resourceVersion=7&allowWatchBookmarks=true`,
        headers: { 'Impersonate-User': 'eve', 'Impersonate-Group': ['one', 'two'] },
        certificate: jane.certificate,
        key: jane.key,
        tls,
        proxy: ways[route] || undefined,
      })),
    );
    const seen = {
      version: version === 'HTTP/2' ? '2.0' : '1.1',
      ...(isSecure && { name: 'jane' }),
      agent: 'regsecret',
      query: 'watch=true&resourceVersion=7&allowWatchBookmarks=true',
    };
    // The test's proxy joins equal headers of a plain HTTP request.
    const groups = (route: string): string[] =>
      !isSecure && /HTTPS? proxy/.test(route) ? ['one, two'] : ['one', 'two'];
    expect(outcomes).toEqual(
      routes.map((route) => ({
        heard: [opened, ['ADDED', { ...seen, groups: groups(route) }], ['ADDED', { last: 'ééé' }]],
        end: { why: 'closed', isPinged: version === 'HTTP/2' },
      })),
    );
  });

  test.each(versions)('%s: how it ends', { timeout: 60_000 }, async (version) => {
    const paths = ['/packed', '/large', '/cut', '/stays', '/410', '/401', '/elsewhere'];
    const outcomes = await watch(
      paths.map((path) => ({
        url: urls[version] + path,
        tls,
        proxy: undefined,
        stops: path === '/stays',
        ...(path === '/cut' && { tells: `${urls['HTTP/1.1']}/heard` }),
      })),
    );
    const isPinged = version === 'HTTP/2';
    const said = (object: object): unknown[] => [opened, ['ADDED', object]];
    expect(outcomes).toEqual([
      { heard: said({ packed: true }), end: { why: 'closed', isPinged } },
      { heard: said({ large: LARGE }), end: { why: 'closed', isPinged } },
      { heard: said({ cut: true }), end: { why: 'closed', isPinged } },
      { heard: said({ stays: true }), end: { why: 'closed', isPinged } },
      { heard: [], end: { why: 'refused', status: 410, isPinged } },
      { heard: [], end: { why: 'refused', status: 401, isPinged } },
      { heard: [], end: { why: 'refused', status: 302, isPinged } },
    ]);
  });

  test('what cannot be reached', { timeout: 60_000 }, async () => {
    const server = `${urls['HTTP/2']}/events`;
    const theirs = createAuthority('theirs').certificate;
    const outcomes = await watch([
      { url: server, tls, proxy: refusing },
      { url: server, tls, proxy: 'http://127.0.0.1:1' },
      { url: `${nowhere}/events`, tls, proxy: undefined },
      { url: server, tls: { ...tls, ca: theirs }, proxy: undefined },
      { url: server, tls: { ...tls, servername: 'other.example' }, proxy: undefined },
      { url: server, tls: { ...tls, servername: 'api.example' }, proxy: undefined },
      { url: server, tls: { ca: theirs, rejectUnauthorized: false }, proxy: ways['through a SOCKS proxy'] },
    ]);
    const codes = outcomes.map(({ end }) => ('code' in end ? end.code : 'none'));
    expect(codes).toEqual([
      'HTTP_403',
      'ECONNREFUSED',
      'ECONNREFUSED',
      expect.stringMatching(/^(UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_)/),
      'ERR_TLS_CERT_ALTNAME_INVALID',
      'none',
      'none',
    ]);
  });
});
