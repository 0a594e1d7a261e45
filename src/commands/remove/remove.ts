/** `regsecret remove`: removes the entries of a registry from one Secret, or from many. */

import { warnOfAnnotations } from '../../changes/annotation-printer.ts';
import { changeReport, type ReportOptions } from '../../changes/change-report.ts';
import { inClusters } from '../../changes/run-contexts.ts';
import type { ChangeOptions } from '../../changes/step.ts';
import { findSecret } from '../../cluster/not-found.ts';
import { createReader, type Reader } from '../../cluster/reader.ts';
import { checkSelector, namespacesOf, onlyNamespace } from '../../cluster/secret-scope.ts';
import type { Transport } from '../../cluster/transport.ts';
import { EXIT, UsageError, UserError } from '../../errors.ts';
import { syncPreview } from '../../findings/secret-commands.ts';
import { withRegistries } from '../../gather/other-logins.ts';
import { type ContextFlags, checkContextFlags } from '../../kubeconfig/contexts.ts';
import { words } from '../../line/command.ts';
import { againMeaning, againWith } from '../../line/hint.ts';
import type { ClusterRun, Printer } from '../../output/printer.ts';
import { readContents } from '../../secret/contents.ts';
import { bareServer, displayServer, shownServer } from '../../secret/display-server.ts';
import { sameKey } from '../../secret/key.ts';
import { describeSecret } from '../../secret/secret.ts';
import { checkNames } from '../../secret/secret-name.ts';
import type { SelectedNamespace } from '../../secret/selected-namespace.ts';
import { onlyEntry, serverProblem } from '../../secret/server.ts';
import { checkApart } from '../../secret/usable.ts';
import type { Io } from '../../system/io.ts';
import { closest, isSlip } from '../../text/closest.ts';
import { many, plural } from '../../text/enumerate.ts';
import { type SecretName, secretKey, secretNameOf } from '../../workloads/references.ts';
import {
  copiesThatKeep,
  type EntryRemoval,
  performRemovals,
  planRemovals,
  type RemoveRequest,
} from './remove-entries.ts';

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
    throw new UsageError('no registry is given', againWith(words`--server REGISTRY`));
  }
  checkNames({ name, namespace }, 'remove');
  return inClusters(options, io, {
    hasSource: false,
    prepare: async () => (transport, run) =>
      removeIn(transport, requestOf(options, server, transport.namespace), options, run),
  });
}

function requestOf(options: RemoveOptions, servers: readonly string[], namespace: SelectedNamespace): RemoveRequest {
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
  const report = removePrinter({ ...options, only: onlyNamespace(request.scope) }, run);
  await report.perform(intent, () => performRemovals(reader, planned, request, report));
  const code = report.end(planned);
  // With -A, the copies are examined as well.
  if (report.changed.length > 0 && request.scope.namespaces !== 'all') {
    await sayOfCopies(reader, planned, report.changed, request, printer);
  }
  return code;
}

/** Warns about copies that nothing was asked about, and that keep the entries. */
async function sayOfCopies(
  reader: Reader,
  planned: readonly EntryRemoval[],
  changed: readonly EntryRemoval[],
  request: RemoveRequest,
  printer: Printer,
): Promise<void> {
  const refs = (all: readonly EntryRemoval[]): SecretName[] => all.map(({ ref }) => ref);
  const copies = await copiesThatKeep(reader, refs(changed), refs(planned), request);
  for (const one of changed) {
    const namespaces = copies?.get(secretKey(one.ref.namespace, one.ref.name)) ?? [];
    if (namespaces.length > 0) warnOfCopies(one, namespaces, request, printer);
  }
  const [only] = changed;
  if (only !== undefined && onlyNamespace(request.scope) !== undefined) {
    sayWhereLooked(only, copies !== undefined, printer);
  }
}

function warnOfCopies(
  { ref, servers }: EntryRemoval,
  namespaces: readonly string[],
  { dryRun, scope }: RemoveRequest,
  printer: Printer,
) {
  const keep = dryRun !== 'none' ? 'would keep' : namespaces.length === 1 ? 'keeps' : 'keep';
  const entries = many(servers.map(displayServer));
  const copies = plural(namespaces.length, 'copy', 'copies');
  const of = onlyNamespace(scope) === undefined ? `secret ${secretKey(ref.namespace, ref.name)}` : 'it';
  printer.warn(`${copies} of ${of} ${keep} ${entries} until the next sync, in ${many(namespaces)}`);
  printer.hint(syncPreview(ref, ref, namespaces));
}

