/** Turns a request back into a command line. */
import { expect, test } from 'vitest';
import { type AttachRequest, commandFor } from '../../../src/operations/attach/request.ts';
import { attachRequest } from '../../support/attach-request.ts';
import { shownHint } from '../../support/hints.ts';

test.each<[Partial<AttachRequest>, string]>([
  [{ targets: [{ kind: 'ServiceAccount', name: 'ci' }] }, 'regsecret attach new -n team --serviceaccount ci'],
  [{ targets: [{ kind: 'Pod', name: 'web' }] }, 'regsecret attach new -n team --pod web'],
  [{ targets: [{ kind: 'Deployment', name: 'web' }] }, 'regsecret attach new -n team --to deployment/web'],
  [{ verb: 'detach', targets: [{ kind: 'Job', name: 'j' }] }, 'regsecret detach new -n team --from job/j'],
  [
    {
      targets: [
        { kind: 'Pod', name: 'a' },
        { kind: 'Pod', name: 'b' },
      ],
    },
    'regsecret attach new -n team --pod a --pod b',
  ],
  [
    {
      targets: [{ kind: 'CronJob', name: 'nightly' }],
      ...{ wait: true, timeoutMs: 30_000, restart: true, recreate: true, dryRun: 'server' },
    },
    'regsecret attach new -n team --to cronjob/nightly --recreate --restart --wait --timeout 30s --dry-run=server',
  ],
  [
    { selections: [{ by: 'use' }], allowMissing: true, checks: false, yes: true, timeoutMs: 1500 },
    'regsecret attach new -n team --used --yes --allow-missing --no-checks --timeout 1500ms',
  ],
  [{ selections: [{ by: 'use' }] }, 'regsecret attach new -n team --used'],
  [{ selections: [{ by: 'kind', kind: 'ServiceAccount' }] }, 'regsecret attach new -n team --all-serviceaccounts'],
  [
    { selections: [{ by: 'kind', kind: 'ServiceAccount', labelSelector: 'app=web' }] },
    'regsecret attach new -n team --all-serviceaccounts -l app=web',
  ],
  [
    { verb: 'detach', selections: [{ by: 'kind', kind: 'Pod', labelSelector: 'a=b' }], allNamespaces: true },
    'regsecret detach new -A --from pod -l a=b',
  ],
  [{ selections: [{ by: 'kind', kind: 'Deployment' }] }, 'regsecret attach new -n team --to deployment'],
])('%j', (change, line) => {
  expect(shownHint(commandFor(attachRequest(change), 'team', 'new'))).toBe(line);
});
