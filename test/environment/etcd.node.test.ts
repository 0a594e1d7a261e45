import { readFileSync } from 'node:fs';
import { get } from 'node:https';
import { json } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { removeNamespace } from './etcd.ts';
import { api, cluster, newNamespace, node, placedOn, waitFor } from './use.ts';

/** More than the API server keeps for a watch that is slow. */
const PODS = 60;

test('a kubelet stops all pods of a namespace that is removed', async () => {
  const namespace = await newNamespace({ serviceAccount: true });
  const containers = [{ name: 'app', image: node().registries.publicImage, imagePullPolicy: 'Never' }];
  const spec = { ...placedOn(node()), nodeName: node().name, containers };
  const names = Array.from({ length: PODS }, (_, index) => `pod-${index}`);
  const path = `/api/v1/namespaces/${namespace}/pods`;
  const created = await Promise.all(names.map((name) => api('POST', path, { metadata: { name }, spec })));
  expect(created.map(({ status }) => status)).toEqual(names.map(() => 201));
  await waitFor(async () => (await podsOf(namespace)) === PODS, { what: 'the kubelet to know the pods' });

  await removeNamespace(cluster().etcd, namespace);

  await waitFor(async () => (await podsOf(namespace)) === 0, { what: 'the kubelet to stop the pods' });
});

/** The number of pods in a namespace that the kubelet has, as it says itself. */
async function podsOf(namespace: string): Promise<number> {
  const { status } = (await api('GET', `/api/v1/nodes/${node().name}`)).body;
  const { certFile, keyFile } = cluster().admin;
  // The kubelet has signed its certificate itself.
  const files = { cert: readFileSync(certFile), key: readFileSync(keyFile), rejectUnauthorized: false };
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  get(`https://127.0.0.1:${status.daemonEndpoints.kubeletEndpoint.Port}/pods`, files, (answer) =>
    json(answer).then(resolve, reject),
  ).once('error', reject);
  const { items } = (await promise) as { items: { metadata: { namespace: string } }[] | null };
  return (items ?? []).filter(({ metadata }) => metadata.namespace === namespace).length;
}
