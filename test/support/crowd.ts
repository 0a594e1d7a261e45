/** A large cluster for tests of bounded memory. Its pods are as large as real ones, about 5 KB. */
import { randomUUID } from 'node:crypto';
import { type ApiClient, createApiClient } from '../environment/api-client.ts';
import { waitFor } from '../environment/condition.ts';
import type { ClusterInfo } from '../environment/control-plane.ts';
import { pool } from './pool.ts';

export const SECRETS = 2_000;
export const PODS_A_SECRET = 5;
const NAMESPACES = 100;

/** The number of keys that etcd accepts in one transaction. */
const TRANSACTION = 100;

/**
 * Creates Secrets, by default 2,000, and 5 pods for each. No scheduler handles the pods, their status says that they run, and each Secret is used by the
 * same number of pods. One pod and one Secret are created through the API server; the others are written to etcd in the form in which
 * the API server stored that one, because 22,000 requests take two minutes.
 */
export async function createCrowd(cluster: ClusterInfo, secrets = SECRETS): Promise<void> {
  const client = createApiClient({ ...cluster, certificate: cluster.admin });
  const namespaces = Array.from({ length: NAMESPACES }, (_, index) => namespaceOf(index));
  await pool(16, namespaces, (name) => post(client, '/api/v1/namespaces', { metadata: { name } }));
  await pool(16, namespaces, (name) =>
    waitFor(
      async () => (await client.request('GET', `/api/v1/namespaces/${name}/serviceaccounts/default`)).status === 200,
      { what: `the service account of ${name}`, deadlineMs: 120_000 },
    ),
  );
  const first = `/api/v1/namespaces/${namespaceOf(0)}`;
  const storedSecret = await post(client, `${first}/secrets`, secret(0));
  await post(client, `${first}/pods`, pod(0, secrets));
  const storedPod = await runFirst(client);
  client.close();
  await store(cluster.etcd, secrets, (index) => like(storedSecret, index, secret(index)));
  await store(cluster.etcd, secrets * PODS_A_SECRET, (index) => {
    const { spec, ...rest } = pod(index, secrets);
    const copy = like(storedPod, index, rest);
    const containers = (copy.spec?.containers ?? []).map((container, at) => ({ ...container, ...spec.containers[at] }));
    return { ...copy, spec: { ...copy.spec, ...spec, containers }, status: running(index) };
  });
}

function namespaceOf(index: number): string {
  return `crowd-${index % NAMESPACES}`;
}

interface Stored {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec?: { readonly containers: readonly object[] };
}

/** `stored` with the fields in `made` for the object `index`. */
function like(stored: Stored, index: number, made: { readonly metadata: { readonly name: string } }): Stored {
  const { resourceVersion: _, ...metadata } = stored.metadata as Stored['metadata'] & { resourceVersion: string };
  const own = { namespace: namespaceOf(index), uid: randomUUID(), ...made.metadata };
  return { ...stored, ...made, metadata: { ...metadata, ...own } };
}

/** Writes all objects except the first, which already exists. */
async function store(etcd: string, total: number, object: (index: number) => Stored): Promise<void> {
  const base64 = (text: string): string => Buffer.from(text).toString('base64');
  for (let start = 1; start < total; start += TRANSACTION) {
    const objects = Array.from({ length: Math.min(TRANSACTION, total - start) }, (_, at) => object(start + at));
    const success = objects.map((one, at) => {
      const key = `/registry/${one.kind.toLowerCase()}s/${namespaceOf(start + at)}/${one.metadata.name}`;
      return { requestPut: { key: base64(key), value: base64(JSON.stringify(one)) } };
    });
    const answer = await fetch(`${etcd}/v3/kv/txn`, { method: 'POST', body: JSON.stringify({ success }) });
    if (!answer.ok) throw new Error(`etcd: ${answer.status} ${await answer.text()}`);
  }
}

async function post(client: ApiClient, path: string, body: object): Promise<Stored> {
  const { status, body: answer } = await client.request('POST', path, body);
  if (status !== 201) throw new Error(`${path}: ${status} ${JSON.stringify(answer)}`);
  return answer as Stored;
}

async function runFirst(client: ApiClient): Promise<Stored> {
  const path = `/api/v1/namespaces/${namespaceOf(0)}/pods/pod-0/status`;
  const patch = { 'content-type': 'application/merge-patch+json' };
  const { status, body: answer } = await client.request('PATCH', path, { status: running(0) }, patch);
  if (status !== 200) throw new Error(`${path}: ${status} ${JSON.stringify(answer)}`);
  return answer as Stored;
}

/** The status that a kubelet reports once a pod has its images. */
function running(index: number): object {
  const containerStatuses = CONTAINERS.map((name) => ({
    name,
    image: imageOf(name, index),
    imageID: `ghcr.io/acme/${name}@sha256:${'0'.repeat(64)}`,
    ready: true,
    restartCount: 0,
    state: { running: { startedAt: '2026-01-01T00:00:00Z' } },
  }));
  return { phase: 'Running', containerStatuses };
}

function secret(index: number) {
  const auth = Buffer.from(`user-${index}:password-${index}`).toString('base64');
  const auths = Object.fromEntries(['ghcr.io', 'quay.io', `r${index}.example.com`].map((server) => [server, { auth }]));
  return {
    metadata: { name: `pull-${index}` },
    type: 'kubernetes.io/dockerconfigjson',
    data: { '.dockerconfigjson': Buffer.from(JSON.stringify({ auths })).toString('base64') },
  };
}

const CONTAINERS = ['app', 'sidecar'];

function imageOf(container: string, index: number): string {
  return `ghcr.io/acme/${container}:v${index}`;
}

function pod(index: number, secrets: number) {
  const env = Array.from({ length: 25 }, (_, number) => ({
    name: `SETTING_${number}`,
    value: `value-${index}-${number}`,
  }));
  const container = (name: string) => ({
    name,
    image: imageOf(name, index),
    env,
    resources: { requests: { cpu: '10m', memory: '32Mi' }, limits: { memory: '64Mi' } },
    readinessProbe: { httpGet: { path: '/ready', port: 8080 } },
  });
  return {
    metadata: { name: `pod-${index}`, labels: { app: `app-${index % 50}`, 'app.kubernetes.io/name': 'crowd' } },
    spec: {
      schedulerName: 'nobody',
      containers: CONTAINERS.map(container),
      imagePullSecrets: [{ name: `pull-${index % secrets}` }],
    },
  };
}
