import { expect, test } from 'vitest';
import { removeNamespace } from './etcd.ts';
import { api, cluster, kubectl, newNamespace } from './use.ts';

const NAMES = ['one', 'two', 'three'];

test('a namespace is removed with all that is in it, and each object with a resource version of its own', async () => {
  const namespace = await newNamespace({ serviceAccount: true });
  const path = `/api/v1/namespaces/${namespace}/secrets`;
  for (const name of NAMES) expect((await api('POST', path, { metadata: { name } })).status).toBe(201);
  const { resourceVersion } = (await api('GET', path)).body.metadata;

  await removeNamespace(cluster().etcd, namespace);

  const watch = `${path}?watch=1&resourceVersion=${resourceVersion}&timeoutSeconds=1`;
  const { stdout } = await kubectl(['get', '--raw', watch]);
  const events = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(events.map(({ type, object }) => `${type} ${object.metadata.name}`).sort()).toEqual(
    NAMES.map((name) => `DELETED ${name}`).sort(),
  );
  expect(new Set(events.map(({ object }) => object.metadata.resourceVersion)).size).toBe(NAMES.length);
  expect((await api('GET', `/api/v1/namespaces/${namespace}`)).status).toBe(404);
  expect((await api('GET', `/api/v1/namespaces/${namespace}/serviceaccounts/default`)).status).toBe(404);
});
