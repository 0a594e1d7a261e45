/** A cluster with three teams, whose pods cannot pull their images, each for another reason. */
import { randomBytes } from 'node:crypto';
import {
  api,
  cluster,
  janedoe,
  johndoe,
  kubeconfigFor,
  newNamespace,
  node,
  podSettled,
  pushTestImage,
  waitFor,
} from '../environment/use.ts';
import { named, newPullSecret, newScheduledWorkload, pathOf } from '../support/attach-world.ts';
import { startFaultProxy } from '../support/fault-proxy.ts';

export interface NightWorld {
  /** The kubeconfig of an administrator. Its API server shows these namespaces and no others. */
  readonly kubeconfig: string;
  /** Fixed texts that replace those that differ between runs. */
  readonly standIns: readonly (readonly [string | RegExp, string])[];
  close(): Promise<void>;
}

/** Creates the cluster's objects. Resolves once a kubelet has failed to pull for each pod. */
export async function startNight(): Promise<NightWorld> {
  const { basic } = node().registries;
  const prefixes = ['payments', 'search', 'shop'] as const;
  const [payments, search, shop] = (await Promise.all(
    prefixes.map((prefix) => newNamespace({ prefix, serviceAccount: true })),
  )) as [string, string, string];
  const image = basic.privateImage;
  await newPullSecret(payments, 'pull', basic.host, { ...janedoe, password: randomBytes(8).toString('hex') });
  await newPullSecret(search, 'pull', basic.host, janedoe);
  await newPullSecret(search, 'left-over', basic.host, johndoe);
  await newPullSecret(shop, 'regcred', basic.host, janedoe);
  // A separate repository, because the output names its tags.
  const indexer = `${basic.host}/janedoe/indexer`;
  await pushTestImage(`${indexer}:v1`, janedoe);
  await Promise.all([
    deployment(payments, 'checkout', 3, { image, list: named('pull') }),
    deployment(search, 'indexer', 1, { image: `${indexer}:v2`, list: named('pull') }),
    deployment(shop, 'web', 2, { image }),
  ]);
  const namespaces = [payments, search, shop];
  const proxy = await startFaultProxy(cluster(), ({ method, path, headers }) =>
    method === 'GET' && /^\/apis?(\/[\w.]+)?\/v1\/\w+(\?|$)/.test(path)
      ? listOf(path, `${headers.accept}`, namespaces)
      : undefined,
  );
  return {
    kubeconfig: kubeconfigFor({ server: proxy.server, token: cluster().tokenUsers['token-admin'].token }),
    standIns: [
      ...prefixes.map((prefix, index) => [namespaces[index] ?? '', prefix] as const),
      [/\b(checkout|indexer|web)-[0-9a-f]+-[0-9a-z]{5}\b/g, '$1-5f7b9c6d84-x2k9q'],
    ],
    close: () => proxy.close(),
  };
}

/** Long enough for a kubelet on a busy machine. */
const DEADLINE = 120_000;

async function deployment(
  namespace: string,
  name: string,
  replicas: number,
  options: { readonly image: string; readonly list?: readonly object[] },
): Promise<void> {
  await newScheduledWorkload('Deployment', namespace, { ...options, name, fields: { replicas } });
  const found = await waitFor(
    async () => {
      const { items } = (await api('GET', `${pathOf('Pod', namespace)}?labelSelector=app=${name}`)).body;
      return items.length === replicas ? (items as { metadata: { name: string } }[]) : undefined;
    },
    { what: `the pods of ${name}`, deadlineMs: DEADLINE },
  );
  await Promise.all(found.map(({ metadata }) => podSettled(namespace, metadata.name, DEADLINE)));
}

/** Answers a list request as if the cluster had only `namespaces`, without those of other tests. */
async function listOf(path: string, accept: string, namespaces: readonly string[]) {
  const url = new URL(path, cluster().server);
  // Reads from storage, because the API server's cache may be behind.
  for (const name of ['resourceVersion', 'resourceVersionMatch']) url.searchParams.delete(name);
  const { status, body } = await api('GET', `${url.pathname}${url.search}`, undefined, { accept });
  const isOurs = ({ metadata }: { metadata: { name: string; namespace?: string } }): boolean => {
    const namespace = url.pathname === '/api/v1/namespaces' ? metadata.name : metadata.namespace;
    return namespace === undefined || namespaces.includes(namespace);
  };
  const filtered = body.items === undefined ? body : { ...body, items: body.items.filter(isOurs) };
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(filtered) };
}
