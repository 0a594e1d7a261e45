/** `sync --watch` while the work for one namespace does not come to its end: the others do not wait for it. */
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { api, kubeconfigFor, newNamespace, waitFor } from '../../environment/use.ts';
import { account, named } from '../../support/attach-world.ts';
import { type Fleet, newFleet, secretIn } from '../../support/sync-world.ts';
import { beginWatch, type RunningWatch, startWatchProxy, type WatchProxy } from '../../support/watch-world.ts';

let fleet: Fleet;
let proxy: WatchProxy;
let slow: string;
beforeAll(async () => {
  fleet = await newFleet(1, { serviceAccount: true });
  [slow = ''] = fleet.teams;
  proxy = await startWatchProxy();
});
afterAll(() => proxy.close());

const newMember = () => newNamespace({ labels: { fleet: fleet.prefix }, serviceAccount: true });
const lists = async (namespace: string) => (await account(namespace, 'default')).imagePullSecrets;

/** Holds every write to the service account of `slow` until `release`. */
function holdWrites(): { release(): void; count(): number } {
  const { promise, resolve } = Promise.withResolvers<void>();
  let held = 0;
  proxy.hold = (method, url) => {
    if (method !== 'PATCH' || !url.includes(`/namespaces/${slow}/serviceaccounts/`)) return {};
    held += 1;
    return { request: promise };
  };
  onTestFinished(() => resolve());
  return { release: resolve, count: () => held };
}

async function served(namespace: string): Promise<void> {
  await waitFor(async () => (await secretIn(namespace)) !== undefined, { what: `the copy in ${namespace}` });
  await waitFor(async () => (await lists(namespace)) !== undefined, { what: `the list in ${namespace}` });
  expect(await lists(namespace)).toEqual(named('regsecret'));
}

function watching(): RunningWatch {
  const watch = beginWatch(fleet.home, ['-l', `fleet=${fleet.prefix}`, '--attach', 'sa/default', '--attach', 'sa/ci'], {
    kubeconfig: kubeconfigFor({ server: proxy.server }),
  });
  onTestFinished(async () => void (await watch.end()));
  return watch;
}

test('a namespace that is made during the first look, and one that is made later', async () => {
  const first = holdWrites();
  watching();
  await waitFor(() => first.count() === 1, { what: 'the first write to the account' });
  await served(await newMember());
  first.release();
  await served(slow);

  const second = holdWrites();
  const path = `/api/v1/namespaces/${slow}/serviceaccounts/default`;
  const change = (body: object) => api('PATCH', path, body, { 'content-type': 'application/merge-patch+json' });
  await change({ imagePullSecrets: null });
  await waitFor(() => second.count() === 1, { what: 'another write to the account' });
  await change({ metadata: { annotations: { changed: 'meanwhile' } } });
  await served(await newMember());
  await served(await newMember());
  // What has changed in the slow namespace meanwhile is looked at when the work there is over.
  expect(second.count()).toBe(1);
  second.release();
  await served(slow);
});
