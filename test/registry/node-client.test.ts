/** Registries for which a verdict was once wrong. It must agree with what the node's own client gets. */
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { createRegistryClient } from '../../src/registry/registry-client.ts';
import { parseImage } from '../../src/secret/image.ts';
import { assignLogin } from '../../src/verify/login-permission.ts';
import type { Verdict } from '../../src/verify/verdict.ts';
import { type Asker, startAsker } from '../support/ask-registry.ts';
import { fakeIo } from '../support/io.ts';
import { type FrontFault, type FrontRequest, startFront } from '../support/registry-front.ts';
import {
  BASIC,
  basicProgram,
  bearer,
  type Changes,
  DIGEST,
  DISTRIBUTION,
  LOGINS,
  type LoginName,
  MANIFEST,
  type Place,
  program,
  type RegistryProgram,
} from '../support/registry-program.ts';

let asker: Asker;
beforeAll(async () => {
  asker = await startAsker();
});
afterAll(() => asker.close());

type Row = readonly [situation: string, registry: RegistryProgram, login: LoginName, verdict: Verdict];

function verdicts(rows: readonly Row[], withImage = true): void {
  test.each(rows)('%s', async (_, registry, login, verdict) => {
    expect((await asker.ask(registry, login, withImage)).verdict).toEqual(verdict);
  });
}

const accepted: Verdict = { kind: 'accepted' };
const noAccess: Verdict = { kind: 'no access', repository: 'team/app', status: 401 };
const unchecked: Verdict = { kind: 'anonymous', why: 'same answer', result: 'fails' };
const unreachable = (reason: string): Verdict => ({ kind: 'unreachable', cause: 'protocol', reason });
const at = (realm: string, more?: string): Partial<Place> => ({ challenge: [bearer(realm, more)] });

describe('the challenge at the manifest is the one that counts', () => {
  const other = 'repository:mirror/team/app:pull';
  verdicts([
    [
      'another scope, for a proxy rewrites names',
      program({ manifest: at('AUTH/token', `,service="registry",scope="${other}"`), scope: other }),
      'right',
      accepted,
    ],
    ['another realm', program({ manifest: at('AUTH/token/two'), realm: '/token/two' }), 'right', accepted],
    ['another service', program({ manifest: at('AUTH/token', ',service="two"'), service: 'two' }), 'right', accepted],
    ['Basic, where /v2/ has Bearer', program({ manifest: { challenge: [BASIC], basic: true } }), 'right', accepted],
    ['Bearer, where /v2/ has Basic', program({ v2: { challenge: [BASIC], basic: true } }), 'right', accepted],
    [
      'the same with a wrong login',
      program({ manifest: at('AUTH/token', ',service="two"'), service: 'two' }),
      'wrong',
      { kind: 'rejected', status: 401 },
    ],
  ]);
});

describe('a pull that is proven is not called into question by what anybody gets', () => {
  verdicts([
    ['429', program({ tokens: { anonymous: 429, kind: 'opaque' } }), 'right', accepted],
    ['500', program({ tokens: { anonymous: 500, kind: 'opaque' } }), 'right', accepted],
    ['404', program({ tokens: { anonymous: 404, kind: 'opaque' } }), 'right', accepted],
    ['no token', program({ tokens: { anonymous: 'empty', kind: 'opaque' } }), 'right', accepted],
  ]);
  describe('without an image', () => {
    verdicts(
      [429, 500, 404, 'empty' as const].map((anonymous) => [
        `${anonymous}`,
        program({ tokens: { anonymous, kind: 'opaque' } }),
        'right',
        accepted,
      ]),
      false,
    );
  });
});

describe('a token server that gives a wrong login the token of everybody', () => {
  const generous = (kind: 'jwt' | 'opaque'): RegistryProgram => program({ tokens: { wrong: 'anonymous token', kind } });
  verdicts([
    ['a wrong login', generous('jwt'), 'wrong', unchecked],
    ['a wrong login, opaque tokens', generous('opaque'), 'wrong', unchecked],
    ['a good login without the right to pull', generous('jwt'), 'stranger', noAccess],
    ['the same, opaque tokens', generous('opaque'), 'stranger', noAccess],
    ['a good one', generous('opaque'), 'right', accepted],
    ...(['jwt', 'opaque'] as const).flatMap((kind): Row[] => {
      const tokens = { wrong: 'anonymous token', kind, strict: true, post: 404 } as const;
      return [
        [
          `only without a scope, a wrong login, ${kind}`,
          program({ tokens }),
          'wrong',
          { kind: 'rejected', status: 403 },
        ],
        [`the same, without the right to pull, ${kind}`, program({ tokens }), 'stranger', { ...noAccess, status: 403 }],
      ];
    }),
  ]);
});

