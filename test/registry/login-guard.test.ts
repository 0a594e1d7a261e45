/**
 * Registries that try to misdirect logins. They run on loopback and record their requests; the test decides the addresses of host
 * names.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { RegistryOrigin } from '../../src/registry/registry-client.ts';
import { createRegistryClient, type RegistryFlags } from '../../src/registry/registry-client.ts';
import { parseImage } from '../../src/secret/image.ts';
import { assignLogin } from '../../src/verify/login-permission.ts';
import type { Verdict } from '../../src/verify/verdict.ts';
import { createAuthority, issueCertificate } from '../environment/certificate.ts';
import { fakeIo } from '../support/io.ts';
import { startHttpProxy } from '../support/proxies.ts';
import { type Front, type FrontOptions, startFront } from '../support/registry-front.ts';

interface Asked extends RegistryFlags {
  readonly origin?: RegistryOrigin;
  readonly key?: string;
  readonly image?: string;
  /** The addresses of host names. All other names have none. */
  readonly names?: Readonly<Record<string, string[] | string[][]>>;
  readonly env?: Record<string, string>;
}

const HERE: RegistryOrigin = { from: 'cluster', cluster: 'https://127.0.0.1:6443' };
const ELSEWHERE: RegistryOrigin = { from: 'cluster', cluster: 'https://192.0.2.7:6443' };

async function ask(
  server: string,
  { origin = HERE, key, image, names = {}, env = {}, ...flags }: Asked = {},
): Promise<Verdict> {
  const calls = new Map<string, number>();
  const resolve = async (name: string): Promise<readonly string[]> => {
    const found = names[name];
    if (found === undefined) throw Object.assign(new Error(name), { code: 'ENOTFOUND' });
    const call = calls.get(name) ?? 0;
    calls.set(name, call + 1);
    const [first = ''] = found;
    return typeof first === 'string' ? (found as string[]) : (found[Math.min(call, found.length - 1)] as string[]);
  };
  const client = await createRegistryClient(flags, origin, fakeIo({ env }), resolve);
  const reference = image === undefined ? undefined : parseImage(image);
  const use = { key: key ?? server, owner: { namespace: 'a' }, namespace: 'a', image: reference };
  const login = assignLogin({ username: 'jane', password: 'pa55' }, use);
  return client.verify({ server, login, image: reference }).finally(() => client.close());
}

async function front(options: FrontOptions = {}): Promise<Front> {
  const started = await startFront({ choose: () => ({ status: 401, headers: BASIC }), ...options });
  onTestFinished(() => started.close());
  return started;
}

const BASIC = { 'www-authenticate': 'Basic realm="x"' };
const portOf = ({ host }: Front): string => host.split(':')[1] ?? '';
const logins = ({ requests }: Front): string[] =>
  requests.flatMap(({ authorization, body }) => authorization ?? (body === '' ? [] : [body]));
const refused = (reason: string): object => ({
  kind: 'unreachable',
  cause: 'target',
  reason: expect.stringContaining(reason),
});

describe('what a name stands for', () => {
  test('the metadata service: nothing is sent, not even to the same name a moment later', async () => {
    const registry = await front();
    const server = `tenant.example:${portOf(registry)}`;
    const names = { 'tenant.example': [['169.254.169.254'], ['127.0.0.1']] };
    expect(await ask(server, { names })).toEqual(refused('it is at a link-local or metadata address'));
    expect(registry.requests).toEqual([]);
  });

  test('a name that changes is not asked for twice: the connection goes to the address that was judged', async () => {
    const registry = await front();
    const server = `tenant.example:${portOf(registry)}`;
    const names = { 'tenant.example': [['127.0.0.1'], ['169.254.169.254']] };
    const verdict = await ask(server, { names, plainHttp: [server] });
    expect(verdict).toEqual({ kind: 'rejected', status: 401 });
    expect(registry.requests.map(({ host }) => host)).toEqual([server, server]);
  });

  test('this machine, for a cluster that is elsewhere', async () => {
    const registry = await front();
    const named = `tenant.example:${portOf(registry)}`;
    const names = { 'tenant.example': ['127.0.0.1'] };
    for (const server of [registry.host, named]) {
      expect(await ask(server, { origin: ELSEWHERE, names })).toEqual(refused('it is on this machine, which is not'));
    }
    expect(registry.requests).toEqual([]);
    const allowed = { ...ELSEWHERE, allowLocalRegistries: true };
    expect(await ask(registry.host, { origin: allowed })).toEqual({ kind: 'rejected', status: 401 });
  });

  test('an API server whose name stands for this machine', async () => {
    const registry = await front();
    const origin: RegistryOrigin = { from: 'cluster', cluster: 'https://kubernetes.docker.internal:6443' };
    const names = { 'kubernetes.docker.internal': ['127.0.0.1'] };
    expect(await ask(registry.host, { origin, names })).toEqual({ kind: 'rejected', status: 401 });
    expect(await ask(registry.host, { origin })).toEqual(refused('it is on this machine'));
  });

  test('a metadata address in a URL is refused before any proxy hears of it', async () => {
    const proxy = await startHttpProxy();
    onTestFinished(() => proxy.close());
    const env = { HTTPS_PROXY: `http://${proxy.address}`, HTTP_PROXY: `http://${proxy.address}` };
    expect(await ask('169.254.169.254', { env })).toEqual(refused('metadata address'));
    expect(proxy.targets).toEqual([]);
  });
});

const challenge =
  (realm: string): NonNullable<FrontOptions['choose']> =>
  () => ({
    status: 401,
    headers: { 'www-authenticate': `Bearer realm="${realm}",service="x"` },
  });

