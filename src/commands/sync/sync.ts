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
import { readSource, sourceElsewhere } from './read-source.ts';
import { type SyncOptions, syncRequest } from './sync-options.ts';
import { withSyncPrinter } from './sync-printer.ts';

/** Returns the exit code; throws UserError. */
export async function sync(options: SyncOptions, io: Io): Promise<number> {
  const request = syncRequest(options, io);
  if (options.watch) (await printerFor(io)).say('a dry run checks once, and --watch does not continue it');
  const { toContext, prune, yes, dryRun } = options;
  if (toContext !== undefined && prune && !yes && dryRun === 'none' && !canPrompt(io)) {
    throw new UsageError(
      '--prune deletes, which needs --yes where there is no terminal to ask on',
      againWith(words`--yes`),
    );
  }
  return inClusters(options, io, {
    hasSource: true,
    async prepare(printer, areOne, from) {
      const login = usesLogin(options) ? await loginSource(options, printer, io) : undefined;
      const listener = { ends: () => undefined, finding: (finding: Finding) => sayFinding(finding, printer) };
      const source = from && (await readSource(from.transport, { ...request, login }, listener));
      return async (transport, run, here) => {
        // A login has no cluster: in each of them, `sync` does what it would do there alone.
        const isHere = async () => !from || !here || login !== undefined || areOne(from, here);
        const known = source && (async () => ((await isHere()) ? source : sourceElsewhere(source)));
        return withSyncPrinter(options, run, (told) =>
          syncSecret(transport, { ...request, login, known, agree: run.agree }, told),
        );
      };
    },
  });
}
