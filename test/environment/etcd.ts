/**
 * Writes to etcd without the API server, which needs more time for each object. Every object is written alone, as the API server
 * does it: objects of one transaction have one resource version, and a watch that is interrupted between them, as slow ones are,
 * never reports the others.
 */

/** Stores an object's JSON at `key`, such as `/registry/pods/NAMESPACE/NAME`. */
export async function put(etcd: string, key: string, value: object): Promise<void> {
  await call(etcd, 'put', { key: base64(key), value: base64(JSON.stringify(value)) });
}

/**
 * What namespaces hold in the tests, as the API server names it in etcd, in the order in which it is removed: a controller creates
 * its pods again.
 */
const NAMESPACED = [
  ...['cronjobs', 'jobs', 'deployments', 'daemonsets', 'statefulsets', 'replicasets', 'controllers', 'pods'],
  ...['secrets', 'configmaps', 'serviceaccounts', 'rolebindings', 'roles', 'leases', 'limitranges', 'podtemplates'],
  ...['resourcequotas', 'services/specs', 'services/endpoints', 'endpointslices', 'persistentvolumeclaims'],
  ...['controllerrevisions', 'events'],
];

/**
 * Removes a namespace and all that is in it. The namespace controller would send 60 requests for it, and those for all namespaces
 * were a quarter of all requests to the API server. A kubelet stops the pods of such a namespace as it does those that are deleted
 * with force.
 */
export async function removeNamespace(etcd: string, name: string): Promise<void> {
  // Without the namespace, the API server refuses to create anything in it; one more look finds what it created meanwhile.
  await remove(etcd, base64(`/registry/namespaces/${name}`));
  let found: readonly string[];
  do {
    found = await keysOf(etcd, name);
    for (const key of found) await remove(etcd, key);
  } while (found.length > 0);
}

/** The keys, in base64, of all objects in a namespace. */
async function keysOf(etcd: string, namespace: string): Promise<readonly string[]> {
  const success = NAMESPACED.map((kind) => ({ requestRange: below(`/registry/${kind}/${namespace}/`) }));
  const { responses } = await call<{ responses: { response_range: { kvs?: { key: string }[] } }[] }>(etcd, 'txn', {
    success,
  });
  return responses.flatMap(({ response_range }) => (response_range.kvs ?? []).map(({ key }) => key));
}

function below(prefix: string): object {
  const end = `${prefix.slice(0, -1)}0`; // 0 follows the slash
  return { key: base64(prefix), rangeEnd: base64(end), keysOnly: true };
}

function remove(etcd: string, key: string): Promise<unknown> {
  return call(etcd, 'deleterange', { key });
}

/** Calls a method of etcd (https://etcd.io/docs/v3.6/dev-guide/api_grpc_gateway/). Rejects when etcd refuses it. */
async function call<Answer>(etcd: string, method: string, request: object): Promise<Answer> {
  const answer = await fetch(`${etcd}/v3/kv/${method}`, { method: 'POST', body: JSON.stringify(request) });
  if (!answer.ok) throw new Error(`etcd: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as Answer;
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
