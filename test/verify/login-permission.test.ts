/** Where a login may be sent, one situation per row. Nothing else can create a permission. */
import { describe, expect, test } from 'vitest';
import { parseImage } from '../../src/secret/image.ts';
import type { Trust } from '../../src/verify/destination.ts';
import {
  type AssignedLogin,
  assignLogin,
  type LoginPermission,
  type LoginRequest,
  type LoginUse,
  permit,
  type RegistryLogin,
} from '../../src/verify/login-permission.ts';

const jane = { username: 'jane', password: 'pa55' };
const token = { identityToken: 'refresh' };

type Written = Omit<LoginUse, 'image'> & { readonly image?: string };
const assign = ({ image, ...use }: Written, credential: typeof jane | typeof token = jane): AssignedLogin =>
  assignLogin(credential, { ...use, image: image === undefined ? undefined : parseImage(image) });

describe('which registry a login is for', () => {
  test.each<[situation: string, use: Written, result: string]>([
    ['its own', { key: 'ghcr.io', owner: 'person' }, 'for ghcr.io'],
    ['with a path', { key: 'https://ghcr.io/v2/org', owner: 'person' }, 'for ghcr.io'],
    ['of the pod’s namespace', { key: 'r.io', owner: { namespace: 'a' }, namespace: 'a', image: 'r.io/x' }, 'for r.io'],
    [
      'of another namespace',
      { key: 'r.io', owner: { namespace: 'prod' }, namespace: 'evil', image: 'r.io/x' },
      'it would get the login of another namespace',
    ],
    [
      'of another namespace, with a wildcard',
      { key: '*.apps.io', owner: { namespace: 'prod' }, namespace: 'evil', image: 'x.apps.io/y' },
      'it would get the login of another namespace',
    ],
    [
      'of a namespace, and nobody says which pod pulls',
      { key: 'r.io', owner: { namespace: 'a' }, image: 'r.io/x' },
      'it would get the login of another namespace',
    ],
    ['of a namespace, without a pod', { key: 'r.io', owner: { namespace: 'a' } }, 'for r.io'],
    [
      'with a wildcard, of its own namespace',
      { key: '*.apps.io', owner: { namespace: 'a' }, namespace: 'a', image: 'x.apps.io/y' },
      'for x.apps.io',
    ],
    [
      'for other images',
      { key: 'ghcr.io/org', owner: 'person', image: 'ghcr.io/other/x' },
      'the login is for other images',
    ],
    ['for another host', { key: 'ghcr.io', owner: 'person', image: 'quay.io/x' }, 'the login is for other images'],
    [
      'of Docker Hub',
      { key: 'https://index.docker.io/v1/', owner: 'person', image: 'app' },
      'for registry-1.docker.io',
    ],
    ['of Docker Hub, by itself', { key: 'https://index.docker.io/v1/', owner: 'person' }, 'for registry-1.docker.io'],
    ...['localhost/x', 'localhost:5000/x', 'r.io/x'].map((image): [string, Written, string] => [
      `of Docker Hub for ${image}`,
      { key: 'https://index.docker.io/v1/', owner: { namespace: 'a' }, namespace: 'a', image },
      'it would get the login of Docker Hub',
    ]),
    ['of localhost itself', { key: 'localhost', owner: 'person', image: 'localhost/x' }, 'for localhost'],
    ['without a host', { key: 'a b', owner: 'person' }, 'its server has no host'],
  ])('%s', (_, use, result) => {
    const login = assign(use);
    expect('refused' in login ? login.refused : `for ${login.registry}`).toBe(result);
  });
});

const ELSEWHERE: Trust = { from: 'cluster', loopback: false, inPrivate: [], plainHttp: [] };
const HERE: Trust = { from: 'cluster', loopback: true, inPrivate: [], plainHttp: [] };
const PERSON: Trust = { from: 'person', loopback: true, inPrivate: 'all', plainHttp: [] };

interface Row {
  /** `HOST` or `http://HOST`, with addresses after ` = `. */
  readonly registry: string;
  /** The token server that gets the request. `at` is an address of the registry itself. */
  readonly realm?: string;
  readonly at?: string;
  readonly method?: LoginRequest['method'];
  readonly trust?: Trust;
  readonly key?: string;
  readonly owner?: LoginUse['owner'];
  readonly credential?: typeof jane | typeof token;
}