/** Says which Secrets were examined. A Secret that `sync --merge` has filled does not count as a copy. */
function sayWhereLooked({ ref }: EntryRemoval, withCopies: boolean, printer: Printer) {
  const copies = withCopies ? ' and its copies' : '';
  printer.say(`checked: secret ${ref.namespace}/${ref.name}${copies} (-A: all namespaces)`);
}

/**
 * Returns one sentence. For a single Secret, it lists the entries that the Secret has instead. Throws UserError where an entry
 * with a similar name was meant, where one `--server` holds several, and where the Secret can no longer be read.
 */
async function describeAbsence(
  transport: Transport,
  request: Pick<RemoveRequest, 'scope' | 'servers'>,
): Promise<string> {
  const { servers } = request;
  checkApart(servers);
  const { names } = request.scope;
  const namespace = onlyNamespace(request.scope);
  const absent = many(servers.map(shownServer));
  const [name] = names;
  if (namespace === undefined || name === undefined || names.length > 1) return `nothing has an entry ${absent}`;
  const secret = await findSecret(transport, { namespace, name }, 'remove');
  const there = readContents(secret).entries.map(({ server }) => shownServer(server));
  const [typed = ''] = servers;
  const proposal = serverProblem(typed)?.proposal;
  // Another port or number is another registry, whose login must stay.
  const slip = closest(
    absent,
    there.filter((server) => isSlip(absent, server)),
  );
  const meant =
    there.find((server) => proposal !== undefined && sameKey(proposal, server)) ??
    slip ??
    there.find((server) => bareServer(server).startsWith(`${absent}:`));
  const near = servers.length === 1 ? meant : undefined;
  const text = `${describeSecret(secret)} has no entry ${absent}`;
  if (near === undefined) return `${text}; it has ${there.length === 0 ? 'none' : many(there)}`;
  const add = words`--server ${onlyEntry(bareServer(near))}`;
  throw new UserError(`${text}; did you mean ${near}?`, againMeaning({ add }));
}

/** The listener of `remove`. Its `end` prints the summary and returns the exit code. */
function removePrinter(options: ReportOptions, run: ClusterRun) {
  const { output, dryRun } = options;
  const { printer, answer } = run;
  const report = changeReport(options, run);
  const results: EntryRemoval[] = [];
  return {
    perform: report.perform,
    removed(one: EntryRemoval) {
      results.push(one);
      const { ref, servers } = one;
      report.done({ kind: 'Secret', ...ref }, 'configured');
      if (output !== undefined) return;
      const verb = dryRun === 'none' ? 'removed' : 'would be removed';
      for (const server of servers) printer.say(`  ${displayServer(server)}  ${verb}`);
    },
    problem: report.failed,
    end(planned: readonly EntryRemoval[]) {
      const removed = results.map(({ secret, servers }) => ({
        ...secretNameOf(secret),
        removed: servers.map(shownServer),
      }));
      if (output === 'json') answer({ dryRun, results: removed, errors: report.errors() });
      const counts = { updated: results.length, failed: report.failures.length };
      const code = report.end({ total: planned.length, counts });
      const leftOver = results.filter(({ holdsOldLogin }) => holdsOldLogin).map(({ ref }) => ref);
      warnOfAnnotations(leftOver, dryRun !== 'none', printer);
      return code;
    },
    changed: results as readonly EntryRemoval[],
  };
}

/** Says what will be done, for the question before more than one Secret is written. */
function removeIntent(planned: readonly EntryRemoval[]): string {
  const servers = [...new Set(planned.flatMap((one) => one.servers.map(displayServer)))];
  const namespaces = new Set(planned.map(({ ref }) => ref.namespace)).size;
  const where = namespaces === 1 ? '' : ` in ${plural(namespaces, 'namespace')}`;
  return `Remove ${many(servers)} from ${plural(planned.length, 'Secret')}${where}`;
}
