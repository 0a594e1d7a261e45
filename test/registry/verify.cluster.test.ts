/** Every verdict, from real registries (distribution v3) behind proxies that cause the faults that the test wants. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { createRegistryClient, type RegistryFlags } from '../../src/registry/registry-client.ts';
import type { Credential } from '../../src/secret/credential.ts';
import { parseImage } from '../../src/secret/image.ts';
import { assignLogin } from '../../src/verify/login-permission.ts';
import type { Verdict } from '../../src/verify/verdict.ts';
import { createAuthority, issueCertificate } from '../environment/certificate.ts';
import { startTokenServer } from '../environment/token-server.ts';
import {
  janedoe,
  johndoe,
  pushTestImage,
  type RegistryUser,
  sharedRegistries,
  startRegistry,
} from '../environment/use.ts';
import { fakeIo } from '../support/io.ts';
import { startHttpProxy } from '../support/proxies.ts';
import { type Front, type FrontOptions, startFront } from '../support/registry-front.ts';

interface Asked extends RegistryFlags {
  readonly credential?: Credential;
  readonly image?: string;
  readonly env?: Record<string, string>;
}

const jane: Credential = janedoe;
const wrong: Credential = { username: 'janedoe', password: 'wrong' };
const PERSON = { from: 'person' } as const;
const own = (server: string, credential: Credential = jane) =>
  assignLogin(credential, { key: server, owner: 'person' });
const empty: Credential = { username: '', password: '' };

async function ask(server: string, { credential = jane, image, env = {}, ...options }: Asked = {}): Promise<Verdict> {
  const client = await createRegistryClient(options, PERSON, fakeIo({ env }));
  const reference = image === undefined ? undefined : parseImage(image);
  return client.verify({ server, login: own(server, credential), image: reference }).finally(() => client.close());
}

async function front(options: FrontOptions): Promise<Front> {
  const started = await startFront(options);
  onTestFinished(() => started.close());
  return started;
}

const { basic, bearer, publicImage } = sharedRegistries();
const privatePath = 'janedoe/jdoe-private:v1';

const outcomes: readonly (readonly [situation: string, server: string, asked: Asked, verdict: Verdict])[] = [
  ['Basic, the right password', basic.host, {}, { kind: 'accepted' }],
  ['Basic, a wrong password', basic.host, { credential: wrong }, { kind: 'rejected', status: 401 }],
  ['Basic, nothing to send', basic.host, { credential: empty }, { kind: 'anonymous', why: 'empty' }],
  ['Basic, a path in the server', `https://${basic.host}/v2/janedoe`, {}, { kind: 'accepted' }],
  ['Basic, an image', basic.host, { image: basic.privateImage }, { kind: 'accepted' }],
  [
    'Basic, an image with a wrong password',
    basic.host,
    { image: basic.privateImage, credential: wrong },
    { kind: 'rejected', status: 401 },
  ],
  [
    'Basic, an image with nothing to send',
    basic.host,
    { image: basic.privateImage, credential: empty },
    { kind: 'anonymous', why: 'empty', result: 'fails' },
  ],
  [
    'Basic, a tag that is not there',
    basic.host,
    { image: `${basic.host}/janedoe/jdoe-private:v9` },
    { kind: 'not found', repository: 'janedoe/jdoe-private', missing: 'tag', tags: { names: ['v1'], more: 0 } },
  ],
  [
    'Basic, a repository that is not there',
    basic.host,
    { image: `${basic.host}/janedoe/other` },
    { kind: 'not found', repository: 'janedoe/other', missing: 'repository' },
  ],
  ['Bearer, the right password', bearer.host, {}, { kind: 'accepted' }],
  ['Bearer, a wrong password', bearer.host, { credential: wrong }, { kind: 'rejected', status: 401 }],
  [
    'Bearer, no password',
    bearer.host,
    { credential: { username: 'janedoe', password: '' } },
    { kind: 'anonymous', why: 'empty' },
  ],
  ['Bearer, an image', bearer.host, { image: bearer.privateImage }, { kind: 'accepted' }],
  [
    'Bearer, an image with a wrong password',
    bearer.host,
    { image: bearer.privateImage, credential: wrong },
    { kind: 'rejected', status: 401 },
  ],
  [
    'Bearer, an image that is somebody else’s',
    bearer.host,
    { image: bearer.privateImage, credential: johndoe },
    { kind: 'no access', repository: 'janedoe/jdoe-private', status: 401 },
  ],
  [
    'Bearer, a repository that is not there, which is as closed as one of somebody else',
    bearer.host,
    { image: `${bearer.host}/nobody/app` },
    { kind: 'no access', repository: 'nobody/app', status: 401 },
  ],
  [
    'Bearer, a tag that is not there',
    bearer.host,
    { image: `${bearer.host}/janedoe/jdoe-private:v9` },
    { kind: 'not found', repository: 'janedoe/jdoe-private', missing: 'tag', tags: { names: ['v1'], more: 0 } },
  ],
  ['Bearer, a public image', bearer.host, { image: publicImage }, { kind: 'accepted', public: true }],
  [
    'Bearer, a public image with a wrong password, which breaks its pull',
    bearer.host,
    { image: publicImage, credential: wrong },
    { kind: 'rejected', status: 401 },
  ],
  [
    'Bearer, a public image with nothing to send',
    bearer.host,
    { image: publicImage, credential: empty },
    { kind: 'anonymous', why: 'empty', result: 'pulls' },
  ],
  [
    'Bearer, a private image with nothing to send',
    bearer.host,
    { image: bearer.privateImage, credential: empty },
    { kind: 'anonymous', why: 'empty', result: 'fails' },
  ],
  ['a server that is no host', 'a b', {}, { kind: 'not asked', reason: 'the server has no host' }],
  [
    'a server that stands for many',
    '*.example.com',
    {},
    { kind: 'not asked', reason: 'it matches many registries; use --image for an image' },
  ],
];

test.each(outcomes)('%s', async (_, server, asked, verdict) => {
  expect(await ask(server, asked)).toEqual(verdict);
});

test('an identity token is exchanged for a token by POST', async () => {
  const { tokenServer, host } = await ownBearer();
  const identityToken = tokenServer.issueRefreshToken('ada');
  expect(await ask(host, { credential: { identityToken }, image: `${host}/ada/app:v1` })).toEqual({ kind: 'accepted' });
  expect(await ask(host, { credential: { identityToken: 'made-up' } })).toEqual({ kind: 'rejected', status: 401 });
});

test('a registry that asks for no login says nothing about one', async () => {
  const { host } = await startRegistry({ auth: 'none' });
  await pushTestImage(`${host}/app:v1`);
  expect(await ask(host)).toEqual({ kind: 'anonymous', why: 'asks for none' });
  const pulled = await ask(host, { image: `${host}/app:v1` });
  expect(pulled).toEqual({ kind: 'anonymous', why: 'asks for none', result: 'pulls' });
});

test('one request for a manifest, with the four kinds of manifest, and never the manifest itself', async () => {
  const passing = await front({ behind: basic.host });
  await ask(passing.host, { image: `${passing.host}/${privatePath}` });
  const manifests = passing.requests.filter(({ path }) => path.includes('/manifests/'));
  expect(manifests.map(({ method }) => method)).toEqual(['HEAD', 'HEAD']);
  const kinds = [
    'application/vnd.docker.distribution.manifest.v2+json',
    'application/vnd.docker.distribution.manifest.list.v2+json',
    'application/vnd.oci.image.manifest.v1+json',
    'application/vnd.oci.image.index.v1+json',
    '*/*',
  ];
  for (const { accept } of manifests) expect(accept?.split(', ')).toEqual(kinds);
});

