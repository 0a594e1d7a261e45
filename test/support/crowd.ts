/** A large cluster, for what has to work there in bounded memory: pods as large as those of the field, about 5 KB. */
import { type ApiClient, createApiClient } from '../environment/api-client.ts';
import { waitFor } from '../environment/condition.ts';
import type { ClusterInfo } from '../environment/control-plane.ts';
import { pool } from './pool.ts';

export const PODS = 10_000;
export const SECRETS = 2_000;
const NAMESPACES = 100;

/**
 * Creates the pods, which nobody schedules and which say that they run, and the Secrets, each of which is used by as many pods as any
 * other.
 */
export async function createCrowd(cluster: ClusterInfo): Promise<void> {
  const client = createApiClient({ ...cluster, certificate: cluster.admin });
  const namespaces = Array.from({ length: NAMESPACES }, (_, index) => `crowd-${index}`);
  await pool(16, namespaces, (name) => post(client, '/api/v1/namespaces', { metadata: { name } }));
  await pool(16, namespaces, (name) =>
    waitFor(
      async () => (await client.request('GET', `/api/v1/namespaces/${name}/serviceaccounts/default`)).status === 200,
      { what: `the service account of ${name}`, deadlineMs: 120_000 },
    ),
  );
  const each = (total: number, kind: string, body: (index: number) => object): Promise<unknown> =>
    pool(48, Array.from({ length: total }), (_, index) =>
      post(client, `/api/v1/namespaces/crowd-${index % NAMESPACES}/${kind}`, body(index)),
    );
  await each(SECRETS, 'secrets', secret);
  await each(PODS, 'pods', pod);
  await pool(48, Array.from({ length: PODS }), (_, index) => run(client, index));
  client.close();
}

async function post(client: ApiClient, path: string, body: object): Promise<void> {
  const { status, body: answer } = await client.request('POST', path, body);
  if (status !== 201) throw new Error(`${path}: ${status} ${JSON.stringify(answer)}`);
}

/** What a kubelet reports once a pod has its images. */
async function run(client: ApiClient, index: number): Promise<void> {
  const path = `/api/v1/namespaces/crowd-${index % NAMESPACES}/pods/pod-${index}/status`;
  const containerStatuses = CONTAINERS.map((name) => ({
    name,
    image: imageOf(name, index),
    imageID: `ghcr.io/acme/${name}@sha256:${'0'.repeat(64)}`,
    ready: true,
    restartCount: 0,
    state: { running: { startedAt: '2026-01-01T00:00:00Z' } },
  }));
  const body = { status: { phase: 'Running', containerStatuses } };
  const { status, body: answer } = await client.request('PATCH', path, body, {
    'content-type': 'application/merge-patch+json',
  });
  if (status !== 200) throw new Error(`${path}: ${status} ${JSON.stringify(answer)}`);
}

function secret(index: number): object {
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

function pod(index: number): object {
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
      imagePullSecrets: [{ name: `pull-${index % SECRETS}` }],
    },
  };
}
