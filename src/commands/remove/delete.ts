/** `regsecret delete`: takes a Secret out of every list that names it, then deletes it. */

import { noteBook } from '../../attaching/attach-printer.ts';
import { describeNeeds } from '../../attaching/secret-users.ts';
import { changeReport, type ReportOptions } from '../../changes/change-report.ts';
import type { ListResult } from '../../changes/list-write.ts';
import { inClusters } from '../../changes/run-contexts.ts';
import { manifestFolders } from '../../changes/saved-pod.ts';
import type { ChangeOptions } from '../../changes/step.ts';
import { copyNamespaces } from '../../cluster/copy-sources.ts';
import { lookAround } from '../../cluster/not-found.ts';
import { createReader, type Reader } from '../../cluster/reader.ts';
import type { Transport } from '../../cluster/transport.ts';
import { EXIT, UsageError, UserError } from '../../errors.ts';
import { readNamespace } from '../../gather/namespace.ts';
import { withRegistries } from '../../gather/other-logins.ts';
import { type ContextFlags, checkContextFlags } from '../../kubeconfig/contexts.ts';
import { ALL_NAMESPACES, clusterCommand, command, dryRunFlag, words } from '../../line/command.ts';
import { againWith } from '../../line/hint.ts';
import { nameWord, scope } from '../../line/object-name.ts';
import { type ClusterRun, DRY_RUN, type Printer } from '../../output/printer.ts';
import { copyMark, SYNC } from '../../secret/copy.ts';
import { checkNames } from '../../secret/secret-name.ts';
import type { Io } from '../../system/io.ts';
import { canPrompt } from '../../system/prompt.ts';
import { many, plural } from '../../text/enumerate.ts';
import { ADMISSION_API } from '../../workloads/admission-policy.ts';
import { deletePolicy, type PolicyObject, policiesOf } from './delete-policy.ts';
import {
  type DeleteListener,
  type DeleteRequest,
  type Deletion,
  performDeletion,
  planDeletion,
} from './delete-secrets.ts';

export interface DeleteOptions extends ContextFlags, ChangeOptions {
  readonly name: string;
  readonly allNamespaces?: boolean;
  readonly force?: boolean;
  readonly owned?: boolean;
  readonly yes?: boolean;
  readonly output?: 'name' | 'json';
}

/** Returns the exit code; throws UserError. */
export async function deleteSecrets(options: DeleteOptions, io: Io): Promise<number> {
  checkNames(options, 'delete');
  checkContextFlags(options, { hasSource: false });
  const { allNamespaces = false, dryRun, yes = false } = options;
  const unconfirmed = yes || dryRun !== 'none' || canPrompt(io) ? undefined : needsYes(options);
  // Thrown here, because otherwise each of several contexts would report it.
  if (unconfirmed !== undefined && options.toContext !== undefined) throw unconfirmed;
  const request: DeleteRequest = {
    ...options,
    copies: allNamespaces,
    yes: yes || unconfirmed !== undefined,
    folders: manifestFolders(io.env),
  };
  return inClusters(options, io, {
    hasSource: false,
    prepare: async () => (transport, run) => deleteIn(transport, request, { ...options, unconfirmed }, run),
  });
}

function needsYes({ namespace }: DeleteOptions): UsageError {
  const text = 'deleting needs a confirmation, and there is no terminal to ask on';
  return new UsageError(text, againWith(words`${scope(namespace)} --yes`));
}

async function deleteIn(
  transport: Transport,
  request: DeleteRequest,
  { output, unconfirmed }: Pick<DeleteOptions, 'output'> & { readonly unconfirmed: UsageError | undefined },
  run: ClusterRun,
): Promise<number> {
  const { printer } = run;
  const reader = createReader(transport);
  const planned = await withRegistries(transport.server, run.io, (findRefused) =>
    planDeletion(reader, request, findRefused),
  );
  const policies = request.copies ? await policiesFor(reader, request, printer) : [];
  await checkThere(planned, request, transport, printer);
  for (const line of describeNeeds(planned.flatMap(({ losing = [] }) => losing))) printer.warn(line);
  const unseen = reader.missingRights.list();
  if (unseen.length > 0) printer.warn(`not checked, no permission to ${unseen.join(', ')}`);
  const { length: changes } = planned.filter(({ secret, error }) => secret !== undefined && error === undefined);
  if (changes > 0 && !request.copies) await warnOfCopies(transport, request, printer);
  await warnOfSync(transport, planned, printer);
  const only = request.copies ? undefined : transport.namespace;
  const report = deletePrinter({ output, dryRun: request.dryRun, only }, run);
  // Where no Secret is there, nothing is deleted, so there is nothing to confirm.
  if (unconfirmed !== undefined && (policies.length > 0 || planned.some(({ secret }) => secret !== undefined))) {
    for (const { ref, error } of planned) if (error !== undefined) report.failed(ref, error);
    report.flush();
    // With --yes alone, nothing would be deleted either.
    if (changes === 0 && planned.some(({ error }) => error !== undefined)) return EXIT.failed;
    throw unconfirmed;
  }
  const total = changes + policies.length;
  const intent = { what: deleteIntent(planned), changes: total, deletes: total > 0 };
  await report.perform(intent, async () => {
    const kept = await performDeletion(reader, planned, request, report.about);
    // Without the source, no sync would bring the copies that the policy counts on.
    if (kept.includes(planned.at(-1) as Deletion)) return;
    for (const policy of policies) {
      await deletePolicy(transport, policy, request);
      report.policy(policy);
    }
  });
  return report.end(planned);
}

