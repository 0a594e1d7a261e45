/** Tests the fault proxy itself: it ends quietly when a client or the proxy goes away during a request. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { get } from 'node:https';
import { expect, test } from 'vitest';
import { cluster, waitFor } from '../environment/use.ts';
import { startFaultProxy } from './fault-proxy.ts';

/** The API server begins its answer at once and never ends it. */
const WATCH = '/api/v1/namespaces/default/configmaps?watch=true';

test.each(['the proxy', 'the client'])('%s goes while the API server answers', async (who) => {
  const proxy = await startFaultProxy(cluster());
  const asked = get(`${proxy.server}${WATCH}`, { ca: readFileSync(cluster().caFile), agent: false });
  const cut = once(asked, 'error').then(([{ message }]) => message);
  await waitFor(() => proxy.requests.length === 1, { what: 'the request', everyMs: 5 });
  if (who === 'the client') asked.destroy();
  await proxy.close();
  expect(await cut).toBe('socket hang up');
});
