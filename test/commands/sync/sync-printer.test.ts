/** What `sync` prints about pods that keep failing. */
import { expect, test } from 'vitest';
import { withSyncPrinter } from '../../../src/commands/sync/sync-printer.ts';
import { printerFor } from '../../../src/output/printer.ts';
import type { ObjectRef } from '../../../src/workloads/object-ref.ts';
import { fakeIo } from '../../support/io.ts';

test('a pod whose controller could not be restarted, with --restart', async () => {
  const io = fakeIo();
  const run = { printer: await printerFor(io), io, answer: () => undefined, counted: () => undefined };
  const options = { name: 'pull', dryRun: 'none', restart: true } as const;
  const pod: ObjectRef = { kind: 'Pod', namespace: 'team', name: 'web-1' };
  const controller: ObjectRef = { kind: 'Deployment', namespace: 'team', name: 'web' };
  await withSyncPrinter(options, run, (listener) => {
    listener.note(
      { code: 'failing', ref: pod, reason: 'ImagePullBackOff', remedy: { how: 'restart', controller } },
      'attach',
    );
    return Promise.resolve();
  });
  expect(io.written.stderr).toContain('  pod/web-1 in team  ImagePullBackOff  deployment.apps/web\nhint: --restart\n');
});
