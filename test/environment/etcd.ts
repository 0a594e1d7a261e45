/** Writes to etcd without the API server, which needs a request for each object. Its watches report what changes there. */

/** The number of operations that etcd accepts in one transaction. */
export const TRANSACTION = 100;

/** Stores an object's JSON at `key`, such as `/registry/pods/NAMESPACE/NAME`. */
export function put(key: string, value: object): object {
  return { requestPut: { key: base64(key), value: base64(JSON.stringify(value)) } };
}

/** Does all operations at once. Rejects when etcd refuses them. */
export async function transact(etcd: string, success: readonly object[]): Promise<void> {
  const answer = await fetch(`${etcd}/v3/kv/txn`, { method: 'POST', body: JSON.stringify({ success }) });
  if (!answer.ok) throw new Error(`etcd: ${answer.status} ${await answer.text()}`);
}

/** What namespaces hold in the tests, as the API server names it in etcd. */
const NAMESPACED = [
  ...['configmaps', 'events', 'leases', 'limitranges', 'pods', 'podtemplates', 'resourcequotas', 'secrets'],
  ...['serviceaccounts', 'services/specs', 'services/endpoints', 'endpointslices', 'persistentvolumeclaims'],
  ...['controllers', 'controllerrevisions', 'daemonsets', 'deployments', 'replicasets', 'statefulsets'],
  ...['jobs', 'cronjobs', 'roles', 'rolebindings'],
];

/**
 * Removes a namespace and all that is in it. The namespace controller would send 60 requests for it, and those for all namespaces
 * were a quarter of all requests to the API server. A kubelet stops the pods of such a namespace as it does those that are deleted
 * with force.
 */
export function removeNamespace(etcd: string, name: string): Promise<void> {
  const objects = NAMESPACED.map((kind) => allBelow(`/registry/${kind}/${name}/`));
  return transact(etcd, [...objects, { requestDeleteRange: { key: base64(`/registry/namespaces/${name}`) } }]);
}

function allBelow(prefix: string): object {
  const end = `${prefix.slice(0, -1)}0`; // 0 follows the slash
  return { requestDeleteRange: { key: base64(prefix), rangeEnd: base64(end) } };
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
