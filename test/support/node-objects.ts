/** Node objects without a kubelet, and pods that run there, as a kubelet would report. */
import { api } from '../environment/use.ts';
import { created, freshName, pathOf } from './attach-world.ts';

const MERGE = { 'content-type': 'application/merge-patch+json' };

/** Creates a node for pods that choose it. Its caller deletes it with {@link removeNodes}. */
export async function newNode(kubeletVersion: string, images: readonly object[] = []): Promise<string> {
  const name = freshName('node');
  const taints = [{ key: 'regsecret.test/chosen', value: name, effect: 'NoSchedule' }];
  await created('/api/v1/nodes', { apiVersion: 'v1', kind: 'Node', metadata: { name }, spec: { taints } });
  nodes.push(name);
  await patchStatus(`/api/v1/nodes/${name}`, { images, nodeInfo: { kubeletVersion } });
  return name;
}

/** Removes the nodes that this test file has created. */
export async function removeNodes(): Promise<void> {
  await Promise.all(nodes.splice(0).map((name) => api('DELETE', `/api/v1/nodes/${name}`)));
}

const nodes: string[] = [];

/** Reports that the container `app` of a pod runs. */
export function reportRunning(namespace: string, pod: string, image: string): Promise<void> {
  const state = { running: { startedAt: new Date().toISOString() } };
  const imageID = `${image}@sha256:${'0'.repeat(64)}`;
  return patchStatus(pathOf('Pod', namespace, pod), {
    phase: 'Running',
    conditions: [{ type: 'Ready', status: 'True' }],
    containerStatuses: [{ name: 'app', image, imageID, ready: true, restartCount: 0, state }],
  });
}

/** Reports that the container `app` of a pod waits. */
export function reportWaiting(namespace: string, pod: string, image: string, waiting: object): Promise<void> {
  return patchStatus(pathOf('Pod', namespace, pod), {
    phase: 'Pending',
    containerStatuses: [{ name: 'app', image, imageID: '', ready: false, restartCount: 0, state: { waiting } }],
  });
}

async function patchStatus(path: string, status: object): Promise<void> {
  const answer = await api('PATCH', `${path}/status`, { status }, MERGE);
  if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
}
