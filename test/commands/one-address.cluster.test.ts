/**
 * A cluster is known by the UID of its namespace kube-system, and not by an address: behind one address there may be two (an
 * access proxy that chooses by user), and one may have two addresses.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ApiClient, createApiClient } from '../environment/api-client.ts';
import type { ClusterInfo } from '../environment/control-plane.ts';
import { startSupervisor, type Supervisor } from '../environment/supervisor.ts';
import { cluster, newNamespace } from '../environment/use.ts';
import { type AccessProxy, startAccessProxy } from '../support/access-proxy.ts';
import { freshName, regsecretIn } from '../support/attach-world.ts';
import { type ContextOf, contextsFile } from '../support/context-world.ts';
import { payloadOf, putSecret } from '../support/sync-world.ts';

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
  expect(ran).toMatchObject({ code: 1, stdout: '' });
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
