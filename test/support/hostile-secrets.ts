/** What a tenant can write into a Secret to keep others from their answers: as much as the API server accepts. */
import { createApiClient } from '../environment/api-client.ts';
import { waitFor } from '../environment/condition.ts';
import type { ClusterInfo } from '../environment/control-plane.ts';

/** A megabyte of entries. */
export function manyEntries(index: number, count = 25_000): string {
  const entries = Array.from({ length: count }, (_, entry) => [`r${entry}.s${index}.example.com`, { auth: 'YTpi' }]);
  return JSON.stringify({ auths: Object.fromEntries(entries) });
}

/** Namespaces with Secrets of a megabyte each, and in each namespace pods that name them and cannot pull. */
export async function createHostileSecrets(
  cluster: ClusterInfo,
  { namespaces, secrets, pods }: { readonly namespaces: number; readonly secrets: number; readonly pods: number },
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
    for (let secret = 0; secret < secrets / namespaces; secret += 1) {
      const data = { '.dockerconfigjson': Buffer.from(manyEntries(secret)).toString('base64') };
      const type = 'kubernetes.io/dockerconfigjson';
      await send('POST', `${path}/secrets`, { metadata: { name: `s${secret}` }, type, data });
    }
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
