/** Everything that tests import about the cluster: its addresses, their own namespaces, other users, and kubectl. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inject } from 'vitest';
import { type ApiAnswer, type ApiClient, createApiClient } from './api-client.ts';
import { type CertificateFiles, issueCertificate, readAuthority, writeCertificate } from './certificate.ts';
import type { Result } from './child.ts';
import { waitFor } from './condition.ts';
import type { ClusterInfo } from './control-plane.ts';
import { atFileEnd } from './file-end.ts';
import { pushImage } from './image.ts';
import { type KubeconfigOptions, writeKubeconfig } from './kubeconfig.ts';
import { type KubectlOptions, runKubectl } from './kubectl.ts';
import { ask } from './line-protocol.ts';
import { CHOSEN, type NodeInfo, type NodeSettings } from './node.ts';
import { readSecretsTooLate, settledState } from './pod-state.ts';
import type { RegistriesInfo } from './registries.ts';
import type { RegistryInfo, RegistryOptions } from './registry.ts';
import type { RegistryUser } from './registry-user.ts';
import type { Strategy } from './setup-node.ts';

export { waitFor } from './condition.ts';

export { janedoe, johndoe } from './registries.ts';
export type { ClusterInfo, KubectlOptions, NodeInfo, RegistryInfo, RegistryOptions, RegistryUser, Result, Strategy };

/** The control plane of this run. */
export function cluster(): ClusterInfo {
  return inject('cluster');
}

/**
 * Creates a namespace that no other test uses. It is deleted when the test file ends, without waiting for the deletion. With
 * `serviceAccount`, it is returned once the controller has created its service account `default`.
 */
export async function newNamespace(
  options: {
    serviceAccount?: boolean;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
    prefix?: string;
  } = {},
): Promise<string> {
  const { labels = {}, annotations = {}, prefix = 'test' } = options;
  const name = `${prefix}-${randomBytes(5).toString('hex')}`;
  const body = { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels, annotations } };
  const created = await api('POST', '/api/v1/namespaces', body);
  if (created.status !== 201) throw new Error(`namespace ${name}: ${created.status} ${created.body.message}`);
  namespaces.push(name);
  if (options.serviceAccount) await serviceAccountOf(name);
  return name;
}

/** Runs the real kubectl, as administrator unless another kubeconfig is given. */
export function kubectl(args: readonly string[], options: KubectlOptions = {}): Promise<Result> {
  return runKubectl(cluster(), args, options);
}

/** Sends one request to the API server as administrator, to set up or look up objects. An answer of any status resolves. */
export function api(
  method: string,
  path: string,
  body?: unknown,
  headers?: Record<string, string>,
): Promise<ApiAnswer> {
  client ??= createApiClient({ ...cluster(), certificate: cluster().admin });
  return client.request(method, path, body, headers);
}

/** Issues a client certificate for a user of these groups, who has no rights except those that a test grants. */
export function clientCertificate(user: string, groups: readonly string[] = []): CertificateFiles {
  const authority = readAuthority({ certFile: cluster().caFile, keyFile: cluster().caKeyFile });
  const subject = { commonName: user, organizations: groups };
  return writeCertificate(issueCertificate(authority, subject), join(temporaryFolder(), 'client'));
}

/** Writes a kubeconfig for the test cluster with the given credentials. It is removed with the run's folder. */
export function kubeconfigFor(options: Partial<KubeconfigOptions> & { user?: string; groups?: string[] }): string {
  const { user, groups, ...rest } = options;
  const certificate = user === undefined ? {} : { certificate: clientCertificate(user, groups) };
  const { server, caFile } = cluster();
  return writeKubeconfig(join(temporaryFolder(), 'kubeconfig'), { server, caFile, ...certificate, ...rest });
}

/** The registries of this run, with a private image on each. */
export function sharedRegistries(): RegistriesInfo {
  return inject('registries');
}

/** The node of this run whose kubelet reads Secrets with this strategy; in project `node` only. */
export function node(strategy: Strategy = 'Watch'): NodeInfo & { registries: RegistriesInfo } {
  return { ...inject('nodes')[strategy], registries: sharedRegistries() };
}

/** Starts a node with its own settings, which runs for the rest of the run; in project `node` only. */
export async function nodeWith(settings: NodeSettings): Promise<NodeInfo> {
  const { answer, close } = await ask(cluster().socket, { start: 'node', settings });
  close();
  return answer;
}

/** Kills every process on the node with the settings of this label, and restarts its services; in project `node` only. */
export async function rebootNode(label: string): Promise<void> {
  (await ask(cluster().socket, { start: 'reboot', label })).close();
}

/** The fields of a pod spec that put pods on a node. */
export function placedOn({ name }: NodeInfo): object {
  return {
    nodeSelector: { 'kubernetes.io/hostname': name },
    tolerations: [{ key: CHOSEN, operator: 'Exists' }],
  };
}

