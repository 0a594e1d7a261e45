/**
 * Which connections the transport reuses, which requests it repeats, and when it gives up. The real API server is behind a proxy
 * that causes faults.
 */
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { ApiError } from '../../src/cluster/api-error.ts';
import { connect, type Transport } from '../../src/cluster/transport.ts';
import type { KubeFlags } from '../../src/kubeconfig/kube-flags.ts';
import { api, cluster, newNamespace } from '../environment/use.ts';
import { type Fault, type FaultProxy, type SeenRequest, startFaultProxy } from '../support/fault-proxy.ts';
import { type FakeIo, fakeIo } from '../support/io.ts';
import { writeConfig } from '../support/kube-world.ts';
import { SELF_SUBJECT_REVIEW } from '../support/whoami-script.ts';

const running: { close(): unknown }[] = [];

afterEach(async () => {
  for (const one of running.splice(0).toReversed()) await one.close();
});

type Choose = (request: SeenRequest, number: number) => Fault | undefined;

/** A transport to the API server through a fault proxy, as administrator. */
async function through(
  choose: Choose,
  flags: KubeFlags = {},
): Promise<{ proxy: FaultProxy; transport: Transport; io: FakeIo }> {
  const proxy = await startFaultProxy(cluster(), choose);
  const user = { token: cluster().tokenUsers['token-admin'].token };
  const trusting = { server: proxy.server, 'certificate-authority': cluster().caFile };
  const io = fakeIo({ env: { KUBECONFIG: writeConfig(user, { cluster: trusting }) } });
  const transport = await connect(flags, io);
  running.push(proxy, transport);
  return { proxy, transport, io };
}

const configMap = (namespace: string, name = 'a') => ({
  method: 'POST' as const,
  path: `/api/v1/namespaces/${namespace}/configmaps`,
  body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } },
});
const busy: Fault = { status: 503, body: 'no endpoints' };
/** Gives the first `count` requests `fault`. */
const first =
  (count: number, fault: Fault): Choose =>
  (_request, number) =>
    number <= count ? fault : undefined;

test('consecutive requests share one connection, requests at once have their own', async () => {
  const { proxy, transport } = await through(() => undefined);
  for (let index = 0; index < 3; index += 1) await transport.request(SELF_SUBJECT_REVIEW);
  expect(proxy.requests.map(({ connection }) => connection)).toEqual([1, 1, 1]);
  await Promise.all(Array.from({ length: 4 }, () => transport.request(SELF_SUBJECT_REVIEW)));
  expect(new Set(proxy.requests.slice(3).map(({ connection }) => connection)).size).toBe(4);
});

test('requests say who we are and what we want', async () => {
  const { proxy, transport } = await through(() => undefined);
  const namespace = await newNamespace();
  await transport.request({
    method: 'PATCH',
    path: `/api/v1/namespaces/${namespace}/configmaps/a`,
    query: { fieldManager: 'a b&c', force: 'true', dryRun: undefined },
    body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } },
    contentType: 'application/apply-patch+yaml',
  });
  const [{ path, headers } = { path: '', headers: {} }] = proxy.requests;
  expect(path).toBe(`/api/v1/namespaces/${namespace}/configmaps/a?fieldManager=a+b%26c&force=true`);
  expect(headers).toMatchObject({ accept: 'application/json', 'content-type': 'application/apply-patch+yaml' });
  expect(headers['user-agent']).toMatch(/^regsecret\/\d/);
});

