/** The library works together with the Kubernetes client for JavaScript, without casts. */
import { CoreV1Api, KubeConfig } from '@kubernetes/client-node';
import { expect, test } from 'vitest';
import { buildKeyring, buildPullSecret, lookup, readContents } from '../../src/index.ts';
import { cluster, newNamespace } from '../environment/use.ts';

test('what we build it creates, and what it lists we read', async () => {
  const namespace = await newNamespace();
  const config = new KubeConfig();
  config.loadFromFile(cluster().kubeconfig);
  const core = config.makeApiClient(CoreV1Api);

  const entries = [{ server: 'ghcr.io/acme/', credential: { username: 'jane', password: 'pa55word' } }];
  await core.createNamespacedSecret({ namespace, body: buildPullSecret({ name: 'regsecret', entries }) });

  const { items } = await core.listNamespacedSecret({ namespace });
  const [entry] = lookup(buildKeyring(items), 'ghcr.io/acme/app:v1');
  expect(entry).toMatchObject({ username: 'jane', key: 'ghcr.io/acme/', source: { namespace, name: 'regsecret' } });
  expect(items.flatMap((secret) => readContents(secret).entries.map(({ server }) => server))).toEqual([
    'ghcr.io/acme/',
  ]);
});
