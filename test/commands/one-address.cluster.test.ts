/**
 * A cluster is known by the UID of its namespace kube-system, and not by an address: behind one address there may be two (an
 * access proxy that chooses by user), and one may have two addresses.
 */
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { type ApiClient, createApiClient } from '../environment/api-client.ts';
import type { ClusterInfo } from '../environment/control-plane.ts';
import { type Supervisor, startSupervisor } from '../environment/supervisor.ts';
import { api, clientCertificate, cluster, newNamespace, waitFor } from '../environment/use.ts';
import { type AccessProxy, startAccessProxy } from '../support/access-proxy.ts';
import { created, freshName, regsecretIn } from '../support/attach-world.ts';
import { anotherCluster, type ContextOf, contextsFile } from '../support/context-world.ts';
import { startFaultProxy } from '../support/fault-proxy.ts';
import { OURS, payloadOf, putSecret, secretIn } from '../support/sync-world.ts';
import { mayDo } from '../support/user.ts';

let supervisor: Supervisor;
let other: ClusterInfo;
let there: ApiClient;
let proxy: AccessProxy;
beforeAll(async () => {
  supervisor = await startSupervisor();
  other = await supervisor.cluster();
  there = createApiClient({ ...other, certificate: other.admin });
  proxy = await startAccessProxy({ 'token-a': cluster(), 'token-b': other });
}, 180_000);
afterAll(async () => {
  there?.close();
  await proxy?.close();
  await supervisor?.close();
}, 60_000);

/** A user with all rights, and one who may not read kube-system. */
const [rich, poor] = [freshName('rich'), freshName('poor')];
beforeAll(async () => {
  const rules = [
    { apiGroups: [''], resources: ['secrets'], verbs: ['*'] },
    { apiGroups: [''], resources: ['namespaces'], verbs: ['list'] },
  ];
  const rbac = '/apis/rbac.authorization.k8s.io/v1';
  await created(`${rbac}/clusterroles`, { metadata: { name: poor }, rules });
  for (const [user, name] of [
    [rich, 'cluster-admin'],
    [poor, poor],
  ] as const) {
    const apiGroup = 'rbac.authorization.k8s.io';
    const subjects = [{ apiGroup, kind: 'User', name: user }];
    const roleRef = { apiGroup, kind: 'ClusterRole', name };
    await created(`${rbac}/clusterrolebindings`, { metadata: { name: user }, roleRef, subjects });
    const rule = { apiGroups: [''], resources: ['namespaces'], verbs: ['list'] };
    await waitFor(() => mayDo(user, '', rule), { what: `the rights of ${user}`, everyMs: 5 });
  }
});

const behind = (token: string): ContextOf => ({ server: proxy.server, token });

/** A source here, and in the other cluster another source of the same namespace and name, with its copy. */
async function twoSources() {
  const home = await newNamespace();
  await putSecret(home);
  const team = freshName('team');
  for (const name of [home, team]) await there.request('POST', '/api/v1/namespaces', { metadata: { name } });
  const data = { '.dockerconfigjson': payloadOf('b.example') };
  const type = 'kubernetes.io/dockerconfigjson';
  await there.request('POST', `/api/v1/namespaces/${home}/secrets`, { metadata: { name: 'regsecret' }, type, data });
  const labels = { 'app.kubernetes.io/managed-by': 'regsecret' };
  const annotations = { 'regsecret/source': `${home}/regsecret` };
  const metadata = { name: 'regsecret', labels, annotations };
  await there.request('POST', `/api/v1/namespaces/${team}/secrets`, { metadata, type, data });
  const kubeconfig = contextsFile({ a: behind('token-a'), b: behind('token-b') });
  const stored = async (namespace: string) =>
    (await there.request('GET', `/api/v1/namespaces/${namespace}/secrets/regsecret`)).body.data;
  return { home, team, data, kubeconfig, stored };
}

test('two clusters behind one address: a copy of the other cluster’s own source keeps its password', async () => {
  const { home, team, data, kubeconfig, stored } = await twoSources();
  const ran = await regsecretIn(home, ['sync', '--to', team, '--to-context', 'b'], { kubeconfig });
  expect(await stored(team)).toEqual(data);
  expect(ran).toMatchObject({ code: 1, stdout: 'b: 1 namespace: 1 left alone\n' });
  expect(ran.stderr).toContain(
    `b: error: secret ${team}/regsecret is a copy of ${home}/regsecret in this cluster, so it is left alone\n`,
  );
});

test('two clusters behind one address: --prune deletes no copy of the other cluster’s own source', async () => {
  const { home, team, data, kubeconfig, stored } = await twoSources();
  const args = ['sync', '-A', '--exclude', team, '--exclude', 'test-*', '--prune', '--yes', '--to-context', 'b'];
  const ran = await regsecretIn(home, args, { kubeconfig });
  expect(ran.stderr + ran.stdout).not.toContain('deleted');
  expect(await stored(team)).toEqual(data);
});

const HERE: ContextOf = {};
const otherAddress = (): string => cluster().server.replace('127.0.0.1', 'localhost');
const theOther = (): ContextOf => ({ ...other, certificate: other.admin });
let certificate: ContextOf['certificate'];
const limited = (): ContextOf => {
  certificate ??= clientCertificate(poor);
  return { certificate };
};
const FLAG = ['--assume-different'];

