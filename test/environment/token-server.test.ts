import { decodeJwt } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTokenServer, type TokenServer } from './token-server.ts';

let server: TokenServer;

beforeAll(async () => {
  const users = [{ username: 'jane', password: 'pa:ss', repositories: ['jane/*'] }];
  server = await startTokenServer({ users, publicRepositories: ['public/*'] });
});

afterAll(() => server.close());

const own = 'repository:jane/app:pull,push';
const everyones = 'repository:public/app:pull,push';
const access: [string, string | undefined, string[], object[]][] = [
  ['jane may do all in her repositories', 'jane:pa:ss', [own], [right('jane/app', 'pull', 'push')]],
  ['anonymous may do nothing there', undefined, [own], []],
  ['anyone may pull from public ones', undefined, [everyones], [right('public/app', 'pull')]],
  ['several scopes', 'jane:pa:ss', [own, everyones], [right('jane/app', 'pull', 'push'), right('public/app', 'pull')]],
  ['several scopes in one parameter', undefined, [`${own} ${everyones}`], [right('public/app', 'pull')]],
];

test.each(access)('GET: %s', async (_, login, scopes, granted) => {
  const answer = await get(scopes, login);
  const { token } = (await answer.json()) as { token: string };
  expect(decodeJwt(token)).toMatchObject({ iss: server.issuer, aud: server.service, access: granted });
});

test.each(['jane:wrong', 'john:pa:ss', 'jane'])('GET with the login %s is refused', async (login) => {
  expect((await get([own], login)).status).toBe(401);
});

test('POST with a password gives a refresh token when asked for, which then is as good', async () => {
  const form = { grant_type: 'password', username: 'jane', password: 'pa:ss', access_type: 'offline', scope: own };
  const { refresh_token } = (await (await post(form)).json()) as { refresh_token: string };
  const answer = await post({ grant_type: 'refresh_token', refresh_token, scope: own });
  const { access_token } = (await answer.json()) as { access_token: string };
  expect(decodeJwt(access_token)).toMatchObject({ sub: 'jane', access: [right('jane/app', 'pull', 'push')] });
});

test.each([
  { grant_type: 'password', username: 'jane', password: 'wrong' },
  { grant_type: 'refresh_token', refresh_token: 'made-up' },
  { grant_type: 'something' },
])('POST of %j is refused', async (form) => {
  expect((await post(form)).status).toBe(401);
});

test('requests are recorded', async () => {
  await get([own], 'jane:pa:ss');
  expect(server.requests.at(-1)).toMatchObject({
    method: 'GET',
    url: expect.stringContaining('scope=repository%3Ajane'),
    headers: { authorization: `Basic ${btoa('jane:pa:ss')}` },
    status: 200,
  });
});

function right(name: string, ...actions: string[]): object {
  return { type: 'repository', name, actions };
}

function get(scopes: readonly string[], login?: string): Promise<Response> {
  const query = new URLSearchParams({ service: server.service });
  for (const scope of scopes) query.append('scope', scope);
  return fetch(`${server.url}?${query}`, { headers: login ? { authorization: `Basic ${btoa(login)}` } : {} });
}

function post(form: Record<string, string>): Promise<Response> {
  return fetch(server.url, { method: 'POST', body: new URLSearchParams(form) });
}
