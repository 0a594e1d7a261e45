/** Detaching a Secret before it is deleted: only its own namespace is looked at, whatever the command looks at besides. */
import { expect, test } from 'vitest';
import { detachAll } from '../../src/attaching/detach-all.ts';
import type { Transport } from '../../src/cluster/transport.ts';
import { attachRequest, ghcrSecret, listener } from '../support/attach-request.ts';
import { stored, storedObjects } from '../support/stored-objects.ts';

test('what `delete -A` says about copies does not reach the lists', async () => {
  const transport = storedObjects([ghcrSecret, stored('ServiceAccount', 'default', { list: ['pull'] })]);
  const paths: string[] = [];
  const recorded: Transport = {
    ...transport,
    request: (request) => {
      paths.push(request.path);
      return transport.request(request);
    },
  };
  const { dryRun, fieldManager, folders } = attachRequest({ dryRun: 'client' });
  const request = { dryRun, fieldManager, folders, allNamespaces: true };
  await detachAll(recorded, { namespace: transport.namespace, name: 'pull' }, request, listener);
  expect(paths).toContain(`/api/v1/namespaces/${transport.namespace}/pods`);
  expect(paths.filter((path) => !path.includes(`/namespaces/${transport.namespace}/`))).toEqual([]);
});
