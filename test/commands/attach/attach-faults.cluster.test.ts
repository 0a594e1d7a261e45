/** Faults between `attach` and the API server: the outcome is right, and the object is written once. */
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { run } from '../../../src/run.ts';
import { api, cluster, kubeconfigFor, newNamespace, waitFor } from '../../environment/use.ts';
import {
  type Account,
  account,
  freshName,
  named,
  newAccount,
  newPullSecret,
  newWorkload,
  regsecretIn,
} from '../../support/attach-world.ts';
import { type Fault, type FaultProxy, type SeenRequest, startFaultProxy } from '../../support/fault-proxy.ts';
import { fakeIo } from '../../support/io.ts';

let namespace = '';
beforeAll(async () => {
  namespace = await newNamespace({ serviceAccount: true });
  await newPullSecret(namespace, 'regsecret');
});

/** A proxy that applies the next fault in the list to each PATCH. */
async function proxyWith(...faults: (Fault | undefined)[]): Promise<FaultProxy> {
  const rest = [...faults];
  return proxy((request) => (request.method === 'PATCH' ? rest.shift() : undefined));
}

async function proxy(choose: (request: SeenRequest) => Fault | undefined): Promise<FaultProxy> {
  const started = await startFaultProxy(cluster(), choose);
  onTestFinished(() => started.close());
  return started;
}

const kubeconfigOf = ({ server }: FaultProxy): string => kubeconfigFor({ server });
const patches = ({ requests }: FaultProxy): number => requests.filter(({ method }) => method === 'PATCH').length;

function status(code: number, reason: string, headers: Record<string, string> = {}): Fault {
  const body = JSON.stringify({ kind: 'Status', apiVersion: 'v1', status: 'Failure', reason, message: reason, code });
  return { status: code, headers: { 'content-type': 'application/json', ...headers }, body };
}

/** The number of changes to this service account since `resourceVersion`. */
async function writesSince({ metadata: { name, resourceVersion } }: Account): Promise<number> {
  const query = `watch=1&timeoutSeconds=1&resourceVersion=${resourceVersion}&fieldSelector=metadata.name=${name}`;
  const { body } = await api('GET', `/api/v1/namespaces/${namespace}/serviceaccounts?${query}`);
  // One event arrives as parsed JSON, several as one line each.
  return typeof body === 'string' ? body.split('\n').filter(Boolean).length : 1;
}

const conflict = status(409, 'Conflict');

describe('the outcome is right and written once after', () => {
  test.each([
    ['a connection that was cut before the request arrived', ['reset' as const], 2],
    ['a connection that was cut after the request was done', ['reset-after' as const], 2],
    ['an answer that was cut short', ['truncate' as const], 2],
    ['409 twice', [conflict, conflict], 3],
    ['429 with Retry-After', [status(429, 'TooManyRequests', { 'retry-after': '1' })], 2],
    ['500', [status(500, 'InternalError')], 2],
    ['503 twice', [status(503, 'ServiceUnavailable'), status(503, 'ServiceUnavailable')], 3],
    ['a 500 for what was done all the same', ['reset-after' as const, status(500, 'InternalError')], 3],
  ])('%s', async (_, faults: Fault[], sent) => {
    const name = freshName('sa');
    await newAccount(namespace, { imagePullSecrets: named('a') }, name);
    const before = await account(namespace, name);
    const between = await proxyWith(...faults);
    const kubeconfig = kubeconfigOf(between);
    const ran = await regsecretIn(namespace, ['attach', '--serviceaccount', name], { kubeconfig });
    expect(ran, ran.stderr).toMatchObject({ code: 0, stdout: `serviceaccount/${name} patched\n` });
    const after = await account(namespace, name);
    expect(after.imagePullSecrets).toEqual(named('a', 'regsecret'));
    expect(patches(between)).toBe(sent);
    expect(await writesSince(before)).toBe(1);
  });

  test('Retry-After is waited for', async () => {
    const name = freshName('sa');
    await newAccount(namespace, {}, name);
    const between = await proxyWith(status(429, 'TooManyRequests', { 'retry-after': '1' }));
    await regsecretIn(namespace, ['attach', '--sa', name], { kubeconfig: kubeconfigOf(between) });
    const [first, second] = between.requests.filter(({ method }) => method === 'PATCH');
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThan(950);
  });
});

