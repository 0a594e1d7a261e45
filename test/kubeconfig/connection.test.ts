/** Which server regsecret asks, as which user, and by which files. Each case was once sent to another place than kubectl's. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { httpRequest } from '../../src/cluster/api-request.ts';
import { createClients } from '../../src/cluster/clients.ts';
import { Interrupted } from '../../src/errors.ts';
import { createAuthenticator } from '../../src/kubeconfig/auth.ts';
import { parseServer, resolveConnection } from '../../src/kubeconfig/connection.ts';
import { execInfo } from '../../src/kubeconfig/exec-plugin.ts';
import { loadKubeConfig } from '../../src/kubeconfig/kube-config.ts';
import { fakeIo } from '../support/io.ts';

const folder = mkdtempSync(join(tmpdir(), 'regsecret-connection-'));
afterAll(() => rmSync(folder, { recursive: true }));
const path = (name: string) => join(folder, name);
const written = (name: string, content: string | Uint8Array) => {
  writeFileSync(path(name), content);
  return path(name);
};

const CONFIG = (user = '{token: T}', server = 'https://h') => `clusters: [{name: c, cluster: {server: "${server}"}}]
users: [{name: u, user: ${user}}]
contexts: [{name: x, context: {cluster: c, user: u}}]
current-context: x`;

async function connected(content: string, env = {}, flags = {}) {
  const config = await loadKubeConfig(written('config', content), fakeIo({ env }));
  return resolveConnection(config, flags, undefined, env);
}

const login = async (user: string, server?: string) =>
  (await createAuthenticator(await connected(CONFIG(user, server)), fakeIo())).current();

describe('the server', () => {
  test.each([
    ['https://h/a%2Fb', 'https://h/a/b', 'a slash in a segment divides it'],
    ['https://h/a/../b//c/', 'https://h/b/c', 'a path is cleaned'],
    ["https://h/(a)!'", 'https://h/%28a%29%21%27', 'a path is escaped as by Go'],
    ['HTTPS://H.example:0443/X', 'https://h.example/X', 'a scheme may be in capitals'],
    ['https://h/a?q#f', 'https://h/a', 'a query is dropped'],
    ['https://1.2.3.4', 'https://1.2.3.4/', 'an address is taken'],
  ])('%s is %s: %s', (address, expected) => {
    expect(parseServer(address).url.href).toBe(expected);
  });

  test.each([
    ...['https://0177.0.0.1', 'https://127.1', 'https://0x7f.1', 'https://2130706433', 'https://h ', ' https://h'],
    ...[
      'https:///x',
      'https:/x',
      'https:x',
      '//h',
      'h/path',
      'ftp://h',
      'https://h:99999',
      'https://a b',
      'https://h/#f',
    ],
  ])('%o is refused', (address) => {
    expect(() => parseServer(address)).toThrow(/^the server must be a URL or a host:port pair/);
  });

  test('what it is called with user info is not shown', () => {
    expect(() => parseServer('https://joe:secret@0177.1')).not.toThrow('secret');
    expect(() => parseServer('joe:secret@h/x')).not.toThrow('secret');
  });
});

describe('the login', () => {
  const basic = (text: string) => ({ authorization: `Basic ${Buffer.from(text).toString('base64')}` });
  test.each([
    ['of the address goes before a token', '{token: T}', 'https://j%40e:p%3Aw@h', basic('j@e:p:w')],
    ['of the address may be a name alone', '{}', 'https://joe@h', basic('joe:')],
    ['of the address goes out over http, too', '{token: T}', 'http://joe:pw@h', basic('joe:pw')],
    ['of a password without a user name is none', '{password: pw}', 'https://h', {}],
    ['of a token file goes before a password without a name', `{password: pw, tokenFile: t}`, 'https://h', {}],
  ])('%s', async (_title, user, server, expected) => {
    written('t', 'T\n');
    const own = user.includes('tokenFile') ? { authorization: 'Bearer T' } : expected;
    expect(await login(user, server)).toEqual(own);
  });

  test.each([
    ['a user name and a token file', '{username: a, tokenFile: t}', /username\/password or bearer token/],
    ['a removed auth-provider beside a token', '{token: T, auth-provider: {name: gcp}}', /has been removed/],
    [
      'a plugin of an old version beside a token',
      '{token: T, exec: {command: p, apiVersion: client.authentication.k8s.io/v1alpha1}}',
      /invalid apiVersion/,
    ],
    [
      'a certificate that is an empty file',
      '{client-certificate: empty, client-key: empty}',
      /failed to find any PEM data/,
    ],
  ])('%s is refused', async (_title, user, reason) => {
    written('empty', '');
    await expect(login(user)).rejects.toThrow(reason);
  });

  test('a token with a line break is refused and not shown', async () => {
    const connection = await connected(CONFIG());
    const send = (authorization: string) =>
      httpRequest({ method: 'GET', path: '/api' }, connection, { authorization }, fakeIo().signal);
    expect(() => send('Bearer secret\n')).toThrow(/^what is to be sent as authorization holds a line break/);
    expect(send('Bearer ü').headers.authorization).toBe('Bearer ü');
  });

  test.each([
    ['differ only in case are one header', { Scopes: ['a'], scopes: ['b', 'c'] }, { Scopes: ['a', 'b', 'c'] }],
    [
      'cannot be in a header name are escaped',
      { 'acme.com/a b%é': ['1', '2'], none: [] },
      { 'acme.com%2Fa%20b%25%C3%A9': ['1', '2'] },
    ],
  ])('impersonated extras whose keys %s', async (_title, asUserExtra, expected) => {
    const connection = { ...(await connected(CONFIG())), user: { as: 'jane', asUserExtra } };
    const { headers } = httpRequest({ method: 'GET', path: '/api' }, connection, {}, fakeIo().signal);
    const extras = Object.entries(expected).map(([key, values]) => [`Impersonate-Extra-${key}`, values]);
    expect(headers).toEqual({
      accept: 'application/json',
      'Impersonate-User': 'jane',
      ...Object.fromEntries(extras),
    });
  });
});

test.each([
  ['https://münchen.example/ä', 'https://m%C3%BCnchen.example/%C3%A4'],
  ['HTTP://h/x', 'http://h/x'],
  ['HTTP://h', 'HTTP://h'],
])('a plugin is told of %s as %s, as kubectl tells it', async (server, expected) => {
  const exec =
    '{exec: {command: p, apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never, provideClusterInfo: true}}';
  const connection = await connected(CONFIG(exec, server));
  if (connection.user.exec === undefined) throw new Error('no plugin');
  expect(
    JSON.parse(await execInfo(connection.user.exec, connection, false, new AbortController().signal)).spec.cluster
      .server,
  ).toBe(expected);
});

test.each(['http://a b', 'http://proxy:99999', ':9', 'http://0177.1'])(
  'the proxy %s in the environment is an error, not a direct connection',
  async (proxy) => {
    const env = { HTTPS_PROXY: proxy };
    const connection = await connected(CONFIG(), env);
    const clients = createClients(connection, fakeIo({ env }));
    await expect(clients).rejects.toThrow('HTTPS_PROXY is not the address of a proxy');
  },
);

test.each([
  ['600h', 2 ** 31 - 1],
  ['2562047h', 2 ** 31 - 1],
  ['1ns', 1],
])('a time-out of %s is one of %s ms', async (requestTimeout, expected) => {
  expect((await connected(CONFIG(), {}, { requestTimeout })).timeoutMs).toBe(expected);
});

test.each(['2562048h', '9223372037', '99999999999999999999'])('a time-out of %s is refused', async (requestTimeout) => {
  await expect(connected(CONFIG(), {}, { requestTimeout })).rejects.toThrow(/^invalid --request-timeout/);
});

test('a context that is called "" is the current one where none is named', async () => {
  const content = CONFIG().replace('{name: x,', '{name: "",').replace('current-context: x', '');
  expect((await connected(content)).cluster.server).toBe('https://h');
});

describe('the files', () => {
  const load = (KUBECONFIG: string, io = fakeIo({ env: { KUBECONFIG } })) => loadKubeConfig(undefined, io);

  test.each(['utf16le', 'utf16be'])('may be in %s with a byte order mark', async (encoding) => {
    const units = Buffer.from(`\ufeff${CONFIG()}`, 'utf16le');
    const config = await load(written('utf16', encoding === 'utf16le' ? units : units.swap16()));
    expect(config.users.get('u')?.token).toBe('T');
  });

  test('may not hold bytes that are no UTF-8', async () => {
    await expect(load(written('broken', Buffer.from([0x61, 0x3a, 0xff])))).rejects.toThrow('yaml: invalid UTF-8');
  });

  test('may not be below a file', async () => {
    await expect(load(join(written('file', ''), 'config'))).rejects.toThrow('a part of its path is not a directory');
  });

  test('that are none: KUBECONFIG is only separators', async () => {
    const config = await load(':');
    expect(() => resolveConnection(config, {}, undefined, {})).toThrow('KUBECONFIG has no file');
  });

  test.skipIf(process.platform === 'win32')('that never end are read to the limit', async () => {
    await expect(load('/dev/zero')).rejects.toThrow('/dev/zero holds more than 16 MiB');
    await expect(
      connected(CONFIG('{tokenFile: /dev/zero}')).then((it) => createAuthenticator(it, fakeIo())),
    ).rejects.toThrow('more than 16 MiB');
  });

  test.skipIf(process.platform === 'win32')('that are a FIFO are waited for, until Ctrl-C', async () => {
    execFileSync('mkfifo', [path('fifo')]);
    const io = fakeIo({ env: { KUBECONFIG: path('fifo') } });
    const waiting = load('', io);
    io.interrupt();
    await expect(waiting).rejects.toBeInstanceOf(Interrupted);
    const read = load(path('fifo'));
    execFileSync('sh', ['-c', `cat "$1" > "$2"`, 'sh', written('config', CONFIG()), path('fifo')]);
    expect((await read).currentContext).toBe('x');
  });
});