test('the same question is asked once, and a registry is greeted once', async () => {
  const passing = await front({ behind: basic.host });
  const client = await createRegistryClient({}, PERSON, fakeIo());
  await client.verify({ server: passing.host, login: own(passing.host) });
  await client.verify({ server: `https://${passing.host}/v2/`, login: own(`https://${passing.host}/v2/`) });
  await client.verify({ server: passing.host, login: own(passing.host, wrong) });
  client.close();
  expect(passing.requests.map(({ authorization }) => authorization !== undefined)).toEqual([false, true, true]);
});

test('a login is asked about once, however many images it is tried on, and a wrong one is wrong for all', async () => {
  const passing = await front({ behind: basic.host });
  const client = await createRegistryClient({}, PERSON, fakeIo());
  const verdicts = await Promise.all(
    ['v1', 'v2', 'v3'].map((tag) => {
      const image = parseImage(`${passing.host}/janedoe/jdoe-private:${tag}`);
      return client.verify({ server: passing.host, login: own(passing.host, wrong), image });
    }),
  );
  client.close();
  expect(verdicts).toEqual(Array(3).fill({ kind: 'rejected', status: 401 }));
  const greetings = passing.requests.filter(({ path }) => path === '/v2/');
  expect(greetings.map(({ authorization }) => authorization !== undefined)).toEqual([false, true]);
});

