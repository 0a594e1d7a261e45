/** `regsecret sync`: brings one pull secret into many namespaces. */

import { sayFinding } from '../../changes/failure-printer.ts';
import { loginSource } from '../../changes/login-source.ts';
import { inClusters } from '../../changes/run-contexts.ts';
import { usesLogin } from '../../credentials/credential-flags.ts';
import { UsageError } from '../../errors.ts';
import type { Finding } from '../../findings/finding.ts';
import { words } from '../../line/command.ts';
import { againWith } from '../../line/hint.ts';
import { printerFor } from '../../output/printer.ts';
import type { Io } from '../../system/io.ts';
import { canPrompt } from '../../system/prompt.ts';
import { syncSecret } from './bring-copies.ts';
import { readSource, sourceFor } from './read-source.ts';
import { type SyncOptions, syncRequest } from './sync-options.ts';
import { withSyncPrinter } from './sync-printer.ts';

/** Returns the exit code; throws UserError. */
export async function sync(options: SyncOptions, io: Io): Promise<number> {
  const request = syncRequest(options, io);
  if (options.watch) (await printerFor(io)).say('a dry run looks once, and does not go on as --watch does');
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
