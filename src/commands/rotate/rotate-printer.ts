/** Prints the progress of `rotate`: the plan as a table, each Secret that is written, what is left, and the counts. */

import { warnOfAnnotations } from '../../changes/annotation-printer.ts';
import { changeReport, type NotDone } from '../../changes/change-report.ts';
import { onlyNamespace } from '../../cluster/secret-scope.ts';
import { EXIT, type UserError } from '../../errors.ts';
import type { Fingerprint } from '../../output/fingerprint.ts';
import { type ClusterRun, shownError } from '../../output/printer.ts';
import { formatTable } from '../../output/table.ts';
import { displayServer, shownServer } from '../../secret/display-server.ts';
import type { Io } from '../../system/io.ts';
import { many, plural } from '../../text/enumerate.ts';
import type { ObjectRef } from '../../workloads/object-ref.ts';
import type { SecretName } from '../../workloads/references.ts';
import { reasonsFor, sayKept, sayOthers, warnOfUnknown } from './rotate-left.ts';
import type { RotateRequest } from './rotate-request.ts';
import type { EntryState, PlannedEntry, PlannedSecret } from './rotation-plan.ts';

export interface RotatePrinterOptions {
  readonly request: RotateRequest;
  readonly output: 'name' | 'json' | undefined;
  /** One for the whole run, so that equal logins have equal marks. */
  readonly mark: Fingerprint;
  /** Why the new login is not written anywhere. Only a dry run goes on then. */
  readonly refusal: UserError | undefined;
}

/**
 * The listener of `rotate`. `left` reports what is not written, and why, before anything is written. `end` prints the table of a dry
 * run, and the summary, and returns the exit code; its `annotated` are other Secrets with the old login in an annotation.
 */
export function rotatePrinter({ request, output, mark, refusal }: RotatePrinterOptions, run: ClusterRun) {
  const { printer, io, answer } = run;
  const report = changeReport({ output, dryRun: request.dryRun, only: onlyNamespace(request.scope) }, run);
  const outcomes = new Map<PlannedSecret, 'updated' | 'unchanged'>();
  const restarted: ObjectRef[] = [];
  const isDry = request.dryRun !== 'none';
  const wouldFail = refusal === undefined ? '' : '; with this login nothing would be written';
  return {
    outcome(item: PlannedSecret, action: 'updated' | 'unchanged') {
      outcomes.set(item, action);
      // A dry run prints its plan as a table at the end.
      if (action !== 'updated' || (output === undefined && isDry)) return;
      report.done({ kind: 'Secret', ...item.ref }, 'configured');
    },
    restarted(ref: ObjectRef) {
      restarted.push(ref);
      report.done(ref, 'restarted');
    },
    problem: report.failed,
    perform: report.perform,
    left(items: readonly PlannedSecret[]) {
      sayKept(items, request, printer);
      for (const [ref, why] of reasonsFor(items, request)) report.failed(ref, why);
      report.flush();
    },
    end(items: readonly PlannedSecret[], annotated: readonly SecretName[]) {
      report.flush();
      if (output === undefined && isDry && items.length > 0) io.stdout.write(planTable(items, mark, io));
      const errors = [...report.errors(), ...(refusal === undefined ? [] : [shownError(refusal, io)])];
      if (output === 'json') answer(asJson(items, { request, outcomes, restarted, mark }, errors));
      const code = report.end({
        total: items.length,
        counts: countsOf(items, outcomes, report.failures),
        always: true,
        remark: wouldFail,
      });
      const leftOver = items.filter((item) => isLeftOver(item, outcomes.get(item)));
      warnOfAnnotations(
        [...leftOver.map(({ ref }) => ref), ...annotated],
        isDry && leftOver.some((item) => !item.holdsOldLogin),
        printer,
      );
      sayOthers(items, printer);
      const isUnknown = warnOfUnknown(items, printer);
      return code === EXIT.ok && isUnknown ? EXIT.unjudged : code;
    },
    get handled() {
      return outcomes.size;
    },
  };
}

