/** `regsecret remove`: the entries of a registry out of a Secret, or out of many. */
import type { Transport } from '../cluster/client/transport.ts';
import type { KubeFlags } from '../cluster/config/kube-flags.ts';
import { checkScope, namespacesOf } from '../cluster/secret-scope.ts';
import { displayServer } from '../domain/keyring/display-server.ts';
import { checkNames } from '../domain/pull-secret/secret-name.ts';
import { words } from '../domain/text/command.ts';
import { many } from '../domain/text/enumerate.ts';
import { EXIT, UsageError } from '../errors.ts';
import type { Io } from '../io.ts';
import type { RemoveRequest } from '../operations/removal/remove-entries.ts';
import { printerFor } from '../output/printer.ts';
import { canPrompt, promptYes } from '../prompt.ts';

export interface RemoveOptions extends KubeFlags {
  /** Left out: `regsecret`, or with -A and -l every Secret. */
  readonly name: string | undefined;
  readonly server?: readonly string[];
  readonly allNamespaces?: boolean;
  readonly selector?: string;
  readonly owned?: boolean;
  readonly yes?: boolean;
  readonly dryRun: 'none' | 'client' | 'server';
  readonly output?: 'name' | 'json';
  readonly fieldManager: string;
}

/** Returns the exit code; throws UserError. */
export async function remove(options: RemoveOptions, io: Io): Promise<number> {
  const { name = 'regsecret', namespace, server } = options;
  checkNames({ name, namespace }, 'remove');
  checkScope(options);
  if (server === undefined) throw new UsageError('no registry is named', words`regsecret remove --server HOST`);
  const { connect } = await import('../cluster/client/transport.ts');
  const transport = await connect(options, io);
  try {
    return await removeIn(transport, requestOf(options, server, transport.namespace), options, io);
  } finally {
    transport.close();
  }
}

function requestOf(options: RemoveOptions, servers: readonly string[], namespace: string): RemoveRequest {
  const isWide = options.allNamespaces === true || options.selector !== undefined;
  const names = options.name === undefined ? (isWide ? [] : ['regsecret']) : [options.name];
  return {
    scope: { namespaces: namespacesOf(options, namespace), names, verb: 'remove' },
    servers,
    owned: options.owned ?? false,
    yes: options.yes ?? false,
    dryRun: options.dryRun,
    fieldManager: options.fieldManager,
  };
}

async function removeIn(transport: Transport, request: RemoveRequest, options: RemoveOptions, io: Io): Promise<number> {
  const [{ createReader }, { performRemovals, planRemovals }, { removePrinter, removeQuestion }, printer] =
    await Promise.all([
      import('../cluster/reader.ts'),
      import('../operations/removal/remove-entries.ts'),
      import('../output/fleet/remove-printer.ts'),
      printerFor(io),
    ]);
  const reader = createReader(transport);
  const planned = await planRemovals(reader, request);
  const unseen = reader.missingRights.list();
  if (unseen.length > 0) printer.warn(`not checked, no permission to ${unseen.join(', ')}`);
  if (planned.length === 0) {
    // Which is what was wanted, and what a second run finds.
    printer.say(`nothing has an entry ${many(request.servers.map(displayServer))}`);
    return EXIT.ok;
  }
  const meant = planned.filter(({ error }) => error === undefined);
  const isAsked = meant.length > 1 && !request.yes && request.dryRun === 'none' && canPrompt(io);
  if (isAsked && !(await promptYes(removeQuestion(meant), io))) {
    printer.say('nothing was written');
    return EXIT.failed;
  }
  const report = removePrinter({ output: options.output, dryRun: request.dryRun }, printer, io);
  try {
    await performRemovals(reader, planned, request, report);
  } catch (error) {
    if (io.signal.aborted)
      printer.warn(`interrupted: ${report.done} done, each named above; run the same command again`);
    throw error;
  }
  return report.end(planned);
}