test('as a runtime asks: without the login, and with it; the login is not asked about by itself', async () => {
  const passing = await front({ behind: basic.host });
  expect(await ask(passing.host, { image: `${passing.host}/${privatePath}` })).toEqual({ kind: 'accepted' });
  expect(passing.requests.map(({ method, authorization }) => `${method} ${authorization !== undefined}`)).toEqual([
    'HEAD false',
    'HEAD true',
  ]);
});

/** A Bearer registry with its own token server. `tokens` are options of the proxy in front of the token server. */
async function ownBearer(options: { tokens?: FrontOptions; expiresIn?: number; service?: string } = {}) {
  const { tokens, expiresIn, service } = options;
  const users: RegistryUser[] = [{ username: 'ada', password: 'lovelace', repositories: ['ada/*'] }];
  const tokenServer = await startTokenServer({
    users,
    publicRepositories: ['public/*'],
    ...(expiresIn === undefined ? {} : { expiresIn }),
  });
  onTestFinished(() => tokenServer.close());
  const before = await startFront({ behind: new URL(tokenServer.url).host, ...tokens });
  onTestFinished(() => before.close());
  const url = `http://127.0.0.1:${before.host.split(':')[1]}/token`;
  const trusted = { ...tokenServer, url, service: service ?? tokenServer.service };
  const { issuer, jwks } = trusted;
  const registry = { url, issuer, jwks, service: trusted.service };
  const { host } = await startRegistry({ auth: 'bearer', users, tokenServer: registry });
  if (expiresIn === undefined && service === undefined)
    await pushTestImage(`${host}/ada/app:v1`, users[0]).catch(() => undefined);
  return { tokenServer, tokens: before, host };
}

const ada: Credential = { username: 'ada', password: 'lovelace' };