test('somebody else changes the list in between: both changes are there', async () => {
  const name = freshName('sa');
  await newAccount(namespace, { imagePullSecrets: named('a') }, name);
  let changed: Promise<unknown> | undefined;
  const between = await proxy(({ method }) => {
    // The change comes after the read from which this write is computed, and before the write itself.
    if (method === 'PATCH' && changed === undefined) {
      changed = regsecretIn(namespace, ['attach', 'theirs', '--sa', name, '--no-checks']);
      return conflict;
    }
    return undefined;
  });
  const ran = await regsecretIn(namespace, ['attach', '--sa', name], { kubeconfig: kubeconfigOf(between) });
  await changed;
  expect(ran.code, ran.stderr).toBe(0);
  const list = (await account(namespace, name)).imagePullSecrets;
  expect(list?.map((entry) => entry.name).toSorted()).toEqual(['a', 'regsecret', 'theirs']);
});

test('a service account called default that never comes is given up in time', async () => {
  const none = status(404, 'NotFound');
  const between = await proxy(({ path }) => (path.endsWith('/serviceaccounts/default') ? none : undefined));
  const args = ['attach', '--serviceaccount', 'default', '--timeout', '5s'];
  const ran = await regsecretIn(namespace, args, { kubeconfig: kubeconfigOf(between) });
  expect(ran).toMatchObject({ code: 1, stdout: '' });
  expect(ran.stderr).toContain(`serviceaccount ${namespace}/default does not exist, also after 5 s`);
  expect(between.requests.filter(({ path }) => path.endsWith('/default')).length).toBeGreaterThan(3);
});

test('an API server that refuses for good is not asked again and again', async () => {
  const name = freshName('sa');
  await newAccount(namespace, {}, name);
  const between = await proxyWith(...Array.from({ length: 300 }, () => status(422, 'Invalid')));
  const ran = await regsecretIn(namespace, ['attach', '--sa', name], { kubeconfig: kubeconfigOf(between) });
  expect(ran).toMatchObject({ code: 1, stdout: '' });
  expect(ran.stderr).toContain(`error: cannot patch serviceaccount ${namespace}/${name}: Invalid`);
  expect(patches(between)).toBe(1);
});

test('Ctrl-C says what was done', async () => {
  const names = Array.from({ length: 40 }, (_, index) => `robot-${index}`);
  const own = await newNamespace({ serviceAccount: true });
  await newPullSecret(own, 'regsecret');
  await Promise.all(names.map((name) => newAccount(own, {}, name)));
  let count = 0;
  const between = await proxy(({ method }) => {
    if (method !== 'PATCH') return undefined;
    count += 1;
    return count > 10 ? 'hang' : undefined;
  });
  const io = fakeIo({ env: { KUBECONFIG: kubeconfigOf(between) } });
  const running = run(['attach', '--all-serviceaccounts', '-n', own], io);
  await waitFor(() => io.written.stdout.split('\n').length === 11, { what: 'ten results' });
  io.interrupt();
  expect(await running).toBe(130);
  expect(io.written.stdout.match(/^serviceaccount\/\S+ patched$/gm)).toHaveLength(10);
  expect(io.written.stderr).toContain('interrupted: 10 done');
});

