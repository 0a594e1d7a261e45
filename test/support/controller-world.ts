/** The namespaces, image and settings with which the controller is deployed as a pod on the test node. */
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

/** The deadline for anything a kubelet does, even on a busy machine. */
export const DEADLINE_MS = 90_000;
/** The time limit of a whole test. */
export const TEST_MS = 4 * DEADLINE_MS;

export interface ControllerWorld {
  /** The namespace of the controller. Its Secret `regsecret` also has a login for the controller's own image. */
  readonly home: string;
  /** The label selector of the namespaces to serve. Other tests use other label values. */
  readonly selector: string;
  readonly image: { readonly repository: string; readonly tag: string };
  /** The port of the status page. It is unique because pods of the tests share the node's network. */
  readonly port: number;
  readonly env: readonly { readonly name: string; readonly value: string }[];
  /** Makes a namespace to serve. */
  newTeam(): Promise<string>;
}

/** A world in which the stored password for the Bearer registry, `too-old`, no longer works. */
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

/** Waits until the Deployment of the controller is ready according to its probe. */
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

/** Creates a pod with the image as soon as the service account has the pull secret, and returns the pod once it has settled. */
export async function podIn(namespace: string, image: string, name = 'web'): Promise<object> {
  const isServed = async () => (await account(namespace, 'default')).imagePullSecrets?.[0]?.name === 'regsecret';
  await waitFor(isServed, { what: `the list of ${namespace}`, deadlineMs: DEADLINE_MS });
  await newScheduledWorkload('Pod', namespace, { name, image, spec: placedOn(node()) });
  return podSettled(namespace, name, DEADLINE_MS);
}