describe('token servers', () => {
  test('scope and service are asked for, the login is in the form of one POST', async () => {
    const { tokens, host } = await ownBearer();
    const before = tokens.requests.length;
    expect(await ask(host, { credential: ada, image: `${host}/ada/app:v1` })).toEqual({ kind: 'accepted' });
    const asked = tokens.requests.slice(before).map(({ method, path, body, authorization }) => {
      const fields = new URLSearchParams(method === 'POST' ? body : new URL(path, 'http://x').searchParams);
      return { method, ...Object.fromEntries(fields), authorization };
    });
    const scope = 'repository:ada/app:pull';
    const common = { service: 'test-registry', client_id: 'regsecret', authorization: undefined };
    const login = { grant_type: 'password', username: 'ada', password: 'lovelace' };
    expect(asked).toHaveLength(3);
    expect(asked).toContainEqual({ method: 'GET', ...common, scope });
    expect(asked).toContainEqual({ method: 'POST', ...common });
    expect(asked).toContainEqual({ method: 'POST', ...common, ...login, scope });
    expect(tokens.requests.map(({ path }) => path).join()).not.toContain('lovelace');
  });

  test('without an image it is asked as `docker login` asks: with GET, and the account', async () => {
    const { tokens, host } = await ownBearer();
    const before = tokens.requests.length;
    expect(await ask(host, { credential: ada })).toEqual({ kind: 'accepted' });
    const [first] = tokens.requests.slice(before);
    expect([first?.method, first?.authorization]).toEqual(['GET', `Basic ${btoa('ada:lovelace')}`]);
    expect(first?.path).toContain('account=ada');
  });

  test('one that knows only POST', async () => {
    const choose: FrontOptions['choose'] = ({ method }) => (method === 'GET' ? { status: 405 } : undefined);
    const { tokens, host } = await ownBearer({ tokens: { choose } });
    expect(await ask(host, { credential: ada })).toEqual({ kind: 'accepted' });
    expect(await ask(host, { credential: { ...ada, password: 'x' } })).toEqual({ kind: 'rejected', status: 401 });
    const posted = tokens.requests
      .filter(({ method }) => method === 'POST')
      .map(({ body }) => new URLSearchParams(body));
    expect(Object.fromEntries(posted[0] ?? [])).toMatchObject({ grant_type: 'password', username: 'ada' });
  });

  test('tokens that have expired when they are given out: nothing is said of the login', async () => {
    const { host } = await ownBearer({ expiresIn: -3600 });
    for (const image of [undefined, `${host}/ada/app:v1`]) {
      const verdict = await ask(host, { credential: ada, ...(image === undefined ? {} : { image }) });
      expect(verdict).toMatchObject({ kind: 'unreachable', cause: 'protocol' });
      expect(verdict).toMatchObject({ reason: expect.stringContaining('does not accept the new token') });
    }
  });

  test('tokens for another service', async () => {
    const { host } = await ownBearer({ service: 'another-registry' });
    expect(await ask(host, { credential: ada })).toMatchObject({ kind: 'unreachable', cause: 'protocol' });
  });

  test('one that gives a weaker token than was asked for', async () => {
    const { host } = await ownBearer();
    const verdict = await ask(host, { credential: ada, image: `${host}/grace/app:v1` });
    expect(verdict).toEqual({ kind: 'no access', repository: 'grace/app', status: 401 });
  });

  test('one that ignores the login, and gives everybody the same: that is not accepted', async () => {
    const users: RegistryUser[] = [{ username: 'ada', password: 'lovelace', repositories: ['public/*'] }];
    const tokenServer = await startTokenServer({ users, publicRepositories: ['public/*'] });
    onTestFinished(() => tokenServer.close());
    const strip = await startDeafTokenServer(tokenServer.url);
    const { url, service, issuer, jwks } = { ...tokenServer, url: strip };
    const { host } = await startRegistry({ auth: 'bearer', users, tokenServer: { url, service, issuer, jwks } });
    expect(await ask(host, { credential: ada })).toEqual({ kind: 'anonymous', why: 'same answer' });
  });

  test.each([
    ['broken JSON', { status: 200, body: '{"token":' }, 'protocol', 'its token server sent no token'],
    ['no token', { status: 200, body: '{"expires_in":300}' }, 'protocol', 'its token server sent no token'],
    [
      'a token that is no text for a header',
      { status: 200, body: '{"token":"a\\nb"}' },
      'protocol',
      'its token server sent no token',
    ],
    ['HTTP 500', { status: 500 }, 'protocol', 'its token server answers with HTTP 500'],
    ['100 MB', 'huge', 'protocol', 'its answer is too large for a registry'],
    ['nothing', 'reset', 'tcp', 'it closed the connection without an answer'],
  ] as const)('one that answers with %s', async (_, fault, cause, reason) => {
    const { host } = await ownBearer({ tokens: { choose: () => fault } });
    expect(await ask(host, { credential: ada })).toEqual({ kind: 'unreachable', cause, reason });
  });

  test('one that limits the rate', async () => {
    const { host } = await ownBearer({ tokens: { choose: () => ({ status: 429, headers: { 'retry-after': '30' } }) } });
    expect(await ask(host, { credential: ada })).toEqual({ kind: 'rate limited', retryAfterSeconds: 30 });
  });

  test('one that sends us on within its host', async () => {
    const choose: FrontOptions['choose'] = ({ path }) =>
      path.startsWith('/token') && !path.includes('again')
        ? { status: 307, headers: { location: `${path}&again=1` } }
        : undefined;
    const { host } = await ownBearer({ tokens: { choose } });
    expect(await ask(host, { credential: ada })).toEqual({ kind: 'accepted' });
  });

  test('one that redirects to another host does not get the login there', async () => {
    const thief = await front({ choose: () => ({ status: 200, body: '{"token":"x"}' }) });
    const location = `http://${thief.host}/token`;
    const { host } = await ownBearer({ tokens: { choose: () => ({ status: 302, headers: { location } }) } });
    expect(await ask(host, { credential: ada })).toEqual({
      kind: 'unreachable',
      cause: 'target',
      reason: `it redirects to ${thief.host}, which does not get the login`,
    });
    expect(thief.requests).toEqual([]);
  });

  test('one that redirects to the metadata service is not followed there', async () => {
    const location = 'http://169.254.169.254/latest/meta-data/';
    const { host } = await ownBearer({ tokens: { choose: () => ({ status: 302, headers: { location } }) } });
    expect(await ask(host, { credential: ada })).toMatchObject({
      cause: 'target',
      reason: expect.stringContaining('is at a link-local or metadata address (169.254.169.254)'),
    });
  });
});