function place(text: string): LoginRequest['to'] {
  const [name = '', addresses] = text.split(' = ');
  const url = new URL(name.includes('://') ? name : `https://${name}/v2/`);
  const literal = /^[0-9.]+$|^\[/.test(url.hostname) ? [url.hostname.replace(/^\[|\]$/g, '')] : undefined;
  return { url, addresses: addresses?.split(' ') ?? literal };
}

function ask({ registry, realm, at, method = 'GET', trust = ELSEWHERE, key, owner, credential = jane }: Row): string {
  const from = place(registry);
  const login = assignLogin(credential, { key: key ?? from.url.host, owner: owner ?? { namespace: 'a' } });
  if ('refused' in login) return login.refused;
  const to = place(realm ?? at ?? registry);
  const purpose = realm === undefined ? 'registry' : 'token server';
  return said(permit(login, { method, to, purpose, registry: from }, trust));
}

function said(permission: ReturnType<typeof permit>): string {
  if ('refused' in permission) return permission.refused;
  return [permission.authorization?.split(' ')[0], permission.form?.grant_type].filter(Boolean).join();
}

const PUBLIC = 'r.io = 9.9.9.1';
const LOCAL = 'http://127.0.0.1:5000/v2/';

describe('requests with a login', () => {
  test.each<[situation: string, row: Row, result: string]>([
    ['https', { registry: PUBLIC }, 'Basic'],
    ['a private address', { registry: 'r.corp = 10.1.2.3', trust: { ...ELSEWHERE, inPrivate: ['r.corp'] } }, 'Basic'],
    [
      'a private address, of which this machine knows nothing',
      { registry: 'r.corp = 10.1.2.3' },
      expect.stringContaining('is in a private network') as string,
    ],
    ['a private address, for a person', { registry: 'r.corp = 10.1.2.3', trust: PERSON }, 'Basic'],
    ['behind a proxy', { registry: 'r.io' }, 'Basic'],
    [
      'http',
      { registry: 'http://r.io = 9.9.9.1' },
      'does not get a login over http (r.io; --plain-http r.io sends it)',
    ],
    [
      'http that is named',
      { registry: 'http://r.io = 9.9.9.1', trust: { ...ELSEWHERE, plainHttp: ['r.io'] } },
      'Basic',
    ],
    ['http on this machine', { registry: LOCAL, trust: HERE }, 'Basic'],
    ['http on this machine, by name', { registry: 'http://localhost:5000 = 127.0.0.1 ::1', trust: HERE }, 'Basic'],
    [
      'http to localhost through a proxy',
      { registry: 'http://a.localhost:5000', trust: HERE },
      expect.stringContaining('does not get a login over http') as string,
    ],
    [
      'this machine, for a cluster elsewhere',
      { registry: '127.0.0.1:5000' },
      expect.stringContaining('is on this machine, which is not where the cluster is') as string,
    ],
    [
      'a name for this machine, for a cluster elsewhere',
      { registry: 'tenant.example = 127.0.0.1' },
      expect.stringContaining('is on this machine') as string,
    ],
    ['this machine, for a person', { registry: '127.0.0.1:5000', trust: PERSON }, 'Basic'],
    ...[ELSEWHERE, HERE, PERSON].flatMap((trust): [string, Row, string][] =>
      ['169.254.169.254', 'tenant.example = 169.254.169.254', 'tenant.example = 9.9.9.1 fd00:ec2::254'].map(
        (registry) => [
          `metadata as ${registry}, ${trust.from} ${trust.loopback}`,
          { registry, trust },
          expect.stringContaining('is at a link-local or metadata address') as string,
        ],
      ),
    ),
    [
      'another host than that of the registry',
      { registry: PUBLIC, at: 'q.io = 9.9.9.2' },
      'does not get the login of r.io (q.io)',
    ],
    [
      'a registry that the login is not for',
      { registry: PUBLIC, key: 'q.io' },
      'does not get the login of q.io (r.io)',
    ],
    ['another port', { registry: PUBLIC, at: 'r.io:444 = 9.9.9.1' }, 'does not get the login of r.io (r.io:444)'],
  ])('%s', (_, row, result) => {
    expect(ask(row)).toEqual(result);
  });
});

describe('token servers that a registry names', () => {
  test.each<[situation: string, row: Row, result: string]>([
    ['on its host', { registry: PUBLIC, realm: 'https://r.io/token = 9.9.9.1' }, 'Basic'],
    ['on another', { registry: PUBLIC, realm: 'https://auth.io/token = 9.9.9.9' }, 'Basic'],
    [
      'on another, over http',
      { registry: PUBLIC, realm: 'http://auth.io/token = 9.9.9.9' },
      'is not used over https (auth.io)',
    ],
    [
      'on another, over http, of a registry that may speak it',
      {
        registry: 'http://r.io = 9.9.9.1',
        realm: 'http://auth.io/token = 9.9.9.9',
        trust: { ...HERE, plainHttp: ['r.io', 'auth.io'] },
      },
      'is not used over https (auth.io)',
    ],
    [
      'on another port of this machine',
      { registry: LOCAL, realm: 'http://127.0.0.1:5001/token', trust: HERE },
      'Basic',
    ],
    [
      'on this machine under another name',
      { registry: LOCAL, realm: 'http://localhost:5001/token = 127.0.0.1', trust: HERE },
      'is not used over https (localhost:5001)',
    ],
    [
      'on this machine under another name, over https',
      { registry: LOCAL, realm: 'https://localhost:5001/token = 127.0.0.1', trust: PERSON },
      'is this machine under another name (localhost:5001)',
    ],
    [
      'elsewhere than this machine, over http',
      { registry: LOCAL, realm: 'http://10.0.0.1/token', trust: { ...HERE, inPrivate: 'all' } },
      'is not used over https (10.0.0.1)',
    ],
    [
      'in the private network of a public registry',
      { registry: PUBLIC, realm: 'https://vault.internal/x = 10.0.0.1' },
      'is at a private address (vault.internal)',
    ],
    [
      'in the private network, for a person',
      { registry: PUBLIC, realm: 'https://auth.corp/x = 10.0.0.1', trust: PERSON },
      'Basic',
    ],
    [
      'at a private address, for a person',
      { registry: PUBLIC, realm: 'https://10.0.0.1/x', trust: PERSON },
      'is at a private address (10.0.0.1)',
    ],
    [
      'in the private network of a private registry',
      {
        registry: 'r.corp = 10.0.0.2',
        realm: 'https://auth.corp/x = 10.0.0.1',
        trust: { ...ELSEWHERE, inPrivate: 'all' },
      },
      'Basic',
    ],
    ['by POST on its host', { registry: PUBLIC, realm: 'https://r.io/token = 9.9.9.1', method: 'POST' }, 'password'],
    [
      'by POST elsewhere',
      { registry: PUBLIC, realm: 'https://auth.io/token = 9.9.9.9', method: 'POST' },
      'is elsewhere, and would get the password in a form (auth.io)',
    ],
    [
      'by POST elsewhere, for a person',
      { registry: PUBLIC, realm: 'https://auth.io/token = 9.9.9.9', method: 'POST', owner: 'person', trust: PERSON },
      'password',
    ],
    [
      'an identity token, which only POST can carry',
      {
        registry: PUBLIC,
        realm: 'https://auth.io/token = 9.9.9.9',
        method: 'POST',
        credential: token,
        owner: 'person',
      },
      'refresh_token',
    ],
    ['of Docker Hub', { registry: 'registry-1.docker.io', realm: 'https://auth.docker.io/token' }, 'Basic'],
    [
      'elsewhere with the login of Docker Hub',
      { registry: 'registry-1.docker.io', realm: 'https://auth.io/token' },
      'does not get the login of Docker Hub (auth.io)',
    ],
    [
      'metadata of a cloud',
      { registry: LOCAL, realm: 'http://169.254.169.254/token', trust: HERE },
      'is at a link-local or metadata address (169.254.169.254)',
    ],
  ])('%s', (_, row, result) => {
    expect(ask(row)).toBe(result);
  });
});

test('a token goes to the registry that it is for, and nowhere else', () => {
  const request = { method: 'HEAD', purpose: 'registry', registry: place(PUBLIC) } as const;
  expect(said(permit({ token: 't' }, { ...request, to: place(PUBLIC) }, ELSEWHERE))).toBe('Bearer');
  for (const to of ['q.io = 9.9.9.2', 'r.io:444 = 9.9.9.1', 'http://r.io = 9.9.9.1']) {
    expect(permit({ token: 't' }, { ...request, to: place(to) }, ELSEWHERE)).toHaveProperty('refused');
  }
});

test('nothing outside of the module can make a login for a registry, or a permission', () => {
  // @ts-expect-error: its mark is missing
  const login: RegistryLogin = { credential: jane, registry: 'r.io', isHub: false, isPersonal: true };
  // @ts-expect-error: its mark is missing
  const permission: LoginPermission = { origin: 'https://r.io', authorization: 'Basic x' };
  expect([login, permission].flatMap(Object.getOwnPropertySymbols)).toEqual([]);
});