/** Starts an empty registry, which is stopped when the test file ends. */
export async function startRegistry(options: RegistryOptions): Promise<RegistryInfo> {
  const { answer, close } = await ask(cluster().socket, { start: 'registry', options });
  registries.push(close);
  return answer;
}

/** Pushes the test image, a program that waits for a signal, under a name such as `HOST/janedoe/app:v2`. */
export function pushTestImage(image: string, user?: RegistryUser): Promise<void> {
  const { crane, imageArchive } = sharedRegistries();
  return pushImage(crane, imageArchive, image, temporaryFolder(), user);
}

/** Waits until a pod is ready, has ended, or cannot pull an image with the Secrets that it has, and returns that state. */
export function podSettled(namespace: string, name: string, deadlineMs = 60_000): ReturnType<typeof waitForPod> {
  return waitForPod(namespace, name, deadlineMs);
}

const namespaces: string[] = [];
const registries: (() => void)[] = [];
let client: ApiClient | undefined;

// Cleaning up after each test would remove namespaces of tests that run concurrently.
atFileEnd(async () => {
  await Promise.all(namespaces.splice(0).map(removeNamespace));
  for (const close of registries.splice(0)) close();
  client?.close();
  client = undefined;
});

/** Where etcd has the objects that commands with -A read and that tests leave in their namespaces. */
const LEFT = [
  ...['secrets', 'serviceaccounts', 'events', 'podtemplates', 'controllers', 'pods'],
  ...['deployments', 'statefulsets', 'daemonsets', 'replicasets', 'jobs', 'cronjobs'],
];

/**
 * Removes a namespace and the objects in it that commands with -A read. The namespace controller would send 60 requests for each
 * namespace, almost half of all requests to the API server. Those objects are removed from etcd, because to delete them by the
 * API was a third of its work. Namespaces with pods on a node are left to that controller: a kubelet cannot report that a pod
 * has ended when the namespace is gone, and objects that go in one transaction have one resource version, so that a kubelet
 * whose watch is cut off between them would keep the rest of the pods.
 */
async function removeNamespace(name: string): Promise<void> {
  const path = `/api/v1/namespaces/${name}`;
  const { body } = await api('GET', `${path}/pods?limit=1&fieldSelector=spec.nodeName!%3D`);
  if (body.items.length === 0) {
    const finalized = { apiVersion: 'v1', kind: 'Namespace', metadata: { name }, spec: { finalizers: [] } };
    await api('PUT', `${path}/finalize`, finalized);
    await api('DELETE', path); // the namespace is now terminating, so that no controller creates anything again
    await removeFromEtcd(LEFT.map((kind) => `/registry/${kind}/${name}`));
  }
  await api('DELETE', path);
}

/** Removes all objects below these folders of etcd. */
async function removeFromEtcd(folders: readonly string[]): Promise<void> {
  const base64 = (key: string): string => Buffer.from(key).toString('base64');
  const success = folders.map((folder) => ({
    request_delete_range: { key: base64(`${folder}/`), range_end: base64(`${folder}0`) }, // 0 is the next character after /
  }));
  const answer = await fetch(`${cluster().etcd}/v3/kv/txn`, { method: 'POST', body: JSON.stringify({ success }) });
  if (!answer.ok) throw new Error(`etcd: ${answer.status} ${await answer.text()}`);
}

async function serviceAccountOf(namespace: string): Promise<void> {
  const path = `/api/v1/namespaces/${namespace}/serviceaccounts/default`;
  const exists = async (): Promise<boolean> => (await api('GET', path)).status === 200;
  await waitFor(exists, { what: `the service account ${namespace}/default` });
}

function waitForPod(namespace: string, name: string, deadlineMs: number) {
  let last: unknown = 'not there';
  const settled = async () => {
    const { status, body } = await api('GET', `/api/v1/namespaces/${namespace}/pods/${name}`);
    if (status !== 200) return undefined;
    last = body.status;
    const state = settledState(body.status);
    const isFailed = state?.reason !== undefined;
    return isFailed && readSecretsTooLate(kubeletLogs(), `${namespace}/${name}`) ? undefined : state;
  };
  return waitFor(settled, { what: `pod ${namespace}/${name} to settle`, deadlineMs, everyMs: 100 }).catch((error) => {
    throw new Error(`${error.message}: ${JSON.stringify(last)}`);
  });
}

/** What the kubelets of this run have written so far. */
function kubeletLogs(): string {
  const folder = join(cluster().folder, 'logs');
  const files = readdirSync(folder).filter((file) => file.startsWith('kubelet'));
  return files.map((file) => readFileSync(join(folder, file), 'utf8')).join('');
}

function temporaryFolder(): string {
  return mkdtempSync(join(cluster().home, 'user-'));
}