describe('a token server that refuses a token for the repository', () => {
  const denied = (status: number): Verdict => ({ ...noAccess, status });
  verdicts([
    ...(['works', 400, 401, 404] as const).flatMap((post): Row[] => {
      const refusing = program({ tokens: { post, strict: true, kind: 'opaque', anonymous: 401 } });
      return [
        [`POST ${post}, a good login without the right to pull`, refusing, 'stranger', denied(401)],
        [`POST ${post}, a wrong login`, refusing, 'wrong', { kind: 'rejected', status: 401 }],
      ];
    }),
    [
      '403, as the last word of POST',
      program({ tokens: { strict: true, wrong: 403, kind: 'opaque' } }),
      'stranger',
      denied(403),
    ],
    ...([404, 429, 500, 'empty'] as const).map(
      (anonymous): Row => [
        `a token that may not pull, and ${anonymous} for everybody`,
        program({ tokens: { kind: 'opaque', anonymous } }),
        'stranger',
        noAccess,
      ],
    ),
  ]);
});

describe('what passes is asked about again, once', () => {
  const busy = { 'retry-after': '1' };
  verdicts([
    ['one 503 at the manifest', program({ manifest: { first: [503] } }), 'right', accepted],
    ['one 503 after Basic', basicProgram({ manifest: { first: [503] } }), 'right', accepted],
    ['one 429 with Retry-After: 1', program({ manifest: { first: [429], headers: busy } }), 'right', accepted],
    ['a connection that breaks', program({ manifest: { first: ['reset'] } }), 'right', accepted],
    [
      '429 that lasts an hour',
      program({ manifest: { first: [429], headers: { 'retry-after': '3600' } } }),
      'right',
      { kind: 'rate limited', retryAfterSeconds: 3600 },
    ],
    ['503 that lasts', program({ manifest: { first: [503, 503] } }), 'right', unreachable('it answers with HTTP 503')],
  ]);
  verdicts(
    [
      ['one 503 at /v2/', program({ v2: { first: [503] } }), 'right', accepted],
      ['a connection to /v2/ that breaks', program({ v2: { first: ['reset'] } }), 'right', accepted],
    ],
    false,
  );
});

describe('/v2/ says nothing about a manifest', () => {
  verdicts([
    ...[403, 401, 404, 500].map(
      (answer): Row => [`Basic: ${answer} with the login`, basicProgram({ v2: { answer } }), 'right', accepted],
    ),
    ...[403, 404, 429, 500].map(
      (refusal): Row => [`${refusal} without a login`, program({ v2: { refusal } }), 'right', accepted],
    ),
    ['401 without a challenge', program({ v2: { challenge: [] } }), 'right', accepted],
    ...(['reset', 'loop'] as const).flatMap((always): Row[] => [
      [`${always} at every request`, program({ v2: { always } }), 'right', accepted],
      [`${always}, Basic`, basicProgram({ v2: { always } }), 'wrong', { kind: 'rejected', status: 401 }],
      [
        `${always}, a public image`,
        program({ v2: { always }, manifest: { open: true } }),
        'right',
        { kind: 'anonymous', why: 'asks for none', result: 'pulls' },
      ],
    ]),
    ['a redirect to a login page', program({ v2: { redirect: { status: 302, to: 'here' } } }), 'right', accepted],
    [
      'a redirect to another host',
      basicProgram({ v2: { redirect: { status: 302, to: 'elsewhere' } } }),
      'right',
      accepted,
    ],
  ]);
});

