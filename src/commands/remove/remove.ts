/** `regsecret remove`: removes the entries of a registry from one Secret, or from many. */

import { inClusters } from '../../changes/run-contexts.ts';
import type { ChangeOptions } from '../../changes/step.ts';
import { createReader } from '../../cluster/reader.ts';
import { checkSelector, namespacesOf } from '../../cluster/secret-scope.ts';
import type { Transport } from '../../cluster/transport.ts';
import { EXIT, UsageError } from '../../errors.ts';
import { syncPreview } from '../../findings/secret-commands.ts';
import { withRegistries } from '../../gather/other-logins.ts';
import { type ContextFlags, checkContextFlags } from '../../kubeconfig/contexts.ts';
import { words } from '../../line/command.ts';
import { againWith } from '../../line/hint.ts';
import type { ClusterRun, Printer } from '../../output/printer.ts';
import { displayServer } from '../../secret/display-server.ts';
import { checkNames } from '../../secret/secret-name.ts';
import type { Io } from '../../system/io.ts';
import { many, plural } from '../../text/enumerate.ts';
import { describeAbsence } from './absence.ts';
import { copiesThatKeep, performRemovals, planRemovals, type Removed, type RemoveRequest } from './remove-entries.ts';
import { removeIntent, removePrinter } from './remove-printer.ts';

export interface RemoveOptions extends ContextFlags, ChangeOptions {
  /** When left out: `regsecret`, or with -A or -l every Secret. */
  readonly name: string | undefined;
  readonly server?: readonly string[];
  readonly allNamespaces?: boolean;
  readonly selector?: string;
  readonly owned?: boolean;
  readonly yes?: boolean;
  readonly output?: 'name' | 'json';
}

/** Returns the exit code; throws UserError. */
export async function remove(options: RemoveOptions, io: Io): Promise<number> {
  const { name = 'regsecret', namespace, server } = options;
  checkSelector(options.selector);
  checkContextFlags(options, { hasSource: false });
  if (server === undefined) {
    throw new UsageError('no registry is named', againWith(words`--server HOST`));
  }
  checkNames({ name, namespace }, 'remove');
  return inClusters(options, io, {
    hasSource: false,
    prepare: async () => (transport, run) =>
      removeIn(transport, requestOf(options, server, transport.namespace), options, run),
  });
}

function requestOf(options: RemoveOptions, servers: readonly string[], namespace: string): RemoveRequest {
  const isWide = options.allNamespaces === true || options.selector !== undefined;
  const names = options.name === undefined ? (isWide ? [] : ['regsecret']) : [options.name];
  return {
    ...options,
    scope: {
      namespaces: namespacesOf(options, namespace),
      names,
      verb: 'remove',
    },
    servers,
  };
}

async function removeIn(
  transport: Transport,
  request: RemoveRequest,
  options: RemoveOptions,
  run: ClusterRun,
): Promise<number> {
  const { printer } = run;
  const reader = createReader(transport);
  const planned = await withRegistries(transport.server, run.io, (findRefused) =>
    planRemovals(reader, request, findRefused),
  );
  const unseen = reader.missingRights.list();
  if (unseen.length > 0) printer.warn(`not checked, no permission to ${unseen.join(', ')}`);
  if (planned.length === 0) {
    // This is what was wanted, and what a second run finds.
    printer.say(await describeAbsence(transport, request));
    return EXIT.ok;
  }
  const meant = planned.filter(({ error }) => error === undefined);
  const loses = request.dryRun === 'none' ? 'loses' : 'would lose';
  for (const { ref, servers, needed } of meant) {
    if (needed.length === 0) continue;
    const entries = many(servers.map(displayServer));
    printer.warn(`secret ${ref.namespace}/${ref.name} ${loses} ${entries}, which is still needed`);
    for (const line of needed) printer.say(`  ${line}`);
  }
  const intent = { what: removeIntent(meant), changes: meant.length, deletes: false };
  const report = removePrinter(options, run);
  await report.perform(intent, () => performRemovals(reader, planned, request, report));
  const code = report.end(planned);
  const [first] = planned;
  // With -A, the copies are examined as well.
  if (report.count === 1 && first !== undefined && request.scope.namespaces !== 'all') {
    const copies = await copiesThatKeep(reader, first.ref, request);
    if (copies !== undefined && copies.length > 0) warnOfCopies(first, copies, request, printer);
    if (typeof request.scope.namespaces === 'object' && 'only' in request.scope.namespaces)
      sayWhereLooked(first, copies !== undefined, printer);
  }
  return code;
}

function warnOfCopies(
  { ref, servers }: Removed,
  namespaces: readonly string[],
  { dryRun }: RemoveRequest,
  printer: Printer,
) {
  const keep = dryRun !== 'none' ? 'would keep' : namespaces.length === 1 ? 'keeps' : 'keep';
  const entries = many(servers.map(displayServer));
  const copies = plural(namespaces.length, 'copy', 'copies');
  printer.warn(`${copies} of it ${keep} ${entries} until the next sync, in ${many(namespaces)}`);
  printer.hint(syncPreview(ref, ref, namespaces));
}

/** Says which Secrets were examined. A Secret that `sync --merge` has filled does not count as a copy. */
function sayWhereLooked({ ref }: Removed, withCopies: boolean, printer: Printer) {
  const looked = withCopies ? ' and its copies were' : ' was';
  printer.say(`only secret ${ref.namespace}/${ref.name}${looked} looked at; with -A, remove looks in all namespaces`);
}
