/**
 * The legacy auth-provider `oidc`, compared with kubectl: both send the same requests to the issuer and write the same tokens to
 * the kubeconfig.
 */
import { chmodSync, existsSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createAuthority, issueCertificate } from '../environment/certificate.ts';
import { cluster } from '../environment/use.ts';
import { type FaultProxy, startFaultProxy } from '../support/fault-proxy.ts';
import { bunWho, kubectlWho, newFolder, ourWho, writeFile } from '../support/kube-world.ts';

const authority = createAuthority('issuer');
const pair = issueCertificate(authority, { commonName: 'issuer' }, ['127.0.0.1']);
const programs = [
  ['kubectl', kubectlWho],
  ['we', ourWho],
  ['we under Bun', bunWho],
] as const;

/** The requests that the issuer got, and its answer to a refresh. */
let seen: { path: string; authorization: string | undefined; form: string }[] = [];
let grant: (number: number) => { status?: number; body: object };
/** A proxy that plays the API server, because the real one is not set up for OIDC. Records which token arrives. */
let apiServer: FaultProxy;
let issuer = '';
/** The token endpoint that the issuer announces; empty for its own. */
let elsewhere = '';

/** How long the issuer waits before it answers. */
let delayMs = 0;

const server = createServer({ cert: pair.certificate, key: pair.key }, async (incoming, answer) => {
  const path = incoming.url ?? '';
  seen.push({ path, authorization: incoming.headers.authorization, form: await text(incoming) });
  const { status = 200, body } =
    path === '/token' ? grant(seen.length) : { body: { token_endpoint: elsewhere || `${issuer}/token` } };
  await new Promise((done) => setTimeout(done, delayMs));
  answer.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
});

beforeAll(async () => {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  issuer = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  apiServer = await startFaultProxy(cluster(), () => ({
    status: 201,
    headers: { 'content-type': 'application/json' },
    body: REVIEW,
  }));
});

afterAll(async () => {
  await apiServer.close();
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
});

const ACCESS = { access_token: 'hidden', token_type: 'bearer' };

const REVIEW = JSON.stringify({
  kind: 'SelfSubjectReview',
  apiVersion: 'authentication.k8s.io/v1',
  status: { userInfo: { username: 'jane' } },
});