describe('what hangs beside a pull that works', () => {
  test.each<[string, (request: FrontRequest) => boolean]>([
    ['/v2/', ({ path }) => path === '/v2/'],
    ['an empty POST', ({ method, body }) => method === 'POST' && !body.includes('password')],
    [
      'the token of everybody',
      ({ path, method, authorization }) => path.startsWith('/token') && method === 'GET' && authorization === undefined,
    ],
  ])('%s', async (_, hangs) => {
    const registry = await startFront({ choose: (request) => (hangs(request) ? 'hang' : pullWithToken(request)) });
    onTestFinished(() => registry.close());
    const client = await createRegistryClient({ timeout: '2s' }, { from: 'person' }, fakeIo());
    const image = parseImage(`${registry.host}/team/app:v1`);
    const login = assignLogin(LOGINS.right, { key: registry.host, owner: 'person', image });
    const verdict = await client.verify({ server: registry.host, login, image }).finally(client.close);
    expect(verdict).toEqual(accepted);
  });
});

/** A registry that gives its image for the token that a login gets. */
function pullWithToken({ path, host, body, authorization = '' }: FrontRequest): FrontFault {
  if (path.startsWith('/token')) {
    const isAda = body.includes('password') || authorization !== '';
    return { status: 200, body: JSON.stringify({ access_token: isAda ? 'ada' : 'nobody' }) };
  }
  if (authorization !== 'Bearer ada') {
    return { status: 401, headers: { 'www-authenticate': bearer(`http://${host}/token`) } };
  }
  const headers = { 'content-type': DISTRIBUTION.type, 'docker-content-digest': DIGEST };
  return { status: 200, headers, body: MANIFEST };
}

describe('a registry that knows no HEAD', () => {
  verdicts([
    ['Bearer', program({ head: 405 }), 'right', accepted],
    ['Basic', basicProgram({ head: 405 }), 'right', accepted],
    ['a wrong login', basicProgram({ head: 405 }), 'wrong', { kind: 'rejected', status: 401 }],
  ]);
});

describe('a manifest that is open to everybody, while /v2/ asks for a login', () => {
  const open = { manifest: { open: true } };
  verdicts([
    ['a wrong login', program(open), 'wrong', { kind: 'rejected', status: 401, public: true }],
    ['a good one', program(open), 'right', { kind: 'accepted', public: true }],
    ['Basic, a wrong one', basicProgram(open), 'wrong', { kind: 'rejected', status: 401, public: true }],
    ['none', program(open), 'none', { kind: 'anonymous', why: 'asks for none', result: 'pulls' }],
  ]);
});

describe('what containerd cannot pull', () => {
  const noPost = 'to a POST, with which containerd asks';
  const cannotRead = unreachable('its token server sent an answer that container runtimes cannot read');
  const host = {
    kind: 'unreachable',
    cause: 'target',
    reason: 'the registry gives a token server without a host',
  } as const;
  const unasked: Verdict = { kind: 'anonymous', why: 'asks for none', result: 'fails' };
  const closed = { challenge: [], refusal: 403, wrong: 403 };
  verdicts([
    [
      '403 to everybody, without a challenge',
      program({ manifest: closed, v2: closed }),
      'right',
      { ...unasked, status: 403 },
    ],
    [
      '403 to nobody, while /v2/ asks for a login',
      program({ manifest: closed }),
      'none',
      { kind: 'anonymous', why: 'empty', result: 'fails', status: 403 },
    ],
    [
      'POST fails at the token server, only GET works',
      program({ tokens: { post: 500 } }),
      'right',
      unreachable(`its token server answers with HTTP 500 ${noPost}`),
    ],
    ['POST is forbidden, only GET works', program({ tokens: { post: 403 } }), 'right', { ...noAccess, status: 403 }],
    ...[400, 401, 404, 405].map(
      (post): Row => [`POST gets ${post}, GET works`, program({ tokens: { post } }), 'right', accepted],
    ),
    ['GET is not known, POST works', program({ tokens: { get: 405, anonymous: 405 } }), 'right', accepted],
    [
      'several challenges in one line: only the first is seen',
      program({ manifest: { challenge: [`${BASIC}, ${bearer()}`], basic: false } }),
      'right',
      { kind: 'rejected', status: 401 },
    ],
    ['several lines, Bearer behind Basic', program({ manifest: { challenge: [BASIC, bearer()] } }), 'right', accepted],
    ['a line that begins with a comma', program({ manifest: { challenge: [`,${bearer()}`] } }), 'right', unasked],
    ['a realm without quotes', program({ manifest: { challenge: ['Bearer realm=SELF/token'] } }), 'right', host],
    ['a realm without a host', program({ manifest: { challenge: [bearer('/token')] } }), 'right', host],
    ['expires_in as a text', program({ tokens: { form: 'expires as text' } }), 'right', cannotRead],
    ['issued_at that is no time', program({ tokens: { form: 'issued as nonsense' } }), 'right', cannotRead],
    [
      'only `token` after POST',
      program({ tokens: { form: 'token' } }),
      'right',
      unreachable(`its token server sent no token in its answer ${noPost}`),
    ],
    [
      'a digest that is none',
      program({ digest: 'broken' }),
      'right',
      unreachable('it gives the manifest a digest that is none'),
    ],
    [
      'a manifest of a kind that no node knows',
      program({ type: 'text/html; charset=utf-8' }),
      'right',
      unreachable('it has a manifest of a kind that no node pulls (text/html)'),
    ],
  ]);
});

