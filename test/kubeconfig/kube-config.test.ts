/** Tests without a cluster: reading and merging kubeconfigs, credentials without a server, and API errors. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { ApiError, readApiError } from '../../src/cluster/api-error.ts';
import { retryDelay } from '../../src/cluster/retry.ts';
import { NetworkError } from '../../src/http/network-error.ts';
import { createAuthenticator } from '../../src/kubeconfig/auth.ts';
import { resolveConnection } from '../../src/kubeconfig/connection.ts';
import { FieldError } from '../../src/kubeconfig/fields.ts';
import { inCluster } from '../../src/kubeconfig/in-cluster.ts';
import { loadKubeConfig } from '../../src/kubeconfig/kube-config.ts';
import { parseKubeFile } from '../../src/kubeconfig/kube-file.ts';
import type { KubeFlags } from '../../src/kubeconfig/kube-flags.ts';
import { cases } from '../support/cases.ts';
import { fc } from '../support/fast-check.ts';
import { fakeIo } from '../support/io.ts';

const folder = mkdtempSync(join(tmpdir(), 'regsecret-kube-'));
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;
function write(content: string): string {
  files += 1;
  const path = join(folder, `config-${files}`);
  writeFileSync(path, content);
  return path;
}

describe('a kubeconfig', () => {
  test.each(['', '\n', '# nothing\n\n', '---\n', 'null', '{}'])('may say nothing: %o', async (content) => {
    expect(await parseKubeFile(content, '/c')).toMatchObject({ currentContext: undefined, clusters: new Map() });
  });

  test('gives its paths relative to its folder; a plugin without a folder is looked up in PATH', async () => {
    const exec = (command: string) => `{exec: {command: ${command}}}`;
    const content = `clusters: [{name: c, cluster: {certificate-authority: ../ca.crt}}]
users: [{name: a, user: {client-certificate: a.crt, client-key: /abs/a.key, tokenFile: ./t}}, {name: b, user: ${exec('bin/b')}}, {name: d, user: ${exec('d')}}]`;
    const { clusters, users } = await parseKubeFile(content, '/home/me/.kube/config');
    expect(clusters.get('c')?.certificateAuthority).toBe('/home/me/ca.crt');
    expect(users.get('a')).toMatchObject({
      clientCertificate: '/home/me/.kube/a.crt',
      clientKey: '/abs/a.key',
      tokenFile: '/home/me/.kube/t',
    });
    expect([users.get('b')?.exec?.command, users.get('d')?.exec?.command]).toEqual(['/home/me/.kube/bin/b', 'd']);
  });

  test('that is anything at all is read or refused with a place, never with a value', async () => {
    const names = [
      'clusters',
      'users',
      'contexts',
      'name',
      'user',
      'cluster',
      'exec',
      'args',
      'token',
      'as-user-extra',
    ];
    const document = fc.object({
      key: fc.constantFrom(...names),
      maxDepth: 5,
      values: [fc.constant('SECRET'), fc.integer(), fc.boolean()],
    });
    await fc.assert(
      fc.asyncProperty(document, async (value) => {
        try {
          await parseKubeFile(JSON.stringify(value), '/c');
        } catch (error) {
          expect(error).toBeInstanceOf(FieldError);
          expect((error as Error).message.replace(/duplicate name "SECRET"/, '')).not.toContain('SECRET');
        }
      }),
      { numRuns: cases(400, 2000) },
    );
  });
});

test('of several files, the first that has a name or a current context decides, and nothing is mixed', async () => {
  const first = write('users: [{name: red, user: {token: one}}]\ncontexts: [{name: c, context: {user: red}}]');
  const second = write(
    'users: [{name: red, user: {username: two}}, {name: blue, user: {token: two}}]\ncurrent-context: c',
  );
  const third = write('current-context: other');
  const missing = join(folder, 'missing');
  const config = await loadKubeConfig(
    undefined,
    fakeIo({ env: { KUBECONFIG: ['', first, missing, second, third, first].join(':') } }),
  );
  expect(config).toMatchObject({ currentContext: 'c', files: [first, missing, second, third], missing: [missing] });
  expect(config.users.get('red')).toMatchObject({ token: 'one', username: undefined });
  expect(config.users.get('blue')?.token).toBe('two');
});

describe('a connection', () => {
  async function resolved(content: string, flags: KubeFlags = {}, env = {}) {
    const config = await loadKubeConfig(write(content), fakeIo({ env }));
    return resolveConnection(config, flags, undefined, env);
  }
  const at = (server: string) => `clusters: [{name: c, cluster: {server: "${server}"}}]
users: [{name: u, user: {token: t}}, {name: basic, user: {username: "jürgen", password: "p:w"}}]
contexts: [{name: x, context: {cluster: c, user: u}}, {name: basic, context: {cluster: c, user: basic}}]
current-context: x`;
  const headers = async (content: string, flags: KubeFlags = {}) =>
    (await createAuthenticator(await resolved(content, flags), fakeIo())).current();

  test.each([
    ['https://h', 'https://h/'],
    ['https://h:6443/', 'https://h:6443/'],
    ['https://u:p@h/a/b//?q#f', 'https://h/a/b'],
    ['h:8080', 'http://h:8080/'],
    ['localhost', 'http://localhost/'],
    ['https://[fd00::1]:6443', 'https://[fd00::1]:6443/'],
  ])('to %s is one to %s', async (server, expected) => {
    expect((await resolved(at(server))).server.href).toBe(expected);
  });

  test('shows credentials to https only', async () => {
    expect(await headers(at('https://h'))).toEqual({ authorization: 'Bearer t' });
    expect(await headers(at('http://h'))).toEqual({});
    expect(await headers(at('h:6443'))).toEqual({});
  });

  test('shows a user name and a password as Basic', async () => {
    const basic = `Basic ${Buffer.from('jürgen:p:w').toString('base64')}`;
    expect(await headers(at('https://h'), { context: 'basic' })).toEqual({ authorization: basic });
  });

  test.each([
    [{}, 0],
    [{ requestTimeout: '0' }, 0],
    [{ requestTimeout: '5' }, 5000],
    [{ requestTimeout: '1m' }, 60_000],
    [{ requestTimeout: '-1s' }, 0],
  ])('with %o may take %o ms for one request', async (flags, expected) => {
    expect((await resolved(at('https://h'), flags)).timeoutMs).toBe(expected);
  });

  test('KUBERNETES_MASTER fills in for a cluster that names no server', async () => {
    const content =
      'clusters: [{name: c, cluster: {tls-server-name: name}}]\ncontexts: [{name: x, context: {cluster: c}}]\ncurrent-context: x';
    const { server, cluster } = await resolved(content, {}, { KUBERNETES_MASTER: 'https://m' });
    expect([server.href, cluster.tlsServerName]).toEqual(['https://m/', 'name']);
  });
});

test('a pod without an authority, with an IPv6 service and with a folder for a token', () => {
  const env = { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '443' };
  expect(inCluster(env, folder)).toBeUndefined();
  writeFileSync(join(folder, 'token'), 't');
  expect(inCluster(env, folder)).toEqual({
    cluster: { server: 'https://[fd00::1]:443', certificateAuthority: undefined },
    user: { tokenFile: join(folder, 'token') },
    namespace: 'default',
  });
  expect(inCluster({ ...env, KUBERNETES_SERVICE_PORT: '' }, folder)).toBeUndefined();
});

describe('the next attempt', () => {
  const answer = (status: number, seconds?: number) =>
    new ApiError(status, undefined, '', { causes: [], retryAfterSeconds: seconds });
  const reset = (sent: boolean) => new NetworkError('reset', 'ECONNRESET', sent);
  const harmless = { attempt: 1, repeatable: true };
  const write = { attempt: 1, repeatable: false };

  test.each([
    ['a first failure', { ...harmless, error: answer(503) }, 150],
    ['a third one', { ...harmless, attempt: 3, error: answer(503) }, 937.5],
    ['a fifth one', { ...harmless, attempt: 5, error: answer(503) }, undefined],
    ['a header of 3 s', { ...harmless, error: answer(503), retryAfter: '3' }, 3000],
    ['a Status of 2 s', { ...harmless, error: answer(503, 2) }, 2000],
    ['a header of an hour', { ...harmless, error: answer(429), retryAfter: '3600' }, 60_000],
    ['a fifth one, and a header', { ...harmless, attempt: 5, error: answer(429), retryAfter: '1' }, undefined],
    ['a header that is a date', { ...harmless, error: answer(429), retryAfter: 'Wed, 21 Oct 2026 07:28:00 GMT' }, 150],
    ['a conflict', { ...harmless, error: answer(409) }, undefined],
    ['a refusal', { ...harmless, error: answer(403) }, undefined],
    ['a server that lacks something', { ...harmless, error: answer(501) }, undefined],
    ['a connection that was cut', { ...harmless, error: reset(true) }, 150],
    ['a refused connection', { ...harmless, error: new NetworkError('refused', 'ECONNREFUSED', false) }, undefined],
    ['a write and a failure', { ...write, error: answer(500) }, undefined],
    ['a write and a connection that was cut', { ...write, error: reset(true) }, undefined],
    ['a write that was never sent', { ...write, error: reset(false) }, 150],
    ['a write that was turned away', { ...write, error: answer(429) }, 150],
  ])('after %s', (_title, failure, expected) => {
    expect(retryDelay(failure, 0.5)).toBe(expected);
  });
});

describe('a refusal', () => {
  test.each([
    ['nothing', '', undefined],
    ['HTML', '<html>', undefined],
    ['null', 'null', undefined],
    ['another object', '{"kind":"Secret","reason":"x"}', undefined],
    ['a Status of wrong types', '{"kind":"Status","reason":1,"message":{},"details":[]}', undefined],
    ['a Status', '{"kind":"Status","reason":"NotFound","message":"gone"}', 'NotFound'],
  ])('may hold %s', (_title, body, reason) => {
    expect(readApiError(404, Buffer.from(body))).toMatchObject({ status: 404, reason, details: { causes: [] } });
  });

  test('is cut to size, and holds what the server said until it is printed', () => {
    const causes = Array(99).fill({ field: 'a\u001b[31m', message: 'x'.repeat(9999) });
    const error = readApiError(
      422,
      Buffer.from(JSON.stringify({ kind: 'Status', message: 'no\n', details: { causes } })),
    );
    expect(error.message).toBe('no\n');
    expect(error.details.causes).toHaveLength(50);
    expect(error.details.causes[0]?.field).toBe('a\u001b[31m');
    expect(error.details.causes[0]?.message).toHaveLength(4096);
  });
});