/** Says what will be done, for the question before more than one Secret is written. */
export function rotateIntent(items: readonly PlannedSecret[]): string {
  const namespaces = new Set(items.map(({ ref }) => ref.namespace)).size;
  const servers = new Set(newEntries(items).map(({ next }) => displayServer(next.server)));
  const where = namespaces === 1 ? '' : ` in ${plural(namespaces, 'namespace')}`;
  return `Write the new login for ${many([...servers])} into ${plural(items.length, 'Secret')}${where}`;
}

/** Whether an annotation holds an old login afterwards: that of the replaced entry, or an earlier one. */
function isLeftOver(item: PlannedSecret, outcome: 'updated' | 'unchanged' | undefined): boolean {
  return item.holdsOldLogin || (outcome === 'updated' && newEntries([item]).some((entry) => entry.isInAnnotation));
}

function newEntries(items: readonly PlannedSecret[]): PlannedEntry[] {
  return items.flatMap(({ entries }) => entries.filter(({ state }) => state === 'new'));
}

/** One row for each entry, with its namespace if there are several. Equal logins have equal marks. */
function planTable(items: readonly PlannedSecret[], mark: Fingerprint, io: Io) {
  const isWide = new Set(items.map(({ ref }) => ref.namespace)).size > 1;
  const rows = items.flatMap((item) =>
    item.entries.map((entry) => [
      ...(isWide ? [item.ref.namespace] : []),
      item.ref.name,
      displayServer(entry.server),
      entry.login?.username || '-',
      entry.login?.password ? mark(entry.login) : '-',
      planOf(item, entry),
    ]),
  );
  const titles = [...(isWide ? ['NAMESPACE'] : []), 'NAME', 'SERVER', 'USER', 'PASSWORD', 'PLAN'];
  return formatTable(titles, rows, io.stdout);
}

/** Words for states whose names are no reason for people. It may not be known whether another password is an old one. */
const KEPT: Partial<Record<EntryState, string>> = {
  below: 'another entry',
  'other password': 'another password',
  'unknown password': 'perhaps not the old password',
};

function planOf({ action, obstacle, maker, mark, isCopy }: PlannedSecret, { state, next }: PlannedEntry): string {
  if (state === 'has it') return 'has the new login';
  if (isCopy && action === 'update') return `gets what ${mark?.source} has`;
  if (state !== 'new') return `keeps it: ${KEPT[state] ?? state}`;
  if (action !== 'held back') return `gets the new login of ${next.credential.username}`;
  return obstacle === 'immutable'
    ? 'keeps it: immutable'
    : `keeps it: ${obstacle === 'maker' ? `created by ${maker?.name}` : `copy of ${mark?.source}`}`;
}

function countsOf(
  items: readonly PlannedSecret[],
  outcomes: ReadonlyMap<PlannedSecret, string>,
  problems: readonly NotDone[],
): Record<string, number> {
  const count = (wanted: string): number => [...outcomes.values()].filter((outcome) => outcome === wanted).length;
  const held = items.filter(({ action }) => action === 'left' || action === 'held back').length;
  const unchanged = items.filter(({ action }) => action === 'unchanged').length + count('unchanged');
  const failed = problems.filter(({ ref }) =>
    items.some((item) => item.ref === ref && item.action === 'update'),
  ).length;
  return { updated: count('updated'), unchanged, left: held, failed };
}

interface RotationResult {
  readonly request: RotateRequest;
  readonly outcomes: ReadonlyMap<PlannedSecret, 'updated' | 'unchanged'>;
  readonly restarted: readonly ObjectRef[];
  readonly mark: Fingerprint;
}

function nameOf({ ref: { namespace, name } }: PlannedSecret): SecretName {
  return { namespace, name };
}

/** The result for JSON, with a mark in place of each password. */
function asJson(
  items: readonly PlannedSecret[],
  ended: RotationResult,
  errors: readonly (Partial<SecretName> & ReturnType<typeof shownError>)[],
) {
  const { request, outcomes, restarted, mark } = ended;
  return {
    dryRun: request.dryRun,
    results: items.map((item) => ({
      ...nameOf(item),
      action: outcomes.get(item) ?? (item.action === 'update' ? 'failed' : item.action),
      obstacle: item.obstacle,
      entries: item.entries.map(({ server, login, state }) => ({
        server: shownServer(server),
        username: login?.username || undefined,
        fingerprint: login?.password ? mark(login) : undefined,
        state,
      })),
    })),
    restarted,
    errors,
  };
}
