/** The requests of `create` to the API server, and its reaction to faults. */
import { randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { api, cluster, kubeconfigFor, newNamespace } from '../../environment/use.ts';
import { CANARY } from '../../support/canary.ts';
import { type Fault, type SeenRequest, startFaultProxy } from '../../support/fault-proxy.ts';
import { here, type RanHere } from '../../support/here.ts';

let namespace = '';
beforeAll(async () => {
  namespace = await newNamespace();
});

interface World {
  readonly name: string;
  /** The methods of all requests so far. */
  readonly methods: () => string;
  readonly connections: () => number;
  readonly create: (server: string, ...flags: string[]) => Promise<RanHere>;
}

async function world(fault?: (request: SeenRequest, number: number) => Fault | undefined): Promise<World> {
  const proxy = await startFaultProxy(cluster(), fault);
  onTestFinished(() => proxy.close());
  const name = `s-${randomBytes(5).toString('hex')}`;
  // The proxy forwards a token unchanged.
  const { token } = cluster().tokenUsers['token-admin'];
  const env = { KUBECONFIG: kubeconfigFor({ server: proxy.server, token }) };
  return {
    name,
    methods: () => proxy.requests.map(({ method }) => method).join(' '),
    connections: () => new Set(proxy.requests.map(({ connection }) => connection)).size,
    create: (server, ...flags) =>
      here(['create', name, '-n', namespace, '--server', server, '--username', 'jane', '--password-stdin', ...flags], {
        env,
        stdin: CANARY,
        secretOnStdout: flags.includes('yaml'),
      }),
  };
}

async function servers(name: string): Promise<string[]> {
  const { body } = await api('GET', `/api/v1/namespaces/${namespace}/secrets/${name}`);
  const { data } = body as unknown as { data: Record<string, string> };
  return Object.keys(JSON.parse(Buffer.from(data['.dockerconfigjson'] ?? '', 'base64').toString()).auths);
}

describe('requests', () => {
  test('a fresh Secret takes one', async () => {
    const { create, methods } = await world();
    await create('ghcr.io');
    expect(methods()).toBe('POST');
  });

  test('a change takes two after the refused creation, on the same connection', async () => {
    const { create, methods, connections } = await world();
    await create('ghcr.io');
    const before = methods();
    await create('quay.io');
    expect(methods().slice(before.length)).toBe(' POST GET PATCH');
    // One connection for each of the two runs.
    expect(connections()).toBe(2);
  });

  test('no change takes one after the refused creation', async () => {
    const { create, methods } = await world();
    await create('ghcr.io');
    await create('ghcr.io');
    expect(methods()).toBe('POST POST GET');
  });

  test('a fresh Secret takes two with --force: what an interrupted run left is looked for', async () => {
    const { create, methods } = await world();
    await create('ghcr.io', '--force');
    expect(methods()).toBe('GET POST');
  });

  test('a Secret of another type takes a rehearsal, and its copy one at each end', async () => {
    const { create, methods, name } = await world();
    await api('POST', `/api/v1/namespaces/${namespace}/secrets`, { metadata: { name } });
    await create('ghcr.io', '--force');
    expect(methods()).toBe('GET POST GET POST POST DELETE POST DELETE');
  });

  test('a client dry run takes none', async () => {
    const { create, methods } = await world();
    expect((await create('ghcr.io', '--dry-run=client', '-o', 'yaml')).code).toBe(0);
    expect(methods()).toBe('');
  });
});

describe('faults', () => {
  const once = (wanted: string, fault: Fault) => {
    let done = false;
    return ({ method }: SeenRequest): Fault | undefined => {
      if (done || method !== wanted) return undefined;
      done = true;
      return fault;
    };
  };

  test.each([
    ['the connection is cut before the creation is seen', once('POST', 'reset'), 'created'],
    ['the connection is cut after the Secret is created', once('POST', 'reset-after'), 'unchanged'],
    ['the API server has too much to do', once('POST', { status: 429, headers: { 'retry-after': '1' } }), 'created'],
    ['the API server fails', once('POST', { status: 500 }), 'created'],
  ])('%s: the Secret is there, and whole', async (_, fault, result) => {
    const { create, name } = await world(fault);
    expect(await create('ghcr.io')).toMatchObject({ code: 0, stdout: `secret/${name} ${result}\n` });
    expect(await servers(name)).toEqual(['ghcr.io']);
  });

  test.each([
    ['the connection is cut after the change is made', once('PATCH', 'reset-after')],
    ['the connection is cut before the change is seen', once('PATCH', 'reset')],
    ['the reading fails', once('GET', { status: 503 })],
  ])('%s: nothing is lost, and it is there once', async (_, fault) => {
    const { create, name } = await world(fault);
    await create('ghcr.io');
    expect((await create('quay.io')).code).toBe(0);
    expect(await servers(name)).toEqual(['ghcr.io', 'quay.io']);
  });

  test.each([
    { status: 401, body: '{}' },
    { status: 403, headers: { 'content-type': 'text/html' }, body: '<html>no</html>' },
    { status: 409, body: '{"kind":"Status","code":409,"reason":"Conflict"}' },
    { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>yes</html>' },
    { status: 504, body: '' },
  ])('a proxy answers the deletion of --force with $status, and it is done: the new Secret is there', async (fault) => {
    const { create, name } = await world(({ method }) => (method === 'DELETE' ? { ...fault, after: true } : undefined));
    await api('POST', `/api/v1/namespaces/${namespace}/secrets`, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name },
      data: { precious: 'eA==' },
    });
    const ran = await create('ghcr.io', '--force');
    expect(ran, ran.stderr).toMatchObject({ code: 0 });
    expect(await servers(name)).toEqual(['ghcr.io']);
  });
});