/** Starts a proxy that forwards requests to a token server without their login. */
async function startDeafTokenServer(url: string): Promise<string> {
  const deaf = await startFront({
    behind: new URL(url).host,
    dropAuthorization: true,
  });
  onTestFinished(() => deaf.close());
  return `http://127.0.0.1:${deaf.host.split(':')[1]}/token`;
}

describe('realms', () => {
  function withRealm(realm: string): NonNullable<FrontOptions['choose']> {
    return () => ({
      rewrite: (headers) => ({ ...headers, 'www-authenticate': `Bearer realm="${realm}",service="x"` }),
    });
  }

  test.each([
    ['http://169.254.169.254/latest/api/token', 'is at a link-local or metadata address (169.254.169.254)'],
    ['http://[::ffff:169.254.169.254]/token', 'is at a link-local or metadata address ([::ffff:a9fe:a9fe])'],
    ['http://metadata.google.internal/token', 'is at a link-local or metadata address (metadata.google.internal)'],
    ['ftp://example.com/token', 'is not used over https (example.com)'],
  ])('%s is not called', async (realm, reason) => {
    const proxy = await startHttpProxy();
    onTestFinished(() => proxy.close());
    const liar = await front({ behind: bearer.host, choose: withRealm(realm) });
    const env = { HTTP_PROXY: `http://${proxy.address}`, HTTPS_PROXY: `http://${proxy.address}` };
    const verdict = await ask(liar.host, { env });
    expect(verdict).toEqual({ kind: 'unreachable', cause: 'target', reason: `its token server ${reason}` });
    expect(proxy.targets).toEqual([]);
    expect(liar.requests.map(({ authorization }) => authorization)).toEqual([undefined]);
  });

  test('none', async () => {
    const liar = await front({
      behind: bearer.host,
      choose: () => ({ rewrite: (headers) => ({ ...headers, 'www-authenticate': 'Bearer service="x"' }) }),
    });
    expect(await ask(liar.host)).toMatchObject({ reason: 'the registry gives no token server' });
  });
});