describe('a read is repeated', () => {
  test.each<[string, Fault]>([
    ['when the connection is cut', 'reset'],
    ['when the answer is cut', 'truncate'],
    ['on 500', { status: 500 }],
    ['on 502', { status: 502, body: '<html>Bad gateway</html>' }],
    ['on 503', busy],
    ['on 504', { status: 504 }],
    ['on 429', { status: 429 }],
  ])('%s', async (_title, fault) => {
    const { proxy, transport } = await through(first(2, fault));
    const namespace = await transport.request<{ kind: string }>({ method: 'GET', path: '/api/v1/namespaces/default' });
    expect(namespace.kind).toBe('Namespace');
    expect(proxy.requests).toHaveLength(3);
  });

  test('after as many seconds as the server asks for', async () => {
    const { proxy, transport } = await through(first(1, { status: 429, headers: { 'retry-after': '1' } }));
    await transport.request({ method: 'GET', path: '/api/v1/namespaces/default' });
    const [one, two] = proxy.requests.map(({ at }) => at);
    expect((two ?? 0) - (one ?? 0)).toBeGreaterThan(950);
  });

  test('and every other request of the process waits as long', async () => {
    const { proxy, transport } = await through(first(1, { status: 429, headers: { 'retry-after': '1' } }), {
      concurrency: 1,
    });
    const read = () => transport.request({ method: 'GET', path: '/api/v1/namespaces/default' });
    await Promise.all([read(), read(), read()]);
    const [turnedAway = 0, ...others] = proxy.requests.map(({ at }) => at);
    expect(others).toHaveLength(3);
    for (const other of others) expect(other - turnedAway).toBeGreaterThan(950);
  });

  test('five times at most, and then the failure is named', async () => {
    const { proxy, transport } = await through(() => busy);
    const answer = transport.request({ method: 'GET', path: '/api/v1/namespaces/default' });
    await expect(answer).rejects.toMatchObject({
      name: 'ApiError',
      status: 503,
      message: 'the server answered HTTP 503',
    });
    expect(proxy.requests).toHaveLength(5);
  });
});

describe('a write', () => {
  test('that is guarded is repeated, although the first one was done', async () => {
    const namespace = await newNamespace();
    const { proxy, transport } = await through(first(1, 'reset-after'));
    const answer = transport.request({ ...configMap(namespace), guarded: true });
    await expect(answer).rejects.toMatchObject({
      status: 409,
      reason: 'AlreadyExists',
      message: expect.stringContaining('configmaps "a" already exists'),
      details: { kind: 'configmaps' },
    });
    expect(proxy.requests).toHaveLength(2);
  });

  test.each<[string, Fault]>([
    ['the connection is cut', 'reset-after'],
    ['the server fails', { status: 500 }],
  ])('that is not guarded is not repeated when %s', async (_title, fault) => {
    const namespace = await newNamespace();
    const { proxy, transport } = await through(first(1, fault));
    await expect(transport.request(configMap(namespace))).rejects.toThrow(/closed the connection|HTTP 500/);
    expect(proxy.requests).toHaveLength(1);
  });

  test('that was turned away unseen is repeated in any case', async () => {
    const namespace = await newNamespace();
    const { transport } = await through(first(1, { status: 429 }));
    expect(await transport.request(configMap(namespace))).toMatchObject({ kind: 'ConfigMap' });
  });

  test('that conflicts is not repeated', async () => {
    const { proxy, transport } = await through(() => undefined);
    const namespace = await newNamespace();
    await transport.request(configMap(namespace));
    const path = `/api/v1/namespaces/${namespace}/configmaps`;
    const body = { ...configMap(namespace).body, metadata: { name: 'a', resourceVersion: '1' } };
    const answer = transport.request({ method: 'PUT', path: `${path}/a`, body, guarded: true });
    await expect(answer).rejects.toMatchObject({ status: 409, reason: 'Conflict' });
    expect(proxy.requests).toHaveLength(2);
  });
});

test('a refusal is the server’s Status, without the body', async () => {
  const { transport } = await through(() => undefined);
  const secret = { method: 'POST' as const, path: '/api/v1/namespaces/default/secrets' };
  const body = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'A_b' }, data: { 'x y': 'aA==' } };
  const error = await transport.request({ ...secret, body }).catch((thrown) => thrown);
  expect(error).toBeInstanceOf(ApiError);
  expect(error).toMatchObject({
    status: 422,
    reason: 'Invalid',
    message: expect.stringContaining('Secret "A_b" is invalid'),
    details: { kind: 'Secret', causes: [{ field: 'metadata.name' }, { field: 'data[x y]' }] },
  });
  expect(Object.keys(error as object).toSorted()).toEqual(['details', 'name', 'reason', 'status']);
});

