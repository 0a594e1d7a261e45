/** Lists fetch only Secrets of the types that kubelets use; of all others at most the names are read. */
import { expect, test } from 'vitest';
import type { ApiRequest } from '../../src/cluster/api-request.ts';
import { eachPullSecret, findPullSecrets, pullSecretNames } from '../../src/cluster/read-secrets.ts';
import { createReader } from '../../src/cluster/reader.ts';
import type { Transport } from '../../src/cluster/transport.ts';
import { ghcrSecret } from '../support/attach-request.ts';
import { storedObjects } from '../support/stored-objects.ts';

function recorded(): { readonly transport: Transport; readonly requests: ApiRequest[] } {
  const inner = storedObjects([ghcrSecret]);
  const requests: ApiRequest[] = [];
  const request = <T>(one: ApiRequest): Promise<T> => {
    requests.push(one);
    return inner.request(one);
  };
  return { transport: { ...inner, request }, requests };
}

test.each([
  ['what the name of another one may have been', (transport: Transport) => pullSecretNames(transport, 'team')],
  ['where else there is one of a name', (transport: Transport) => findPullSecrets(transport, 'pull')],
])('%s: metadata, of the two types that pods pull with', async (_, read) => {
  const { transport, requests } = recorded();
  expect(await read(transport)).toHaveLength(1);
  expect(requests).toHaveLength(2);
  for (const { method, accept, query } of requests) {
    expect(method).toBe('GET');
    expect(accept).toBe('application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io');
    expect(query?.fieldSelector).toMatch(/type=kubernetes\.io\/dockerc(fg|onfigjson)$/);
  }
});

test('all pull secrets: whole, and none of another type', async () => {
  const { transport, requests } = recorded();
  await eachPullSecret(createReader(transport), undefined, () => undefined);
  expect(requests.map(({ query }) => query?.fieldSelector).sort()).toEqual([
    'type=kubernetes.io/dockercfg',
    'type=kubernetes.io/dockerconfigjson',
  ]);
});
