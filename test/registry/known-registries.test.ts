/** Well-known registries, each simulated from public code and recorded tests. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRegistryClient } from '../../src/registry/registry-client.ts';
import { parseImage } from '../../src/secret/image.ts';
import { knownRegistry, loginAdvice } from '../../src/verify/known-registries.ts';
import { assignLogin } from '../../src/verify/login-permission.ts';
import { fakeIo } from '../support/io.ts';
import { PRIVATE, type RecordedRegistry, startWorld, type World } from '../support/recorded-registries.ts';

const key = '{\n  "type": "service_account",\n  "private_key": "-----BEGIN \\"KEY\\"-----\\n"\n}\n';

const registries: readonly RecordedRegistry[] = [
  {
    host: 'registry-1.docker.io',
    challenge: 'Bearer realm="https://auth.docker.io/token",service="registry.docker.io"',
    token: { at: 'auth.docker.io/token', refusal: 401, anonymous: 200, post: 401 },
    user: 'janedoe',
    password: 'dckr_pat_x',
  },
  {
    host: 'ghcr.io',
    challenge: 'Bearer realm="https://ghcr.io/token",service="ghcr.io",scope="repository:user/image:pull"',
    token: { at: 'ghcr.io/token', refusal: 403, anonymous: 200, post: 405 },
    user: 'janedoe',
    password: 'ghp_x',
  },
  {
    host: '123456789012.dkr.ecr.eu-west-1.amazonaws.com',
    challenge: 'Basic realm="https://123456789012.dkr.ecr.eu-west-1.amazonaws.com/",service="ecr.amazonaws.com"',
    user: 'AWS',
    password: 'eyJwYXlsb2FkIjoi',
  },
  {
    host: 'europe-docker.pkg.dev',
    challenge: 'Bearer realm="https://europe-docker.pkg.dev/v2/token",service="europe-docker.pkg.dev"',
    token: { at: 'europe-docker.pkg.dev/v2/token', refusal: 401, anonymous: 401, post: 404 },
    user: '_json_key',
    password: key,
  },
  {
    host: 'eu.gcr.io',
    challenge: 'Bearer realm="https://eu.gcr.io/v2/token",service="eu.gcr.io"',
    token: { at: 'eu.gcr.io/v2/token', refusal: 401, anonymous: 401, post: 404 },
    user: 'oauth2accesstoken',
    password: 'ya29.x',
    mute: true,
  },
  {
    host: 'acme.azurecr.io',
    challenge: 'Bearer realm="https://acme.azurecr.io/oauth2/token",service="acme.azurecr.io"',
    token: { at: 'acme.azurecr.io/oauth2/token', refusal: 401, anonymous: 401, post: 400 },
    user: '00000000-0000-0000-0000-000000000000',
    password: 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.x',
  },
  {
    host: 'quay.io',
    challenge: 'Bearer realm="https://quay.io/v2/auth",service="quay.io"',
    token: { at: 'quay.io/v2/auth', refusal: 401, anonymous: 401, post: 405 },
    user: 'acme+robot',
    password: 'x',
  },
  {
    host: 'registry.gitlab.com',
    challenge: 'Bearer realm="https://gitlab.com/jwt/auth",service="container_registry"',
    token: { at: 'gitlab.com/jwt/auth', refusal: 403, anonymous: 403, post: 404 },
    user: 'gitlab+deploy-token-1',
    password: 'gldt-x',
  },
  {
    host: 'harbor.example.com',
    challenge: 'Bearer realm="https://harbor.example.com/service/token",service="harbor-registry"',
    token: { at: 'harbor.example.com/service/token', refusal: 401, anonymous: 401, post: 404 },
    user: 'robot$acme+pull',
    password: 'x',
  },
  {
    host: 'acme.jfrog.io',
    challenge: 'Bearer realm="https://acme.jfrog.io/v2/token",service="acme.jfrog.io"',
    token: { at: 'acme.jfrog.io/v2/token', refusal: 401, anonymous: 401, post: 401 },
    user: 'jane@acme.com',
    password: 'x',
  },
  {
    host: 'misconfigured.example.com',
    challenge: 'Bearer realm="http://misconfigured.example.com/service/token",service="harbor-registry"',
    user: 'x',
    password: 'x',
  },
];

let world: World;
let folder: string;
let registryCa: string;
beforeAll(async () => {
  world = await startWorld(registries);
  folder = mkdtempSync(join(tmpdir(), 'regsecret-world-'));
  registryCa = join(folder, 'ca.crt');
  writeFileSync(registryCa, world.authority);
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await world.close();
});

async function ask(host: string, username: string, password: string, image?: string) {
  const client = await createRegistryClient({ registryCa }, { from: 'person' }, fakeIo({ env: world.env }));
  const reference = image === undefined ? undefined : parseImage(image);
  const before = world.requests.length;
  const verdict = await client.verify({
    server: host,
    login: assignLogin({ username, password }, { key: host, owner: 'person' }),
    image: reference,
  });
  client.close();
  await world.settled();
  return { verdict, requests: world.requests.slice(before) };
}

const sound = registries.filter(({ host }) => host !== 'misconfigured.example.com');

describe.each(sound)('$host', ({ host, user, password, token }) => {
  const image = `${host === 'registry-1.docker.io' ? 'docker.io' : host}/${PRIVATE}:v1`;

  test('accepts its kind of login, which is sent as it is', async () => {
    const { verdict, requests } = await ask(host, user, password);
    expect(verdict).toEqual({ kind: 'accepted' });
    const sent = requests.flatMap(({ authorization = '' }) =>
      authorization.startsWith('Basic ') ? [authorization] : [],
    );
    expect(sent[0]).toBe(`Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`);
    if (token === undefined) return;
    const asked = requests.find(({ target }) => target.startsWith(token.at));
    const { searchParams } = new URL(`https://${asked?.target}`);
    expect(searchParams.get('account')).toBe(user);
    // The scope in GHCR's challenge is only an example.
    expect(searchParams.getAll('scope')).toEqual([]);
  });

  test('rejects another, in its way', async () => {
    const { verdict } = await ask(host, user, 'wrong');
    expect(verdict).toEqual({ kind: 'rejected', status: token?.refusal ?? 401 });
  });

  test('gives a private image to its login alone', async () => {
    expect((await ask(host, user, password, image)).verdict).toEqual({ kind: 'accepted' });
    expect((await ask(host, user, 'wrong', image)).verdict).toEqual({
      kind: 'rejected',
      status: token?.refusal ?? 401,
    });
  });

  test('gets the login in no request to another host than its own and that of its tokens', async () => {
    const { requests } = await ask(host, user, password, image);
    const own = [host, ...(token === undefined ? [] : [token.at.split('/')[0]])];
    for (const { target, authorization } of requests) {
      if (authorization !== undefined) expect(own).toContain(target.split('/')[0]);
    }
  });
});

test('a realm that a misconfigured Harbor gives without https is refused', async () => {
  const { verdict, requests } = await ask('misconfigured.example.com', 'x', 'x');
  expect(verdict).toMatchObject({ kind: 'unreachable', cause: 'target' });
  expect(requests).toHaveLength(1);
});

describe('what to look at when a login is not taken', () => {
  test.each([
    ['ghcr.io', 'janedoe', /classic personal access token that has read:packages$/],
    ['123456789012.dkr.ecr.eu-west-1.amazonaws.com', 'janedoe', /12 hours.*, not the user janedoe$/],
    ['123456789012.dkr.ecr.eu-west-1.amazonaws.com', 'AWS', /aws ecr get-login-password$/],
    ['europe-docker.pkg.dev', 'jane', /_json_key.*, not the user jane$/],
    ['quay.io', 'acme+robot', /namespace\+name$/],
    ['registry.gitlab.com', 'gitlab-ci-token', /CI_JOB_TOKEN ends with its job$/],
  ])('%s %s', (host, user, advice) => {
    expect(loginAdvice(host, user)).toMatch(advice);
  });

  test('nothing is known of others, nor of names that only look like one', () => {
    for (const host of ['registry.example.com', 'ghcr.io.example.com', 'notghcr.io', 'gcr.io.evil.example']) {
      expect(knownRegistry(host)).toBeUndefined();
    }
  });
});
