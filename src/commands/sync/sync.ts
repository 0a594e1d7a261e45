/** `regsecret sync`: brings one pull secret into many namespaces. */

import { sayFinding } from '../../changes/failure-printer.ts';
import { loginSource } from '../../changes/login-source.ts';
import { inClusters } from '../../changes/run-contexts.ts';
import { usesLogin } from '../../credentials/credential-flags.ts';
import { EXIT, UsageError } from '../../errors.ts';
import type { Finding } from '../../findings/finding.ts';
import { words } from '../../line/command.ts';
import { againWith, prose } from '../../line/hint.ts';
import { isNamespaceName, nameRule } from '../../line/object-name.ts';
import { printerFor } from '../../output/printer.ts';
import type { Io } from '../../system/io.ts';
import { canPrompt } from '../../system/prompt.ts';
import { printed } from '../../text/printable.ts';
import { syncSecret } from './bring-copies.ts';
import { readSource, sourceElsewhere } from './read-source.ts';
import { type SyncOptions, syncRequest } from './sync-options.ts';
import { withSyncPrinter } from './sync-printer.ts';
import type { SyncRequest } from './sync-request.ts';

/** Returns the exit code; throws UserError. */
export async function sync(options: SyncOptions, io: Io): Promise<number> {
  const request = syncRequest(options, io);
  const { output } = options;
  if (output === 'yaml') return printPolicy(request, options, io);
  if (options.watch) (await printerFor(io)).say('a dry run checks once, and --watch does not continue it');
  const { toContext, prune, yes, dryRun } = options;
  if (toContext !== undefined && prune && !yes && dryRun === 'none' && !canPrompt(io)) {
    throw new UsageError(
      '--prune deletes, which needs --yes where there is no terminal to ask on',
      againWith(words`--yes`),
    );
  }
  return inClusters({ ...options, output }, io, {
    hasSource: true,
    async prepare(printer, areOne, from) {
      const login = usesLogin(options) ? await loginSource(options, printer, io) : undefined;
      const listener = { ends: () => undefined, finding: (finding: Finding) => sayFinding(finding, printer) };
      const source = from && (await readSource(from.transport, { ...request, login }, listener));
      return async (transport, run, here) => {
        // A login has no cluster: in each of them, `sync` does what it would do there alone.
        const isHere = async () => !from || !here || login !== undefined || areOne(from, here);
        const known = source && (async () => ((await isHere()) ? source : sourceElsewhere(source)));
        return withSyncPrinter({ ...options, output }, run, (told) =>
          syncSecret(transport, { ...request, login, known, agree: run.agree }, told),
        );
      };
    },
  });
}

/** Prints the policy of `--admission` and its binding. Sends no request. Throws UserError. */
async function printPolicy({ name, selection }: SyncRequest, options: SyncOptions, io: Io): Promise<number> {
  const [{ connectionOf }, { admissionObjects }, { formatSafeYaml }] = await Promise.all([
    import('../../cluster/transport.ts'),
    import('../../copies/admission-objects.ts'),
    import('../../codec/yaml.ts'),
  ]);
  const home = options.namespace || (await connectionOf(options, io)).namespace;
  if (!isNamespaceName(home)) throw new UsageError(nameRule('namespace'), prose`-n NAMESPACE`);
  for (const object of admissionObjects({ name, home, selection })) {
    io.stdout.write(printed`---\n${await formatSafeYaml(object)}`);
  }
  return EXIT.ok;
}