/** The table of docs/sync.md, "Several clusters": the contexts of the source and of the target, and what sync takes them for. */
const CASES: readonly (readonly [string, () => ContextOf, () => ContextOf, readonly string[], string])[] = [
  ['same address, same user', () => HERE, () => HERE, [], 'one'],
  ['same address, same user, kube-system cannot be read', limited, limited, [], 'one'],
  ['same address, same user, --assume-different', () => HERE, () => HERE, FLAG, 'one'],
  ['same address, other user, same UID', () => HERE, () => ({ user: rich }), [], 'one'],
  ['same address, other user, other UID', () => behind('token-a'), () => behind('token-b'), [], 'two'],
  ['other address, same UID', () => HERE, () => ({ server: otherAddress() }), [], 'one'],
  ['other address, other UID', () => HERE, theOther, [], 'two'],
  ['same address, other user, kube-system cannot be read', () => HERE, () => ({ user: poor }), [], 'not known'],
  ['other address, kube-system cannot be read here', () => ({ user: poor }), theOther, [], 'not known'],
  ['the same, --assume-different', () => ({ user: poor }), theOther, FLAG, 'two'],
  ['same UID, as from one backup, --assume-different', () => HERE, () => ({ server: otherAddress() }), FLAG, 'two'],
];

test.each(CASES)('%s', async (_, source, target, flags, wanted) => {
  const home = await newNamespace();
  const team = await newNamespace();
  await putSecret(home);
  await there.request('POST', '/api/v1/namespaces', { metadata: { name: team } });
  const kubeconfig = contextsFile({ a: source(), b: target() });
  const ran = await regsecretIn(home, ['sync', '--to', team, '--to-context', 'b', ...flags], { kubeconfig });
  const path = `/api/v1/namespaces/${team}/secrets/regsecret`;
  const copies = [await api('GET', path), await there.request('GET', path)].filter(({ status }) => status === 200);
  if (wanted === 'not known') {
    const unread = source().user === undefined ? 'b' : 'a';
    expect(copies).toEqual([]);
    expect(ran.code).toBe(1);
    expect(ran.stderr).toContain(
      `b: error: contexts a and b may lead to the same cluster: namespace kube-system of ${unread} cannot be read\n` +
        `b: hint: regsecret sync -n ${home} --to ${team} --to-context b --assume-different, if they lead to different clusters`,
    );
  } else {
    expect(ran.code, ran.stderr).toBe(0);
    const elsewhere = { 'regsecret/source': `${home}/regsecret`, 'regsecret/made-from': 'another-cluster' };
    const annotations = wanted === 'one' ? { 'regsecret/source': `${home}/regsecret` } : elsewhere;
    expect(copies.map(({ body }) => body.metadata.annotations)).toEqual([annotations]);
  }
});

test('clusters from one backup: the Secret of the source’s UID is not taken for the source', async () => {
  const home = await newNamespace();
  await putSecret(home);
  const kubeconfig = contextsFile({ a: HERE, b: { server: otherAddress() } });
  const args = ['sync', '--to', home, '--to-context', 'b'];
  const one = await regsecretIn(home, args, { kubeconfig });
  expect(one.stdout).toBe('b: 0 namespaces\n');
  const two = await regsecretIn(home, [...args, '--assume-different'], { kubeconfig });
  expect(two).toMatchObject({ code: 1 });
  expect(two.stderr).toContain(`b: error: secret ${home}/regsecret was not created by sync, so it is left alone\n`);
});

test('rotate in two contexts of one cluster: a copy from another cluster is no copy of what was rotated here', async () => {
  const [home, team] = [await newNamespace(), await newNamespace()];
  await putSecret(home);
  const annotations = { 'regsecret/source': `${home}/regsecret`, 'regsecret/made-from': 'another-cluster' };
  await putSecret(team, { metadata: { labels: OURS, annotations } });
  const before = (await secretIn(team))?.data;
  const kubeconfig = contextsFile({ a: HERE, b: { server: otherAddress() } });
  const login = ['--server', 'r.example', '--username', 'jane', '--password-stdin', '--no-verify'];
  const args = ['rotate', 'regsecret', ...login, '--to-context', 'a', '--to-context', 'b'];
  const ran = await regsecretIn(home, args, { kubeconfig, stdin: 'fresh' });
  expect(ran.stdout).toContain(`a: secret/regsecret configured in ${home}\n`);
  expect((await secretIn(team))?.data).toEqual(before);
});

test('kube-system is read once in each cluster, and only where the question matters', async () => {
  const home = await newNamespace();
  const team = await newNamespace();
  await putSecret(home);
  const proxies = [await startFaultProxy(cluster()), await startFaultProxy(cluster(), anotherCluster)] as const;
  onTestFinished(async () => void (await Promise.all(proxies.map((one) => one.close()))));
  const [a, b] = proxies.map(({ server }) => ({ server }));
  const kubeconfig = contextsFile({ a: a ?? {}, again: a ?? {}, b: b ?? {} });
  const reads = () =>
    proxies.map(({ requests }) => requests.filter(({ path }) => path.endsWith('/kube-system')).length);
  await regsecretIn(home, ['sync', '--to', team], { kubeconfig });
  await regsecretIn(home, ['sync', '--to', team, '--to-context', 'again'], { kubeconfig });
  expect(reads()).toEqual([0, 0]);
  await regsecretIn(home, ['sync', '--to', team, '--to-context', 'b'], { kubeconfig });
  expect(reads()).toEqual([1, 1]);
  await regsecretIn(home, ['sync', '--to', team, '--to-context', 'b', '--assume-different'], { kubeconfig });
  await regsecretIn(home, ['delete', '-A', '--dry-run=client', '--to-context', 'a', '--to-context', 'b'], {
    kubeconfig,
  });
  expect(reads()).toEqual([1, 1]);
});