describe('requests', () => {
  test('a service account takes two, without the checks', async () => {
    const between = await proxy(() => undefined);
    const args = ['attach', '--serviceaccount', 'default', '--no-checks'];
    expect((await regsecretIn(namespace, args, { kubeconfig: kubeconfigOf(between) })).code).toBe(0);
    expect(between.requests.map(({ method }) => method)).toEqual(['GET', 'PATCH']);
    await regsecretIn(namespace, args, { kubeconfig: kubeconfigOf(between) });
    expect(between.requests.slice(2).map(({ method }) => method)).toEqual(['GET']);
  });

  test('the checks are reads, beside those two', async () => {
    const name = freshName('sa');
    await newAccount(namespace, {}, name);
    const between = await proxy(() => undefined);
    await regsecretIn(namespace, ['attach', '--sa', name], { kubeconfig: kubeconfigOf(between) });
    const seen = between.requests.map(
      ({ method, path }) => `${method} ${path.split('?')[0]?.split('/').slice(-2).join('/')}`,
    );
    expect(seen.toSorted()).toEqual(
      [
        `GET serviceaccounts/${name}`,
        'GET secrets/regsecret',
        `GET ${namespace}/pods`,
        `GET ${namespace}/deployments`,
        `GET ${namespace}/statefulsets`,
        `GET ${namespace}/daemonsets`,
        `GET ${namespace}/cronjobs`,
        `GET ${namespace}/jobs`,
        `GET ${namespace}/replicationcontrollers`,
        `GET ${namespace}/replicasets`,
        `PATCH serviceaccounts/${name}`,
      ].sort(),
    );
  });

  test.each([
    ['what decides what is written is read as it is now', '--used', false],
    ['what only informs may come from the cache', '--all-serviceaccounts', true],
  ])('%s: %s', async (_, flag, cached) => {
    const between = await proxy(() => undefined);
    await regsecretIn(namespace, ['attach', flag, '--dry-run=server'], { kubeconfig: kubeconfigOf(between) });
    const facts = between.requests.filter(({ path }) => /\/(pods|deployments)\?/.test(path));
    expect(facts.map(({ path }) => path.includes('resourceVersionMatch=NotOlderThan'))).toEqual([cached, cached]);
  });

  test('all service accounts: one paged list and one write each; a second run writes nothing', async () => {
    const own = await newNamespace({ serviceAccount: true });
    await Promise.all(Array.from({ length: 30 }, (_, index) => newAccount(own, {}, `robot-${index}`)));
    const between = await proxy(() => undefined);
    const args = ['attach', '--all-serviceaccounts', '--no-checks'];
    await regsecretIn(own, args, { kubeconfig: kubeconfigOf(between) });
    expect(between.requests.filter(({ method }) => method === 'GET')).toHaveLength(1);
    expect(patches(between)).toBe(31);
    await regsecretIn(own, args, { kubeconfig: kubeconfigOf(between) });
    expect(patches(between)).toBe(31);
  });

  test('a Deployment takes four: itself, the Secret, its service account, and the write', async () => {
    const name = await newWorkload('Deployment', namespace);
    const between = await proxy(() => undefined);
    await regsecretIn(namespace, ['attach', '--to', `deploy/${name}`], { kubeconfig: kubeconfigOf(between) });
    expect(between.requests.map(({ method }) => method).toSorted()).toEqual(['GET', 'GET', 'GET', 'PATCH']);
  });

  test.each([
    ['a Secret that is gone: itself, its service account, the Secret, and the write', ['gone', 'a'], 4],
    ['a Secret that has the login for its image: those, and the other Secret of its list', ['regsecret', 'a'], 5],
  ])('a Deployment loses %s', async (_, list, requests) => {
    const name = await newWorkload('Deployment', namespace, { list: named(...list) });
    const between = await proxy(() => undefined);
    const args = ['detach', list[0] ?? '', '--from', `deploy/${name}`, '--yes'];
    expect((await regsecretIn(namespace, args, { kubeconfig: kubeconfigOf(between) })).code).toBe(0);
    expect(between.requests).toHaveLength(requests);
  });
});