describe('private networks', () => {
  /** A proxy that hears where a connection would go, and connects nobody. */
  async function listening(): Promise<{ env: Record<string, string>; targets: readonly string[] }> {
    const proxy = await startHttpProxy({ refuse: 502 });
    onTestFinished(() => proxy.close());
    const address = `http://${proxy.address}`;
    return { env: { HTTPS_PROXY: address, HTTP_PROXY: address, NO_PROXY: '127.0.0.1' }, targets: proxy.targets };
  }

  test.each<[situation: string, addresses: string[]]>([
    ['10.0.0.0/8', ['10.0.0.1']],
    ['a public address beside it', ['9.9.9.9', '192.168.1.1']],
    ['IPv6', ['fd00::1']],
    ['IPv4 in IPv6', ['::ffff:172.16.0.1']],
    ['NAT64', ['64:ff9b::a00:1']],
  ])('a name for one: %s', async (_, addresses) => {
    const names = { 'tenant.example': addresses };
    expect(await ask('tenant.example', { names })).toEqual(refused('it is in a private network, and this machine has'));
  });

  test.each<[situation: string, origin: RegistryOrigin, isAsked: boolean]>([
    ['of which this machine knows nothing', HERE, false],
    ['with a login of this machine', { ...HERE, ownRegistries: ['r.corp', '10.0.0.1:5000'] }, true],
    ['with a login of this machine for another port', { ...HERE, ownRegistries: ['10.0.0.1'] }, false],
    ['with --allow-local-registries', { ...ELSEWHERE, allowLocalRegistries: true }, true],
    ['that the person has typed', { from: 'person' }, true],
  ])('an address in one, %s', async (_, origin, isAsked) => {
    const { env, targets } = await listening();
    const verdict = await ask('10.0.0.1:5000', { origin, env });
    const answer = { kind: 'unreachable', cause: 'proxy' };
    if (isAsked) expect(verdict).toMatchObject(answer);
    else expect(verdict).toEqual(refused('(10.0.0.1:5000; --allow-local-registries checks it)'));
    expect(targets).toEqual(isAsked ? ['10.0.0.1:5000'] : []);
  });

  test.each(['https://10.0.0.1/admin/reboot?x=', 'https://[fd00::1]:8443/'])('a realm in one: %s', async (realm) => {
    const { env, targets } = await listening();
    const registry = await front({ choose: challenge(realm) });
    const verdict = await ask(registry.host, { env });
    expect(verdict).toEqual(refused('its token server is in a private network'));
    expect(targets).toEqual([]);
  });

  test('a redirect into one', async () => {
    const { env, targets } = await listening();
    const registry = await front({
      choose: ({ path }) =>
        path === '/v2/' ? { status: 200 } : { status: 307, headers: { location: 'https://10.0.0.1/admin' } },
    });
    const verdict = await ask(registry.host, { env, image: `${registry.host}/app:v1` });
    expect(verdict).toEqual(refused('the place that it redirects to is in a private network'));
    expect(targets).toEqual([]);
  });
});

describe('realms', () => {
  test('this machine under another name', async () => {
    const tokens = await front({ choose: () => ({ status: 200, body: '{"token":"x"}' }) });
    const registry = await front({ choose: challenge(`http://localhost:${portOf(tokens)}/token`) });
    const names = { localhost: ['127.0.0.1'] };
    expect(await ask(registry.host, { names })).toEqual(refused(`its token server is not used over https`));
    expect(logins(tokens)).toEqual([]);
  });

  test('another host without https', async () => {
    const registry = await front({ choose: challenge('http://auth.example/token') });
    const names = { 'auth.example': ['9.9.9.9'] };
    expect(await ask(registry.host, { names })).toEqual(refused('its token server is not used over https'));
  });
});

describe('http', () => {
  test('a registry elsewhere that speaks no https gets nothing, unless it is named', async () => {
    const proxy = await startHttpProxy();
    onTestFinished(() => proxy.close());
    const env = { HTTP_PROXY: `http://${proxy.address}`, HTTPS_PROXY: `http://${proxy.address}` };
    const registry = await front();
    const server = `registry.example:${portOf(registry)}`;
    for (const plainHttp of [[], ['other.example:5000']]) {
      expect(await ask(server, { env, plainHttp })).toMatchObject({ kind: 'unreachable', cause: 'tls' });
    }
    expect(registry.requests).toEqual([]);
    expect(await ask(server, { env, plainHttp: [server] })).toEqual({ kind: 'rejected', status: 401 });
    expect(logins(registry)).toHaveLength(1);
  });

  test('one that is named, and speaks https: https is all that it gets', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'regsecret-guard-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const authority = createAuthority('a company');
    const registryCa = join(folder, 'ca.crt');
    writeFileSync(registryCa, authority.certificate);
    const registry = await front({ tls: issueCertificate(authority, { commonName: 'x' }, ['127.0.0.1']) });
    const plainHttp = [registry.host];
    expect(await ask(registry.host, { plainHttp, registryCa })).toEqual({ kind: 'rejected', status: 401 });
    // An untrusted certificate does not make it send the login unencrypted.
    expect(await ask(registry.host, { plainHttp })).toMatchObject({ kind: 'unreachable', cause: 'tls' });
    expect(logins(registry)).toHaveLength(1);
  });
});

test('the login of Docker Hub does not go to localhost', async () => {
  const names = { localhost: ['127.0.0.1'] };
  const asked = { key: 'https://index.docker.io/v1/', image: 'localhost/x', names };
  expect(await ask('localhost', asked)).toEqual(refused('it would get the login of Docker Hub'));
});