/** The policy to delete. Says which one stays, because a tool would create it again. Throws UserError. */
async function policiesFor(reader: Reader, request: DeleteRequest, printer: Printer): Promise<PolicyObject[]> {
  const { namespace } = reader.transport;
  const found = await policiesOf(reader, { namespace, name: request.name });
  if (request.owned) return found;
  for (const { kind, name, maker } of found) {
    if (maker === undefined) continue;
    printer.warn(`${kind.toLowerCase()} ${name} is not deleted, because ${maker.name} creates it`);
    printer.hint(maker.where);
  }
  return found.filter(({ maker }) => maker === undefined);
}

/** Warns that the copies stay when their source is deleted, and that pods go on pulling with them. */
async function warnOfCopies(transport: Transport, request: DeleteRequest, printer: Printer): Promise<void> {
  const { namespace } = transport;
  const { name } = request;
  const namespaces = await copyNamespaces(transport, `${namespace}/${name}`);
  if (namespaces.length === 0) return;
  printer.warn(`${plural(namespaces.length, 'copy', 'copies')} of it would stay, in ${many(namespaces)}`);
  printer.hint(
    command`regsecret delete ${nameWord(name)} ${scope(namespace)} ${ALL_NAMESPACES} ${dryRunFlag(request)}`,
  );
}

/** Warns about a copy that is deleted while its source stays, unless sync is known to leave its namespace alone. */
async function warnOfSync(transport: Transport, planned: readonly Deletion[], printer: Printer): Promise<void> {
  for (const { ref, secret, source, error } of planned) {
    const mark = secret && copyMark(secret);
    if (mark === undefined || source !== undefined || error !== undefined) continue;
    if ((await readNamespace(transport, ref.namespace))?.isLeftAlone) continue;
    printer.warn(
      `secret ${ref.namespace}/${ref.name} is a copy of ${mark.source}: a sync to this namespace creates it again`,
    );
    printer.hint(clusterCommand`kubectl annotate namespace ${nameWord(ref.namespace)} ${`${SYNC}=false`}`);
  }
}

/** Says when there is no such Secret, which is what was wanted. Throws UserError when another one was probably meant. */
async function checkThere(
  planned: readonly Deletion[],
  request: DeleteRequest,
  transport: Transport,
  printer: Printer,
): Promise<void> {
  if (planned.some(({ secret }) => secret !== undefined)) return;
  printer.say(await missing(request, transport));
}

/** The message that there is no such Secret. Throws UserError when another one was probably meant. */
async function missing(request: DeleteRequest, transport: Transport): Promise<string> {
  const { namespace } = transport;
  const { text, meant } = await lookAround(transport, { namespace, name: request.name });
  if (meant?.as === 'near') {
    const copies = request.copies ? ALL_NAMESPACES : undefined;
    const line = command`regsecret delete ${meant.name} ${scope(namespace)} ${copies} ${dryRunFlag(request)}`;
    throw new UserError(text, line);
  }
  return text;
}

type Ref = Deletion['ref'];

/** `about` returns the listener for one Secret; `end` prints the summary and returns the exit code. */
function deletePrinter(options: ReportOptions, run: ClusterRun) {
  const { output, dryRun } = options;
  const { printer, answer } = run;
  const report = changeReport(options, run);
  const [deleted, lists]: [Ref[], ListResult[]] = [[], []];
  const policies: Pick<PolicyObject, 'kind' | 'name'>[] = [];
  return {
    ...report,
    about(ref: Ref): DeleteListener {
      const context = { verb: 'detach', secret: ref.name, output, dryRun, namespaces: true } as const;
      const notes = noteBook(context, printer);
      return {
        outcome(list) {
          lists.push(list);
          if (list.action === 'unchanged') return;
          report.done(list.ref, list.action);
        },
        note(note) {
          notes.add(note);
          notes.flush();
        },
        problem: (error) => report.failed(ref, error),
        deleted() {
          deleted.push(ref);
          report.done({ kind: 'Secret', ...ref }, 'deleted');
        },
      };
    },
    policy({ kind, name }: PolicyObject) {
      policies.push({ kind, name });
      const text = `${kind.toLowerCase()}/${name} deleted${DRY_RUN[dryRun]}`;
      if (output !== 'json')
        printer.result(output === 'name' ? `${kind.toLowerCase()}.${ADMISSION_API}/${name}` : text);
    },
    end(planned: readonly Deletion[]) {
      const { length: total } = planned.filter(({ secret }) => secret !== undefined);
      const changed = lists.map(({ ref, ...rest }) => ({ ...ref, ...rest }));
      const more = policies.length === 0 ? {} : { policies };
      if (output === 'json') answer({ dryRun, deleted, lists: changed, ...more, errors: report.errors() });
      return report.end({ total, counts: { deleted: deleted.length, failed: total - deleted.length } });
    },
  };
}

/** Says what will be done, for the question before anything is deleted. */
function deleteIntent(planned: readonly Deletion[]): string {
  const meant = planned.filter(({ error }) => error === undefined);
  const [first] = meant;
  if (meant.length === 1 && first !== undefined) {
    return `Remove secret ${first.ref.namespace}/${first.ref.name} from all imagePullSecrets, and delete it`;
  }
  const namespaces = new Set(meant.map(({ ref }) => ref.namespace)).size;
  return `Remove ${plural(meant.length, 'Secret')} in ${plural(namespaces, 'namespace')} from all imagePullSecrets, and delete them`;
}
