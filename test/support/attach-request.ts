/** A request to attach the Secret `pull`, with a listener that ignores everything and nobody to ask. */
import { tmpdir } from 'node:os';
import type { AttachRequest, Listener } from '../../src/attaching/request.ts';
import { pullSecretOf } from './secrets.ts';
import type { Stored } from './stored-objects.ts';

export function attachRequest(change: Partial<AttachRequest> = {}): AttachRequest {
  return {
    verb: 'attach',
    secret: 'pull',
    targets: [],
    selections: [],
    allNamespaces: false,
    recreate: false,
    yes: false,
    folders: { state: '/nowhere/regsecret', temporary: tmpdir() },
    checks: true,
    allowMissing: false,
    restart: false,
    wait: false,
    timeoutMs: undefined,
    dryRun: 'none',
    fieldManager: 'test',
    ...change,
  };
}

export const listener: Listener = { outcome: nothing, note: nothing, problem: nothing, waiting: nothing };

function nothing(): void {}

/** The Secret `pull` with a login for ghcr.io. */
export const ghcrSecret = secretFor('pull', 'ghcr.io');

export function secretFor(name: string, server: string, namespace = 'team'): Stored {
  const secret = pullSecretOf(name, JSON.stringify({ auths: { [server]: { auth: 'YWRhOnA=' } } }));
  return ['Secret', { ...secret, metadata: { namespace, name } }];
}
