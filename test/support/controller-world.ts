/** What the controller in a pod is deployed with on the node of the tests, and the namespaces that it serves. */
import {
  api,
  cluster,
  janedoe,
  kubectl,
  newNamespace,
  node,
  placedOn,
  podSettled,
  sharedRegistries,
  waitFor,
} from '../environment/use.ts';
import { account, freshName, newScheduledWorkload, newSecret } from './attach-world.ts';
import { pushControllerImage } from './controller-image.ts';
import { freePort } from './watch-world.ts';

/** For what a kubelet does, also on a busy machine. */
export const DEADLINE_MS = 90_000;
/** Of a whole test. */
export const TEST_MS = 4 * DEADLINE_MS;

export interface ControllerWorld {
  /** The namespace of the controller. Its Secret `regsecret` opens the controller's own image too. */
  readonly home: string;
  /** The label of the namespaces to serve; other tests label theirs. */
  readonly selector: string;
  readonly image: { readonly repository: string; readonly tag: string };
  /** For the status page: pods of the tests have no network of their own. */
  readonly port: number;
  readonly env: readonly { readonly name: string; readonly value: string }[];
  /** Makes a namespace to serve. */
  newTeam(): Promise<string>;
}

/** A world in which the password `too-old` for the Bearer registry is of no use any more. */
export async function controllerWorld(): Promise<ControllerWorld> {
  const { basic, bearer } = sharedRegistries();
  const image = { repository: `${basic.host}/janedoe/regsecret`, tag: freshName('test') };
  const [port, home] = await Promise.all([
    freePort(),
    newNamespace({ prefix: 'platform', serviceAccount: true }),
    pushControllerImage(`${image.repository}:${image.tag}`, janedoe),
  ]);
  const { username, password } = janedoe;
  const auths = { [basic.host]: { username, password }, [bearer.host]: { username, password: 'too-old' } };
  await newSecret(home, 'regsecret', 'kubernetes.io/dockerconfigjson', {
    '.dockerconfigjson': JSON.stringify({ auths }),
  });
  const { hostname, port: apiPort } = new URL(cluster().server);
  return {
    home,
    selector: `regsecret.test/pulls=${home}`,
    image,
    port,
    env: [
      { name: 'KUBERNETES_SERVICE_HOST', value: hostname },
      { name: 'KUBERNETES_SERVICE_PORT', value: apiPort },
    ],
    newTeam: () => newNamespace({ labels: { 'regsecret.test/pulls': home }, serviceAccount: true }),
  };
}

/** Waits until the Deployment of the controller is well, as its probe says. */
export async function controllerReady(home: string, name: string): Promise<void> {
  const path = `/apis/apps/v1/namespaces/${home}/deployments/${name}`;
  const isReady = async () => {
    const { metadata, spec, status } = (await api('GET', path)).body;
    const { observedGeneration, updatedReplicas, readyReplicas, replicas } = status;
    const counts = [updatedReplicas, readyReplicas, replicas];
    return observedGeneration === metadata.generation && counts.every((count) => count === spec.replicas);
  };
  await waitFor(isReady, { what: 'the controller', deadlineMs: DEADLINE_MS, everyMs: 200 }).catch(async (error) => {
    const pods = await kubectl(['describe', 'pods', '-n', home]);
    const log = await kubectl(['logs', `deploy/${name}`, '-n', home]);
    throw new Error(`${error}\n${pods.stdout}\n${log.stdout}${log.stderr}`);
  });
}

/** What becomes of a pod with the image, which is made as soon as the service account has the list. */
export async function podIn(namespace: string, image: string, name = 'web'): Promise<object> {
  const isServed = async () => (await account(namespace, 'default')).imagePullSecrets?.[0]?.name === 'regsecret';
  await waitFor(isServed, { what: `the list of ${namespace}`, deadlineMs: DEADLINE_MS });
  await newScheduledWorkload('Pod', namespace, { name, image, spec: placedOn(node()) });
  return podSettled(namespace, name, DEADLINE_MS);
}