describe('registries that are hard to reach', () => {
  test('nothing listens', async () => {
    const gone = await startFront({});
    await gone.close();
    expect(await ask(gone.host)).toEqual({ kind: 'unreachable', cause: 'tcp', reason: 'connection refused' });
  });

  test('a name that nobody knows', async () => {
    const verdict = await ask('registry.invalid');
    expect(verdict).toEqual({ kind: 'unreachable', cause: 'dns', reason: 'its name cannot be resolved' });
  });

  test('one that closes connections', async () => {
    const { host } = await front({ choose: () => 'reset' });
    expect(await ask(host)).toMatchObject({ kind: 'unreachable', cause: 'tcp' });
  });

  test('one that never answers', async () => {
    const { host } = await front({ choose: () => 'hang' });
    const verdict = await ask(host, { timeout: '300ms' });
    expect(verdict).toEqual({ kind: 'unreachable', cause: 'timeout', reason: 'no answer within 0.3 s' });
  });

  test('one that never answers does not hold up the others', async () => {
    const { host } = await front({ choose: () => 'hang' });
    const client = await createRegistryClient({ timeout: '20s' }, PERSON, fakeIo());
    const hanging = client.verify({ server: host, login: own(host) });
    const others = [basic.host, bearer.host].map((server) => client.verify({ server, login: own(server) }));
    expect(await Promise.all(others)).toEqual([{ kind: 'accepted' }, { kind: 'accepted' }]);
    const first = await Promise.race([hanging, Promise.resolve('still waiting')]);
    expect(first).toBe('still waiting');
    client.close();
  });

  test('Ctrl-C ends the waiting', async () => {
    const { host } = await front({ choose: () => 'hang' });
    const io = fakeIo();
    const client = await createRegistryClient({}, PERSON, io);
    const waiting = client.verify({ server: host, login: own(host) });
    io.interrupt();
    await expect(waiting).rejects.toThrow('interrupted');
    client.close();
  });

  test.each([
    [
      'a page that is no registry',
      { status: 404, body: '<html>' },
      'it does not answer like a registry (HTTP 404 at /v2/)',
    ],
    ['403', { status: 403 }, 'it refuses this machine (HTTP 403 at /v2/) and does not ask for a login'],
    ['401 without a challenge', { status: 401 }, 'it does not answer like a registry (HTTP 401 at /v2/)'],
    [
      'a challenge of another kind',
      { status: 401, headers: { 'www-authenticate': 'Negotiate' } },
      'it does not answer like a registry (HTTP 401 at /v2/)',
    ],
  ] as const)('one that answers with %s', async (_, fault, reason) => {
    const { host } = await front({ choose: () => fault });
    expect(await ask(host)).toEqual({ kind: 'unreachable', cause: 'protocol', reason });
  });

  test('one that answers with 100 MB, which are not read', async () => {
    const { host } = await front({ choose: () => 'huge' });
    expect(await ask(host)).toEqual({ kind: 'anonymous', why: 'asks for none' });
  });

  test.each<[headers: () => Record<string, string>, seconds: number | undefined]>([
    [() => ({ 'retry-after': '30' }), 30],
    [() => ({ 'retry-after': 'Wed, 21 Oct 2015 07:28:00 GMT' }), undefined],
    [() => ({ 'x-ratelimit-reset': `${Math.floor(Date.now() / 1000) + 3600}` }), 3600],
    [() => ({}), undefined],
  ])('one that limits the rate, with %s', async (headers, seconds) => {
    const { host } = await front({ choose: () => ({ status: 429, headers: headers() }) });
    const verdict = await ask(host);
    expect(verdict.kind).toBe('rate limited');
    const said = verdict.kind === 'rate limited' ? verdict.retryAfterSeconds : 0;
    if (seconds === undefined) expect(said).toBeUndefined();
    else expect(Math.abs((said ?? 0) - seconds)).toBeLessThan(60);
  });

  test('one that limits the rate of manifests alone', async () => {
    const limit: FrontOptions['choose'] = ({ path }) =>
      path.includes('/manifests/') ? { status: 429, headers: { 'retry-after': '5' } } : undefined;
    const { host } = await front({ behind: basic.host, choose: limit });
    const verdict = await ask(host, { image: `${host}/${privatePath}` });
    expect(verdict).toEqual({ kind: 'rate limited', retryAfterSeconds: 5 });
  });
});

