/** `regsecret delete`: a Secret out of every list that names it, and then away. */
import type { Transport } from '../cluster/client/transport.ts';
import type { KubeFlags } from '../cluster/config/kube-flags.ts';
import { checkNames } from '../domain/pull-secret/secret-name.ts';
import { command } from '../domain/text/command.ts';
import { scope } from '../domain/text/object-name.ts';
import { EXIT, UsageError, UserError } from '../errors.ts';
import type { Io } from '../io.ts';
import { manifestFolders } from '../operations/pods/saved-pod.ts';
import type { Deleted, DeleteRequest } from '../operations/removal/delete-secrets.ts';
import { type Printer, printerFor } from '../output/printer.ts';
import { canPrompt, promptYes } from '../prompt.ts';

export interface DeleteOptions extends KubeFlags {
  readonly name: string;
  readonly allNamespaces?: boolean;
  readonly force?: boolean;
  readonly owned?: boolean;
  readonly yes?: boolean;
  readonly dryRun: 'none' | 'client' | 'server';
  readonly output?: 'name' | 'json';
  readonly fieldManager: string;
}

/** Returns the exit code; throws UserError. */
export async function deleteSecrets(options: DeleteOptions, io: Io): Promise<number> {
  checkNames(options, 'delete');
  const { name, namespace, allNamespaces = false, dryRun, yes = false } = options;
  if (!yes && dryRun === 'none' && !canPrompt(io)) {
    const all = allNamespaces ? '-A' : undefined;
    const proposal = command`regsecret delete ${name} ${scope(namespace)} ${all} --yes`;
    throw new UsageError('deleting needs a confirmation, and there is no terminal to ask on', proposal);
  }
  const { connect } = await import('../cluster/client/transport.ts');
  const transport = await connect(options, io);
  try {
    const request: DeleteRequest = {
      name,
      copies: allNamespaces,
      force: options.force ?? false,
      owned: options.owned ?? false,
      dryRun,
      fieldManager: options.fieldManager,
      folders: manifestFolders(io.env),
    };
    return await deleteIn(transport, request, options, io);
  } finally {
    transport.close();
  }
}

async function deleteIn(transport: Transport, request: DeleteRequest, options: DeleteOptions, io: Io): Promise<number> {
  const [{ createReader }, { performDeletion, planDeletion }, { deletePrinter, deleteQuestion }, printer] =
    await Promise.all([
      import('../cluster/reader.ts'),
      import('../operations/removal/delete-secrets.ts'),
      import('../output/fleet/delete-printer.ts'),
      printerFor(io),
    ]);
  const reader = createReader(transport);
  const planned = await planDeletion(reader, request);
  await checkThere(planned, request, transport, printer);
  const unseen = reader.missingRights.list();
  if (unseen.length > 0) printer.warn(`not checked, no permission to ${unseen.join(', ')}`);
  const isMeant = planned.some(({ secret, error }) => secret !== undefined && error === undefined);
  if (isMeant && !options.yes && request.dryRun === 'none' && !(await promptYes(deleteQuestion(planned), io))) {
    printer.say('nothing was written');
    return EXIT.failed;
  }
  const report = deletePrinter({ output: options.output, dryRun: request.dryRun }, printer, io);
  try {
    await performDeletion(reader, planned, request, report);
  } catch (error) {
    if (io.signal.aborted)
      printer.warn(`interrupted: ${report.done} done, each named above; run the same command again`);
    throw error;
  }
  return report.end(planned);
}

/** Says that there is no such Secret, which is what was wanted; throws UserError where another one was meant. */
async function checkThere(
  planned: readonly Deleted[],
  { name }: DeleteRequest,
  transport: Transport,
  printer: Printer,
): Promise<void> {
  if (planned.some(({ secret }) => secret !== undefined)) return;
  const { namespace } = transport;
  const { lookAround } = await import('../cluster/not-found.ts');
  const { text, meant } = await lookAround(transport, { namespace, name });
  if (meant?.as === 'near') throw new UserError(text, command`regsecret delete ${meant.name} ${scope(namespace)}`);
  printer.say(text);
}
