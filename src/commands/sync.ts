/** `regsecret sync`: brings one pull secret into many namespaces. */

import { usesLogin } from '../credentials/credential-flags.ts';
import type { Finding } from '../domain/findings/finding.ts';
import { words } from '../domain/text/command.ts';
import { againWith } from '../domain/text/hint.ts';
import { UsageError } from '../errors.ts';
import type { Io } from '../io.ts';
import { syncSecret } from '../operations/sync/bring-copies.ts';
import { readSource, sourceFor } from '../operations/sync/read-source.ts';
import { type SyncOptions, syncRequest } from '../operations/sync/sync-options.ts';
import { sayFinding } from '../output/fleet/failure-printer.ts';
import { loginSource } from '../output/fleet/login-source.ts';
import { inClusters } from '../output/fleet/run-contexts.ts';
import { withSyncPrinter } from '../output/fleet/sync-printer.ts';
import { printerFor } from '../output/printer.ts';
import { canPrompt } from '../prompt.ts';

/** Returns the exit code; throws UserError. */
export async function sync(typed: SyncOptions, io: Io): Promise<number> {
  const request = syncRequest(typed, io);
  const { watch = false, listen: _, refresh: __, ...options } = typed;
  if (watch) (await printerFor(io)).say('a dry run looks once, and does not go on as --watch does');
  const { toContext, prune, yes, dryRun } = options;
  if (toContext !== undefined && prune && !yes && dryRun === 'none' && !canPrompt(io)) {
    throw new UsageError(
      '--prune deletes, which needs --yes where there is no terminal to ask on',
      againWith(words`--yes`),
    );
  }
  return inClusters(options, io, {
    hasSource: true,
    async prepare(printer, from) {
      const login = usesLogin(options) ? await loginSource(options, printer, io) : undefined;
      const listener = { ends: () => undefined, finding: (finding: Finding) => sayFinding(finding, printer) };
      const known = from && (await readSource(from, { ...request, login }, listener));
      return async (transport, run) => {
        const own = known && sourceFor(known, { from: from?.server, to: transport.server });
        return withSyncPrinter(options, run, (told) =>
          syncSecret(transport, { ...request, login, known: own, agree: run.agree }, told),
        );
      };
    },
  });
}