/** A JWT that expires in `seconds`. Nothing here checks its signature. */
function idToken(seconds: number, mark = ''): string {
  const claims = { iss: issuer, sub: `jane${mark}`, exp: Math.floor(Date.now() / 1000) + seconds };
  return [{ alg: 'none' }, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.')
    .concat('.c2ln');
}

beforeEach(() => {
  seen = [];
  delayMs = 0;
  elsewhere = '';
  grant = (number) => ({
    body: { ...ACCESS, id_token: idToken(3600, `${number}`), refresh_token: `next-${number}.x/y+z=` },
  });
});

/** A kubeconfig with comments and a second user, as people write them. */
function writeConfig(tokens: { id?: string; refresh?: string; secret?: string }, quote = ''): string {
  const { id = idToken(-60), refresh = 'first.refresh/token+=', secret } = tokens;
  return writeFile(
    join(newFolder(), 'config'),
    `# keep me
apiVersion: v1
kind: Config
current-context: test
clusters:
- name: test
  cluster: {server: "${apiServer.server}", certificate-authority: ${cluster().caFile}}
contexts:
- {name: test, context: {cluster: test, user: jane}}
users:
- name: jane # me
  user:
    auth-provider:
      name: oidc
      config:
        client-id: kube
${secret === undefined ? '' : `        client-secret: ${secret}\n`}        id-token: ${quote}${id}${quote}
        idp-certificate-authority-data: ${Buffer.from(authority.certificate).toString('base64')}
        idp-issuer-url: ${issuer}
        refresh-token: ${quote}${refresh}${quote}
- name: other
  user: {token: refresh-token}
`,
  );
}

const arrived = () => apiServer.requests.at(-1)?.headers.authorization;

/** Jane's ID token and refresh token in the kubeconfig. */
function tokensIn(config: string): string[] {
  const content = readFileSync(config, 'utf8');
  return ['id-token', 'refresh-token'].map((name) => new RegExp(`${name}: ["']?([^\\s"']+)`).exec(content)?.[1] ?? '');
}

test.each(programs)('%s use an id-token that is good, and do not ask the issuer', async (_title, who) => {
  const id = idToken(3600);
  expect(await who({}, { KUBECONFIG: writeConfig({ id }) })).toMatchObject({ user: { username: 'jane' } });
  expect(arrived()).toBe(`Bearer ${id}`);
  expect(seen).toEqual([]);
});

describe.each(programs)('%s renew an expired id-token', (_title, who) => {
  test.each([
    ['without a client secret', undefined, `Basic ${Buffer.from('kube:').toString('base64')}`],
    ['with a client secret', 's%a t', `Basic ${Buffer.from('kube:s%25a+t').toString('base64')}`],
  ])('%s', async (_case, secret, authorization) => {
    const KUBECONFIG = writeConfig(secret === undefined ? {} : { secret });
    expect(await who({}, { KUBECONFIG })).toMatchObject({ user: { username: 'jane' } });
    expect(seen).toEqual([
      { path: '/.well-known/openid-configuration', authorization: undefined, form: '' },
      { path: '/token', authorization, form: 'grant_type=refresh_token&refresh_token=first.refresh%2Ftoken%2B%3D' },
    ]);
    const [id, refresh] = tokensIn(KUBECONFIG);
    expect(arrived()).toBe(`Bearer ${id}`);
    expect(refresh).toBe('next-2.x/y+z=');
  });

  test('with the secret in the form when the header is refused', async () => {
    grant = (number) => (number === 2 ? { status: 401, body: {} } : { body: { ...ACCESS, id_token: idToken(3600) } });
    const KUBECONFIG = writeConfig({ secret: 'shh' });
    expect(await who({}, { KUBECONFIG })).toMatchObject({ user: { username: 'jane' } });
    expect(Object.fromEntries(new URLSearchParams(seen[2]?.form))).toEqual({
      client_id: 'kube',
      client_secret: 'shh',
      grant_type: 'refresh_token',
      refresh_token: 'first.refresh/token+=',
    });
    expect(tokensIn(KUBECONFIG)[1]).toBe('first.refresh/token+=');
  });
});

describe.each(['', '"', "'"])('the kubeconfig, with %s around its tokens', (quote) => {
  test('changes in the tokens only', async () => {
    const KUBECONFIG = writeConfig({}, quote);
    const [before, [oldId = '', oldRefresh = '']] = [readFileSync(KUBECONFIG, 'utf8'), tokensIn(KUBECONFIG)];
    chmodSync(KUBECONFIG, 0o640);
    await ourWho({}, { KUBECONFIG });
    const [id, refresh] = tokensIn(KUBECONFIG);
    const expected = before
      .replace(`${quote}${oldId}${quote}`, `"${id}"`)
      .replace(`${quote}${oldRefresh}${quote}`, `"${refresh}"`);
    expect(readFileSync(KUBECONFIG, 'utf8')).toBe(expected);
    expect(statSync(KUBECONFIG).mode & 0o777).toBe(0o640);
    expect(existsSync(`${KUBECONFIG}.lock`)).toBe(false);
  });
});

test('a kubeconfig behind a link stays behind it', async () => {
  const target = writeConfig({});
  const KUBECONFIG = join(newFolder(), 'link');
  symlinkSync(target, KUBECONFIG);
  await ourWho({}, { KUBECONFIG });
  expect(tokensIn(target)[1]).toBe('next-2.x/y+z=');
});

test('programs at the same time use the refresh-token once', async () => {
  delayMs = 400;
  const KUBECONFIG = writeConfig({});
  const answers = await Promise.all([
    bunWho({}, { KUBECONFIG }),
    bunWho({}, { KUBECONFIG }),
    ourWho({}, { KUBECONFIG }),
  ]);
  expect(seen.filter(({ path }) => path === '/token')).toHaveLength(1);
  expect(answers.map(({ user, error }) => error ?? user)).toEqual(Array(3).fill({ username: 'jane' }));
});

describe('nothing is renewed', () => {
  const failing = async (KUBECONFIG: string) => (await ourWho({}, { KUBECONFIG })).error;

  test('where the new tokens could not be kept', async () => {
    const block = writeConfig({});
    writeFile(block, readFileSync(block, 'utf8').replace('refresh-token: ', 'refresh-token: >-\n          '));
    expect(await failing(block)).toMatch(/has expired and cannot be replaced there \(kubectl auth whoami\)/);
    expect(seen).toEqual([]);
  });

  test('without a refresh-token, or an id-token that is one', async () => {
    expect(await failing(writeConfig({ refresh: '""' }))).toMatch(
      /no valid id-token, and cannot refresh without refresh-token/,
    );
    expect(await failing(writeConfig({ id: 'a.b' }))).toMatch(/ID Token is not a valid JWT/);
    expect(seen).toEqual([]);
  });

  test('when the issuer names an endpoint without https, to which nothing is sent', async () => {
    elsewhere = issuer.replace('https:', 'http:');
    expect(await failing(writeConfig({}))).toMatch(/the issuer speaks https, but its token_endpoint does not/);
    expect(seen.map(({ path }) => path)).toEqual(['/.well-known/openid-configuration']);
  });

  test.each([
    [
      'refuses',
      { status: 400, body: { error: 'invalid_grant', error_description: 'hidden' } },
      /HTTP 400 \(invalid_grant\)/,
    ],
    ['answers without an id-token', { body: ACCESS }, /did not contain an id_token/],
  ])('when the issuer %s', async (_title, answer, expected) => {
    grant = () => answer;
    const KUBECONFIG = writeConfig({});
    const before = readFileSync(KUBECONFIG, 'utf8');
    const error = await failing(KUBECONFIG);
    expect(error).toMatch(expected);
    expect(error).not.toMatch(/hidden|first\.refresh/);
    expect(readFileSync(KUBECONFIG, 'utf8')).toBe(before);
    expect(existsSync(`${KUBECONFIG}.lock`)).toBe(false);
  });
});
