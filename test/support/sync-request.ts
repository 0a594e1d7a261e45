/** A `sync` into all namespaces of a cluster that is a function, for tests with more namespaces than a real one should get. */

import type { ApiRequest } from '../../src/cluster/api-request.ts';
import type { Transport } from '../../src/cluster/transport.ts';
import type { SyncRequest } from '../../src/commands/sync/sync-request.ts';
import { ownNamespace } from '../../src/secret/selected-namespace.ts';
import { machineClock } from '../../src/system/clock.ts';

export const SYNC_REQUEST: SyncRequest = {
  name: 'regsecret',
  selection: { names: [], globs: [], all: true, exclude: [], labelSelector: undefined },
  foreign: 'leave',
  accounts: { names: [], used: false, all: false },
  restart: false,
  prune: false,
  dryRun: 'none',
  fieldManager: 'regsecret',
  folders: { state: '/nonexistent', temporary: '/nonexistent' },
  yes: true,
};

/** A transport in the namespace `home`. What `answer` throws is the answer of the API server, too. */
export function answering(answer: (request: ApiRequest) => unknown): Transport {
  return {
    namespace: ownNamespace('home'),
    server: 'https://cluster.example',
    concurrency: 16,
    clock: machineClock,
    signal: new AbortController().signal,
    watch: () => Promise.reject(new Error('nothing is watched here')),
    close: () => undefined,
    request: async <T>(request: ApiRequest): Promise<T> => answer(request) as T,
  };
}
