/** Prints the progress of `sync`: a line for each change, failures grouped by reason, and the summary. */

import { type NoteBook, noteBook } from '../../attaching/attach-printer.ts';
import { warnOfAnnotations } from '../../changes/annotation-printer.ts';
import { type Failure, printFailures, sayFinding } from '../../changes/failure-printer.ts';
import type { ListResult } from '../../changes/list-write.ts';
import { LeftAlone } from '../../copies/copy-plan.ts';
import { lossWarnings } from '../../copies/lost-logins.ts';
import { EXIT, type UserError } from '../../errors.ts';
import { clusterCommand, words } from '../../line/command.ts';
import { againMeaning } from '../../line/hint.ts';
import { type ClusterRun, DRY_RUN, orSayDone, type Printer, shownError } from '../../output/printer.ts';
import { withProgress } from '../../output/progress.ts';
import { SYNC } from '../../secret/copy.ts';
import type { Io } from '../../system/io.ts';
import { many, plural, summaryLine } from '../../text/enumerate.ts';
import type { AdmissionKind } from '../../workloads/admission-policy.ts';
import type { Verb } from '../../workloads/list-change.ts';
import { nameLine, resultName } from '../../workloads/object-ref.ts';
import { compareNames } from '../../workloads/references.ts';
import type { Skipped, SyncListener, SyncOutcome } from './sync-request.ts';

export interface SyncPrinterOptions {
  /** The name of the Secret. */
  readonly name: string;
  readonly output?: 'name' | 'json' | undefined;
  readonly dryRun: 'none' | 'client' | 'server';
  /** The impersonated user. */
  readonly as?: string | undefined;
  /** Whether this is a later look of `--watch`, which prints no summary. */
  readonly isOneOfMany?: boolean;
  /** Whether an early end has cut off a write; when left out, it may have. */
  readonly isCut?: () => boolean;
}

const COUNTED = ['created', 'updated', 'replaced', 'deleted', 'unchanged', 'left', 'failed'] as const;

/** Everything that the listener was told. */
interface Told {
  readonly outcomes: SyncOutcome[];
  readonly lists: ListResult[];
  readonly problems: Failure[];
  /** The policy of `--admission` and its binding, and why it does not work. */
  readonly policies: {
    readonly kind: AdmissionKind;
    readonly name: string;
    readonly action: Parameters<SyncListener['policy']>[1];
  }[];
  readonly unproven: Failure[];
  readonly notes: Readonly<Record<Verb, NoteBook>>;
  skipped: Skipped;
  /** The results of a dry run, which are printed in the order of the namespaces. */
  readonly held: { readonly namespace: string; readonly text: string }[];
}

/** Runs `work` with a listener, and says at the end, or after an interruption, what was done. Returns the exit code. */
export async function withSyncPrinter(
  options: SyncPrinterOptions,
  run: Omit<ClusterRun, 'agree'>,
  work: (listener: SyncListener) => Promise<void>,
): Promise<number> {
  const { printer, io } = run;
  // Not the other flags of `sync`: its `--restart` is not the hint of that name.
  const { name: secret, output, dryRun, as } = options;
  const context = { secret, output, dryRun, as, namespaces: true };
  const notes = {
    attach: noteBook({ ...context, verb: 'attach' }, printer),
    detach: noteBook({ ...context, verb: 'detach' }, printer),
  };
  const skipped = { leftAlone: [], ending: [] };
  const told: Told = { outcomes: [], lists: [], problems: [], policies: [], unproven: [], notes, skipped, held: [] };
  const cut = (): number | undefined => {
    printHeld(told, printer);
    printFailures(failuresOf(told), printer);
    return options.isCut?.() === false ? undefined : told.outcomes.filter(isChange).length + told.lists.length;
  };
  await orSayDone(() => work(listenerFor(told, options, printer, io)), cut, run);
  printHeld(told, printer);
  for (const book of Object.values(notes)) book.flush();
  printFailures(failuresOf(told), printer);
  if (!options.isOneOfMany) printEnd(told, options, run);
  const leftOver = leftOverIn(told, options);
  warnOfAnnotations(
    leftOver.map(({ namespace }) => ({ namespace, name: options.name })),
    options.dryRun !== 'none' && leftOver.some(isChange),
    printer,
  );
  const hasFailed =
    told.problems.length + told.unproven.length > 0 || told.outcomes.some(({ action }) => action === 'failed');
  return hasFailed ? EXIT.failed : EXIT.ok;
}