describe('a redirect of the manifest', () => {
  const moved = (to: 'here' | 'elsewhere'): Changes => ({ manifest: { redirect: { status: 307, to } } });
  test.each([
    ['Bearer', program(moved('elsewhere'))],
    ['Basic', basicProgram(moved('elsewhere'))],
  ])('to another host, which asks for a login and gets none: %s', async (_, registry) => {
    const { verdict, seen } = await asker.ask(registry, 'right', true);
    expect(verdict).toMatchObject({ kind: 'unreachable', cause: 'target' });
    expect(verdict).toMatchObject({ reason: expect.stringContaining('which does not get the login') });
    expect(seen.passwords).toBe(0);
  });
});

test('a redirect of the manifest to another host, which asks for a login after the registry has taken it', async () => {
  const other = await startFront({ choose: () => ({ status: 401, headers: { 'www-authenticate': BASIC } }) });
  const registry = await startFront({
    choose: ({ authorization }) =>
      authorization === undefined
        ? { status: 401, headers: { 'www-authenticate': BASIC } }
        : { status: 307, headers: { location: `http://${other.host}/v2/team/app/manifests/v1` } },
  });
  onTestFinished(async () => void (await Promise.all([other.close(), registry.close()])));
  const client = await createRegistryClient({}, { from: 'person' }, fakeIo());
  const image = parseImage(`${registry.host}/team/app:v1`);
  const login = assignLogin(LOGINS.right, { key: registry.host, owner: 'person', image });
  const verdict = await client.verify({ server: registry.host, login, image }).finally(client.close);
  const reason = `it redirects to ${other.host}, which does not get the login`;
  expect(verdict).toEqual({ kind: 'unreachable', cause: 'target', reason });
  expect(other.requests.map(({ authorization }) => authorization)).toEqual([undefined]);
});

describe('a manifest of which HEAD says too little', () => {
  verdicts([
    ['no digest', program({ digest: 'none' }), 'right', accepted],
    ['nothing at all, and without a login', program({ head: 200 }), 'right', accepted],
  ]);
});