describe('registries behind a redirect', () => {
  test('to another place of the same host', async () => {
    const choose: FrontOptions['choose'] = ({ path }) =>
      path === '/v2/' ? { status: 301, headers: { location: '/v2/?moved' } } : undefined;
    const { host } = await front({ behind: basic.host, choose });
    expect(await ask(host, { image: `${host}/${privatePath}` })).toEqual({ kind: 'accepted' });
  });

  test('to another host: the login is not sent there, nor to the first', async () => {
    const second = await front({ behind: basic.host });
    const first = await front({
      choose: ({ path }) => ({ status: 308, headers: { location: `http://${second.host}${path}` } }),
    });
    expect(await ask(first.host)).toEqual({
      kind: 'unreachable',
      cause: 'target',
      reason: `it redirects to ${second.host}, which does not get the login`,
    });
    const sent = [...first.requests, ...second.requests].filter(({ authorization }) => authorization !== undefined);
    expect(sent).toEqual([]);
  });

  test('a manifest elsewhere is looked at without the login', async () => {
    const digest = `sha256:${'0'.repeat(64)}`;
    const headers = {
      'content-type': 'application/vnd.docker.distribution.manifest.v2+json',
      'content-length': '2',
      'docker-content-digest': digest,
    };
    const store = await front({ choose: () => ({ status: 200, headers }) });
    const first = await front({
      behind: basic.host,
      choose: ({ path, authorization }) =>
        path.includes('/manifests/') && authorization !== undefined
          ? { status: 307, headers: { location: `http://${store.host}/blob` } }
          : undefined,
    });
    const verdict = await ask(first.host, { image: `${first.host}/${privatePath}` });
    expect(verdict).toEqual({ kind: 'accepted' });
    expect(store.requests.map(({ path, authorization }) => [path, authorization])).toEqual([['/blob', undefined]]);
  });

  test('in a circle', async () => {
    const { host } = await front({ choose: () => ({ status: 302, headers: { location: '/v2/' } }) });
    expect(await ask(host)).toMatchObject({ cause: 'target', reason: expect.stringContaining('without end') });
  });
});

describe('TLS', () => {
  let folder: string;
  let registryCa: string;
  const authority = createAuthority('a company');
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'regsecret-tls-'));
    registryCa = join(folder, 'ca.crt');
    writeFileSync(registryCa, authority.certificate);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  function secure(name: string): Promise<Front> {
    return front({ behind: basic.host, tls: issueCertificate(authority, { commonName: name }, [name]) });
  }

  test('a registry with a certificate of a private authority, that is named', async () => {
    const { host } = await secure('127.0.0.1');
    expect(await ask(host, { registryCa })).toEqual({ kind: 'accepted' });
    expect(await ask(host, { registryCa, image: `${host}/${privatePath}` })).toEqual({ kind: 'accepted' });
  });

  test('the same without naming it, which is not spoken to in plain HTTP instead', async () => {
    const registry = await secure('127.0.0.1');
    expect(await ask(registry.host)).toEqual({
      kind: 'unreachable',
      cause: 'tls',
      reason: 'its certificate is signed by an unknown authority',
    });
    expect(registry.requests).toEqual([]);
  });

  test('a certificate for another name', async () => {
    const { host } = await secure('registry.example');
    expect(await ask(host, { registryCa })).toEqual({
      kind: 'unreachable',
      cause: 'tls',
      reason: 'its certificate is for another name',
    });
  });

  test('a file without a certificate', async () => {
    const file = join(folder, 'empty.crt');
    writeFileSync(file, 'x');
    await expect(ask('r.io', { registryCa: file })).rejects.toThrow(`there is no certificate in ${file}`);
    await expect(ask('r.io', { registryCa: `${file}.gone` })).rejects.toThrow('cannot read');
  });

  test('a registry elsewhere that speaks http only, and through a proxy', async () => {
    const proxy = await startHttpProxy();
    onTestFinished(() => proxy.close());
    const { host } = await front({ behind: basic.host });
    const name = `registry.example:${host.split(':')[1]}`;
    const env = { HTTP_PROXY: `http://${proxy.address}`, HTTPS_PROXY: `http://${proxy.address}` };
    expect(await ask(name, { env })).toEqual({
      kind: 'unreachable',
      cause: 'tls',
      reason: 'it speaks http, not https',
    });
    expect(await ask(name, { env, plainHttp: [name] })).toEqual({ kind: 'accepted' });
    expect(proxy.targets).toContain(`http://${name}/v2/`);
  });
});