/** The Secrets with an old login in an annotation. A later look of `--watch` names only those that it has written itself. */
function leftOverIn({ outcomes }: Told, { isOneOfMany = false }: SyncPrinterOptions): SyncOutcome[] {
  return outcomes.filter(
    (outcome) => 'holdsOldLogin' in outcome && outcome.holdsOldLogin && (!isOneOfMany || isChange(outcome)),
  );
}

function printHeld({ held }: Told, printer: Printer): void {
  for (const { text } of held.toSorted(byNamespace)) printer.result(text);
}

function byNamespace(one: { readonly namespace: string }, other: { readonly namespace: string }): number {
  return compareNames({ namespace: one.namespace, name: '' }, { namespace: other.namespace, name: '' });
}

function listenerFor(told: Told, options: SyncPrinterOptions, printer: Printer, io: Io): SyncListener {
  const { name, dryRun, output } = options;
  const result = (namespace: string, text: string): void => {
    if (dryRun === 'none') printer.result(text);
    else told.held.push({ namespace, text });
  };
  return {
    reading: (work) => withProgress(() => 'reading namespaces and what is in them', io, work),
    writing: (work) => work(),
    ends: () => undefined,
    finding: (finding) => sayFinding(finding, printer),
    skipped(found, wanted = []) {
      told.skipped = {
        leftAlone: [...told.skipped.leftAlone, ...found.leftAlone],
        ending: [...told.skipped.ending, ...found.ending],
      };
      saySkipped(found, wanted, printer);
    },
    idle(what, { glob, reserved, near }) {
      if (reserved.length > 0) {
        printer.warn(
          `${what} matches only ${many(reserved)}: such namespaces get nothing unless --to has their full names`,
        );
        return;
      }
      printer.warn(`no namespace matches ${what}${near === undefined ? '' : `; did you mean '${near}'?`}`);
      // A namespace that matches may be made later, while the watch goes on.
      if (options.isOneOfMany) return;
      // Nobody typed the corrected line, so it writes nothing.
      const add = words`${dryRun === 'none' ? words`--dry-run=client` : undefined}`;
      printer.hint(
        near === undefined
          ? clusterCommand`kubectl get namespaces --show-labels`
          : againMeaning({ add, rename: new Map([[glob, near]]) }),
      );
    },
    losses(losses) {
      for (const text of lossWarnings(name, losses)) printer.warn(text);
    },
    outcome(outcome) {
      told.outcomes.push(outcome);
      if (!isChange(outcome) || output === 'json') return;
      const { namespace, action } = outcome;
      const text = `secret/${name} ${action} in ${namespace}${DRY_RUN[dryRun]}`;
      result(namespace, output === 'name' ? nameLine({ kind: 'Secret', namespace, name }, undefined) : text);
    },
    policy({ apiVersion, kind, metadata: { name: policy } }, action) {
      told.policies.push({ kind, name: policy, action });
      if (action === 'unchanged' || output === 'json') return;
      const typed = kind.toLowerCase();
      const text = `${typed}/${policy} ${action}${DRY_RUN[dryRun]}`;
      result('', output === 'name' ? `${typed}.${apiVersion.split('/', 1)}/${policy}` : text);
    },
    unproven(error, isKnown) {
      if (isKnown) return void told.unproven.push({ error });
      printer.warn(error.message);
      if (error.hint !== undefined) printer.hint(error.hint);
    },
    list(change) {
      told.lists.push(change);
      // `-o name` and `-o json` print no line for a list: the user asked for Secrets.
      if (output === undefined) {
        const { ref, action } = change;
        result(ref.namespace, `${resultName(ref)} ${action} in ${ref.namespace}${DRY_RUN[dryRun]}`);
      }
    },
    note: (note, verb) => told.notes[verb].add(note),
    problem: (error, namespace) => void told.problems.push({ error, namespace }),
    absent(account, namespaces, near) {
      const text = `there is no service account ${account} in ${many(namespaces)}, so nothing uses ${name} there`;
      printer.warn(near === undefined ? text : `${text}; did you mean ${near}?`);
    },
  };
}