describe('small ones', () => {
  verdicts([
    [
      'Retry-After: Infinity',
      program({ manifest: { first: [429, 429], headers: { 'retry-after': 'Infinity' } } }),
      'right',
      { kind: 'rate limited', retryAfterSeconds: undefined },
    ],
    ['a token in gzip', program({ tokens: { form: 'gzip' } }), 'right', accepted],
    [
      '`token` and `access_token` that differ: the second counts',
      program({ tokens: { form: 'different' } }),
      'right',
      accepted,
    ],
    [
      '407 of the registry itself',
      program({ manifest: { answer: 407 } }),
      'right',
      unreachable('it answers with HTTP 407'),
    ],
  ]);

  test('a list of tags that leads us to where we do not go takes nothing back from a 404', async () => {
    const location = 'http://169.254.169.254/';
    const registry = await startFront({
      choose: ({ path }) => (path.includes('/tags/') ? { status: 302, headers: { location } } : { status: 404 }),
    });
    onTestFinished(() => registry.close());
    const client = await createRegistryClient({}, { from: 'person' }, fakeIo());
    const image = parseImage(`${registry.host}/team/app:v1`);
    const verdict = await client.verify({ server: registry.host, login: undefined, image }).finally(client.close);
    expect(verdict).toEqual({ kind: 'not found', repository: 'team/app' });
  });

  const link = '</v2/team/app/tags/list?last=v3&n=500>; rel="next"';
  const missing: Verdict = { kind: 'not found', repository: 'team/app', missing: 'tag' };
  test.each<[string, string, { status: number; headers?: Record<string, string>; body?: string }, Verdict]>([
    [
      'names the tags that there are',
      ':v1',
      { status: 200, body: '{"tags":["v2","v3"]}' },
      { ...missing, tags: { names: ['v3', 'v2'], more: 0 } },
    ],
    [
      'of several pages is asked for the first only',
      ':v1',
      { status: 200, headers: { link }, body: '{"tags":["v2","v3"]}' },
      { ...missing, tags: { names: ['v3', 'v2'], more: 0, isPart: true } },
    ],
    [
      'of a megabyte is not read to its end',
      ':latest',
      { status: 200, body: JSON.stringify({ tags: Array.from({ length: 100_000 }, (_, index) => `v${index}`) }) },
      { ...missing, tags: { names: expect.any(Array), more: expect.any(Number), isPart: true } },
    ],
    [
      'names no tags in place of a digest',
      `@sha256:${'0'.repeat(64)}`,
      { status: 200, body: '{"tags":["v2"]}' },
      missing,
    ],
    ['that is nonsense names none', ':v1', { status: 200, body: '<html>' }, missing],
    [
      'that may not be read changes nothing',
      ':v1',
      { status: 403 },
      { kind: 'not found', repository: 'team/app', missing: undefined },
    ],
    [
      'that fails changes nothing',
      ':v1',
      { status: 500 },
      { kind: 'not found', repository: 'team/app', missing: undefined },
    ],
  ])('a list of tags %s', async (_, tag, list, expected) => {
    const registry = await startFront({ choose: ({ path }) => (path.includes('/tags/') ? list : { status: 404 }) });
    onTestFinished(() => registry.close());
    const client = await createRegistryClient({}, { from: 'person' }, fakeIo());
    const image = parseImage(`${registry.host}/team/app${tag}`);
    const verdict = await client.verify({ server: registry.host, login: undefined, image }).finally(client.close);
    expect(verdict).toEqual(expected);
    expect(registry.requests.filter(({ path }) => path.includes('/tags/')).length).toBeLessThanOrEqual(2);
  });
});

test('a 401 with a page of 100 KB is a 401', async () => {
  const answer = { status: 401, headers: { 'www-authenticate': BASIC }, body: 'x'.repeat(100_000) };
  const registry = await startFront({ choose: () => answer });
  onTestFinished(() => registry.close());
  const client = await createRegistryClient({}, { from: 'person' }, fakeIo());
  const login = assignLogin(LOGINS.right, { key: registry.host, owner: 'person' });
  const verdict = await client.verify({ server: registry.host, login }).finally(client.close);
  expect(verdict).toEqual({ kind: 'rejected', status: 401 });
});

describe('how often a password is sent', () => {
  test.each<[situation: string, registry: RegistryProgram, login: LoginName, count: number]>([
    ['Bearer', program(), 'right', 1],
    ['Bearer, a wrong login', program(), 'wrong', 3],
    ['POST is not known', program({ tokens: { post: 404 } }), 'right', 1],
    ['POST is not known, a wrong login', program({ tokens: { post: 405 } }), 'wrong', 2],
    ['GET is not known, a wrong login', program({ tokens: { get: 404, anonymous: 404 } }), 'wrong', 2],
    [
      'a token server that sends us on, where only GET is known',
      program({ tokens: { redirect: { status: 303, to: 'here' }, anonymous: 404 } }),
      'wrong',
      5,
    ],
    [
      'Basic, where /v2/ is out of order',
      basicProgram({ v2: { answer: 500 }, manifest: { wrong: 403 } }),
      'stranger',
      2,
    ],
    ['Basic', basicProgram(), 'right', 1],
    ['Basic, a wrong login', basicProgram(), 'wrong', 2],
    ['a connection that breaks after Basic', basicProgram({ manifest: { answer: 500 } }), 'right', 2],
  ])('%s', async (_, registry, login, count) => {
    const { seen } = await asker.ask(registry, login, true);
    expect([seen.passwords, seen.requests]).toEqual([count, expect.anything()]);
  });
});
