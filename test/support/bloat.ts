/** A namespace whose tenant makes objects as large as the API server takes, and the tools' own small world beside it. */
import { type ApiClient, createApiClient } from '../environment/api-client.ts';
import { waitFor } from '../environment/condition.ts';
import type { ClusterInfo } from '../environment/control-plane.ts';
import { pool } from './pool.ts';

/** All annotations of one object may have 256 KiB (apimachinery validation `TotalAnnotationSizeLimitB`). */
const BYTES = 250_000;
const WIDTH = 8;

export const BLOAT = { home: 'tools', secret: 'pull', label: 'gets=pull', tenant: 'bloat' } as const;

/** Creates the source, and `teams` namespaces that get it. */
export async function createTeams(
  cluster: Pick<ClusterInfo, 'server' | 'caFile' | 'admin'>,
  teams: number,
): Promise<void> {
  const api = createApiClient({ ...cluster, certificate: cluster.admin });
  await namespace(api, BLOAT.home, {});
  const config = { auths: { 'ghcr.io': { auth: Buffer.from('jane:secret').toString('base64') } } };
  await create(api, `/api/v1/namespaces/${BLOAT.home}/secrets`, pullSecret(BLOAT.secret, config));
  const names = Array.from({ length: teams }, (_, index) => `team-${index}`);
  await pool(WIDTH, names, (name) => namespace(api, name, { gets: 'pull' }));
  api.close();
}

/** Fills a namespace that nobody selects with service accounts and Secrets of 250 kB each. */
export async function createBloat(
  cluster: Pick<ClusterInfo, 'server' | 'caFile' | 'admin'>,
  { accounts = 0, secrets = 0 }: { readonly accounts?: number; readonly secrets?: number },
): Promise<void> {
  const api = createApiClient({ ...cluster, certificate: cluster.admin });
  await namespace(api, BLOAT.tenant, {});
  const at = `/api/v1/namespaces/${BLOAT.tenant}`;
  const annotations = { filler: 'x'.repeat(BYTES) };
  await pool(WIDTH, numbered('sa', accounts), (name) =>
    create(api, `${at}/serviceaccounts`, { metadata: { name, annotations } }),
  );
  await pool(WIDTH, numbered('secret', secrets), (name) =>
    create(api, `${at}/secrets`, pullSecret(name, { auths: {}, filler: 'x'.repeat(BYTES) })),
  );
  api.close();
}

function numbered(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}-${index}`);
}

function pullSecret(name: string, config: object): object {
  const data = { '.dockerconfigjson': Buffer.from(JSON.stringify(config)).toString('base64') };
  return { metadata: { name }, type: 'kubernetes.io/dockerconfigjson', data };
}

async function namespace(api: ApiClient, name: string, labels: Record<string, string>): Promise<void> {
  await create(api, '/api/v1/namespaces', { metadata: { name, labels } });
  const path = `/api/v1/namespaces/${name}/serviceaccounts/default`;
  await waitFor(async () => (await api.request('GET', path)).status === 200, { what: `the account of ${name}` });
}

async function create(api: ApiClient, path: string, body: object): Promise<void> {
  const { status, body: answer } = await api.request('POST', path, body);
  if (status !== 201 && status !== 409) throw new Error(`${path}: ${status} ${JSON.stringify(answer).slice(0, 500)}`);
}