function isChange({ action }: SyncOutcome): boolean {
  return action !== 'unchanged' && action !== 'failed';
}

function saySkipped({ leftAlone, ending }: Skipped, wanted: readonly string[], printer: Printer): void {
  if (leftAlone.length > 0) {
    const verb = leftAlone.length === 1 ? 'is' : 'are';
    printer.say(
      `${plural(leftAlone.length, 'namespace')} ${verb} left alone because of annotation ${SYNC}: ${many(leftAlone)}`,
    );
  }
  if (wanted.length > 0) printer.hint(clusterCommand`kubectl annotate namespace ${wanted} ${`${SYNC}-`}`);
  if (ending.length === 0) return;
  const verb = ending.length === 1 ? 'is' : 'are';
  printer.say(`${plural(ending.length, 'namespace')} ${verb} being deleted, and skipped: ${many(ending)}`);
}

function failuresOf({ outcomes, problems, unproven }: Told): Failure[] {
  return [...outcomes.flatMap((outcome) => (outcome.action === 'failed' ? [outcome] : [])), ...problems, ...unproven];
}

function printEnd(
  told: Told,
  { name, output, dryRun }: SyncPrinterOptions,
  { printer, io, answer, counted }: Omit<ClusterRun, 'agree'>,
): void {
  const { outcomes, lists, problems, policies, unproven, notes, skipped } = told;
  const counts = countsOf(
    COUNTED,
    outcomes.map((outcome) => ({ action: shownAction(outcome) })),
  );
  const said = Object.fromEntries(
    Object.entries(counts).map(([what, count]) => [what === 'left' ? 'left alone' : what, count]),
  );
  counted({ noun: 'namespace', total: outcomes.length, counts: said });
  const say = output === undefined ? printer.result : printer.say;
  say(`${summaryLine(outcomes.length, 'namespace', said)}${DRY_RUN[dryRun]}`);
  const accounts = countsOf(
    ['patched', 'unchanged'],
    lists.filter(({ ref }) => ref.kind === 'ServiceAccount'),
  );
  const total = Object.values(accounts).reduce((sum, count) => sum + count, 0) + problems.length;
  if (total > 0) {
    const all = { ...accounts, failed: problems.length };
    counted({ noun: 'service account', total, counts: all });
    say(`${summaryLine(total, 'service account', all)}${DRY_RUN[dryRun]}`);
  }
  if (output !== 'json') return;
  const asShown = (error: UserError) => shownError(error, io);
  const namespaces = outcomes.toSorted(byNamespace).map((outcome) => {
    const { namespace } = outcome;
    const action = shownAction(outcome);
    if ('error' in outcome) return { namespace, action, error: asShown(outcome.error) };
    return { namespace, action, lost: outcome.lost };
  });
  const results = lists.map(({ ref, action, before, after }) => ({ ...ref, action, before, after }));
  const errors = [...problems, ...unproven].map(({ error }) => asShown(error));
  const shown = {
    secret: name,
    dryRun,
    namespaces,
    skipped,
    lists: results,
    ...(policies.length === 0 ? {} : { policies }),
    notes: Object.values(notes).flatMap((book) => book.all()),
    errors,
    summary: counts,
  };
  answer(shown);
}

/** A Secret of somebody else that stays as it is does not count as failed. */
function shownAction(outcome: SyncOutcome): (typeof COUNTED)[number] {
  return outcome.action === 'failed' && outcome.error instanceof LeftAlone ? 'left' : outcome.action;
}

function countsOf(actions: readonly string[], results: readonly { readonly action: string }[]): Record<string, number> {
  const byAction = Map.groupBy(results, ({ action }) => action);
  return Object.fromEntries(actions.map((action) => [action, byAction.get(action)?.length ?? 0]));
}
