/** Secrets with which a tenant could prevent answers for others, as large as the API server accepts. */
import { createApiClient } from '../environment/api-client.ts';
import { waitFor } from '../environment/condition.ts';
import type { ClusterInfo } from '../environment/control-plane.ts';

/** A megabyte of entries. */
export function manyEntries(index: number, count = 25_000): string {
  const entries = Array.from({ length: count }, (_, entry) => [`r${entry}.s${index}.example.com`, { auth: 'YTpi' }]);
  return JSON.stringify({ auths: Object.fromEntries(entries) });
}

/** Empty entries without a login, the form of which most fit into a megabyte. */
function emptyEntries(count = 40_000): string {
  return JSON.stringify({
    auths: Object.fromEntries(Array.from({ length: count }, (_, entry) => [`r${entry}.io`, {}])),
  });
}

export interface HostileSize {
  readonly namespaces: number;
  readonly secrets: number;
  /** Secrets with empty entries, which no pod names. */
  readonly empty: number;
  readonly pods: number;
}

/** Namespaces with Secrets of a megabyte each, and in each namespace pods that name them and cannot pull. */
export async function createHostileSecrets(
  cluster: ClusterInfo,
  { namespaces, secrets, empty, pods }: HostileSize,
): Promise<void> {
  const client = createApiClient({ ...cluster, certificate: cluster.admin });
  const send = async (method: string, path: string, body: object, type = 'application/json'): Promise<void> => {
    const { status, body: answer } = await client.request(method, path, body, { 'content-type': type });
    if (status >= 300) throw new Error(`${path}: ${status} ${JSON.stringify(answer).slice(0, 500)}`);
  };
  for (let index = 0; index < namespaces; index += 1) {
    const path = `/api/v1/namespaces/hostile-${index}`;
    await send('POST', '/api/v1/namespaces', { metadata: { name: `hostile-${index}` } });
    await waitFor(async () => (await client.request('GET', `${path}/serviceaccounts/default`)).status === 200, {
      what: 'the service account',
    });
    const newSecret = (name: string, payload: string): Promise<void> => {
      const data = { '.dockerconfigjson': Buffer.from(payload).toString('base64') };
      return send('POST', `${path}/secrets`, { metadata: { name }, type: 'kubernetes.io/dockerconfigjson', data });
    };
    for (let secret = 0; secret < secrets / namespaces; secret += 1) await newSecret(`s${secret}`, manyEntries(secret));
    for (let secret = 0; secret < empty / namespaces; secret += 1) await newSecret(`e${secret}`, emptyEntries());
    for (let pod = 0; pod < pods / namespaces; pod += 1) {
      const image = `q.example.com/x/y${pod}:v1`;
      const imagePullSecrets = Array.from({ length: 1 + (pod % 4) }, (_, place) => ({ name: `s${place}` }));
      const spec = { schedulerName: 'nobody', containers: [{ name: 'app', image }], imagePullSecrets };
      const state = { waiting: { reason: 'ErrImagePull', message: 'no basic auth credentials' } };
      const status = { name: 'app', image, imageID: '', ready: false, restartCount: 0, state };
      await send('POST', `${path}/pods`, { metadata: { name: `p${pod}` }, spec });
      const failing = { status: { phase: 'Pending', containerStatuses: [status] } };
      await send('PATCH', `${path}/pods/p${pod}/status`, failing, 'application/merge-patch+json');
    }
  }
  client.close();
}