test('deleting, and a path of the server that is not JSON', async () => {
  const namespace = await newNamespace();
  const { transport } = await through(() => undefined);
  await transport.request(configMap(namespace));
  const path = `/api/v1/namespaces/${namespace}/configmaps/a`;
  expect(await transport.request({ method: 'DELETE', path })).toMatchObject({ status: 'Success' });
  await expect(transport.request({ method: 'GET', path })).rejects.toMatchObject({ status: 404, reason: 'NotFound' });
  await expect(transport.request({ method: 'GET', path: '/version/../healthz' })).rejects.toThrow('cannot be names');
  await expect(transport.request({ method: 'GET', path: '/healthz' })).rejects.toThrow(
    /does not answer GET \/healthz in JSON/,
  );
});

test('a redirect is not followed, for the token would go along', async () => {
  const { proxy, transport } = await through(() => ({
    status: 302,
    headers: { location: 'https://login.example/x?y' },
  }));
  const answer = transport.request({ method: 'GET', path: '/api' });
  await expect(answer).rejects.toThrow(/redirects to https:\/\/login.example, so it is no API server$/);
  expect(proxy.requests).toHaveLength(1);
});

test('Ctrl-C ends a request, and a pause between two, before either is over', async () => {
  const later = setTimeout;
  // With fake timers a pause does not end on its own.
  vi.useFakeTimers({ toFake: ['setTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  for (const fault of ['hang', { status: 429, headers: { 'retry-after': '30' } }] as const) {
    const { proxy, transport, io } = await through((_request, number) => {
      if (number === 1) later(() => io.interrupt(), 50);
      return fault;
    });
    await expect(transport.request({ method: 'GET', path: '/api' })).rejects.toThrow('interrupted');
    expect(proxy.requests).toHaveLength(1);
  }
});

test('--request-timeout ends a request, which is not repeated', async () => {
  const { proxy, transport } = await through(() => 'hang', { requestTimeout: '200ms' });
  await expect(transport.request({ method: 'GET', path: '/api' })).rejects.toThrow(/did not answer within 0.2 s$/);
  expect(proxy.requests).toHaveLength(1);
});

test('warnings of the server are shown once each', async () => {
  const warning = '299 - "first \\"quoted\\" \u001b[31m", 299 - "second"';
  const headers = { 'content-type': 'application/json', warning };
  const { transport, io } = await through(() => ({
    status: 200,
    headers: { ...headers, warning: warning.replace('\u001b', '\t') },
    body: '{}',
  }));
  await transport.request({ method: 'GET', path: '/api' });
  await transport.request({ method: 'GET', path: '/api' });
  expect(io.written.stderr).toBe('Warning: first "quoted" \\x09[31m\nWarning: second\n');
});

test('a server behind a path', async () => {
  const seen: string[] = [];
  const proxy = await startFaultProxy(cluster(), ({ path }) => {
    seen.push(path);
    return { status: 200, body: '{}' };
  });
  const at = { server: `${proxy.server}/k8s/clusters/c-1/?x=y#z`, 'certificate-authority': cluster().caFile };
  const transport = await connect({}, fakeIo({ env: { KUBECONFIG: writeConfig({}, { cluster: at }) } }));
  running.push(proxy, transport);
  await transport.request({ method: 'GET', path: '/api/v1', query: { limit: '1' } });
  expect(seen).toEqual(['/k8s/clusters/c-1/api/v1?limit=1']);
  expect(transport.server).toBe(`${proxy.server}/k8s/clusters/c-1`);
});

test('a hundred creates at once, a third of them cut after they were done, all arrive', async () => {
  const namespace = await newNamespace();
  // Only the first 133 requests: the creates and their first retries. Without that limit a create could fail in all its five
  // attempts.
  const { transport } = await through((_request, number) =>
    number <= 133 && number % 3 === 0 ? 'reset-after' : undefined,
  );
  const create = async (index: number) => {
    try {
      await transport.request({ ...configMap(namespace, `c-${index}`), guarded: true });
    } catch (error) {
      if (!(error instanceof ApiError && error.reason === 'AlreadyExists')) throw error;
    }
  };
  await Promise.all(Array.from({ length: 100 }, (_, index) => create(index)));
  const { body } = await api('GET', `/api/v1/namespaces/${namespace}/configmaps`);
  const names = body.items.map((item: { metadata: { name: string } }) => item.metadata.name);
  expect(names.filter((name: string) => name.startsWith('c-'))).toHaveLength(100);
});
