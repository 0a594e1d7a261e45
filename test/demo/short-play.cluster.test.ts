/** The demo in a namespace of an existing cluster: what it shows, and that it removes everything. */
import { dirname } from 'node:path';
import { expect, test } from 'vitest';
import { api, cluster, waitFor } from '../environment/use.ts';
import { shortPlay } from './short-play.ts';

test('it shows the way of a login, and its namespace is gone afterwards', { timeout: 120_000 }, async () => {
  let shown = '';
  const env = {
    PATH: [dirname(cluster().bin.kubectl), process.env.PATH].join(':'),
    HOME: cluster().home,
    KUBECONFIG: cluster().kubeconfig,
  };
  shortPlay({
    env,
    context: 'test',
    print: (text) => {
      shown += text;
    },
  });
  const [namespace = ''] = /regsecret-demo-[0-9a-f]{8}/.exec(shown) ?? [];
  for (const text of ['secret/regsecret created', 'janedoe', 'serviceaccount/default patched', 'registry.example.com'])
    expect(shown).toContain(text);
  expect(shown).not.toContain('not-a-real-password');
  const gone = async (): Promise<boolean> => {
    const { status, body } = await api('GET', `/api/v1/namespaces/${namespace}`);
    return status === 404 || body.status?.phase === 'Terminating';
  };
  await waitFor(gone, { what: 'the namespace to go', deadlineMs: 60_000 });
});
