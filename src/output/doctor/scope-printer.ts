/**
 * Prints the report on a namespace or a cluster: warnings, then errors, the worst last. So the end of a screen shows every cause
 * with its number of pods and its command, and a few lines on leftovers. Findings of one code are grouped, and a few of each are
 * shown.
 */
import type { Counts } from '../../domain/diagnosis/facts.ts';
import type { DoctorReport } from '../../domain/diagnosis/report.ts';
import type { FindingView } from '../../domain/diagnosis/view.ts';
import { countOf, formatMore } from '../../domain/findings/listed.ts';
import { formatIgnored } from '../../domain/findings/selection.ts';
import type { Command } from '../../domain/text/command.ts';
import { many, nounFor, plural } from '../../domain/text/enumerate.ts';
import { type Printable, printable, printed } from '../../domain/text/printable.ts';
import { pullKind, WORKLOAD_KINDS } from '../../domain/workloads/kind.ts';
import type { Io } from '../../io.ts';
import { hintText } from '../printer.ts';
import { type Style, severityLabel, styleFor } from '../style.ts';
import { affectedOf } from './affected.ts';
import { type CodeGroup, groupByCode, isWaitingGroup, pickFrom, waitingIn } from './code-groups.ts';
import { type SharedCommand, sharedCommand } from './shared-command.ts';

export type ScopeReport = DoctorReport & { readonly counts: Counts };

/** How many findings of a code are shown: the first of these numbers whose lines fit. */
const SHOWN = { error: [10, 6, 4, 3, 2, 1], warning: [3, 2, 1], 'left over': [0] };

/** The size of an ordinary terminal, without the lines at the end. */
const ROWS = 36;
const COLUMNS = 80;

export interface ScopeLook {
  readonly verbose: boolean;
  /** The words that chose several namespaces. */
  readonly wide?: Command | undefined;
}

interface Look extends ScopeLook {
  readonly style: Style;
  readonly io: Io;
}

/** The lines for people. With `verbose`, nothing is left out. */
export async function scopeLines(report: ScopeReport, options: ScopeLook, io: Io): Promise<Printable[]> {
  const look = { ...options, style: await styleFor(io.stdout, io), io };
  const groups = groupByCode(report.findings);
  const linesOf = (part: keyof typeof SHOWN): Printable[] => {
    const chosen = groups.filter((group) => partOf(group) === part);
    const lines = (limit: number): Printable[] => chosen.flatMap((group) => groupLines(group, limit, look));
    if (options.verbose) return lines(Number.POSITIVE_INFINITY);
    const fitting = SHOWN[part].map(lines).find((some) => rowsOf(some) <= ROWS);
    return fitting ?? lines(1);
  };
  const last = printable(formatCounts(report, waitingIn(groups)));
  return [...headline(report, groups), ...linesOf('warning'), ...linesOf('error'), ...linesOf('left over'), last];
}

/** Leftovers come last: they break nothing, and an engineer who is woken at night should not read them first. */
function partOf({ code, severity }: CodeGroup): keyof typeof SHOWN {
  return code === 'unused-secret' ? 'left over' : severity;
}

function headline(
  { counts: { pods, failingPods }, ignored = [] }: ScopeReport,
  groups: readonly CodeGroup[],
): Printable[] {
  if (failingPods === 0) return [];
  const causes = groups.filter((group) => group.failing > 0 && !isWaitingGroup(group)).length;
  const why = causes === 0 ? '' : `; ${plural(causes, 'cause')}${ignored.length === 0 ? '' : ' shown'}`;
  return [printable(`${notPulling(failingPods, waitingIn(groups), ` of ${plural(pods, 'pod')}`)}${why}`)];
}

/** Counts pods that only wait for their next attempt apart, because nobody has to do anything about them. */
function notPulling(failing: number, waiting: number, of = ''): string {
  const stuck = failing - waiting;
  const wait = waiting === 1 ? 'waits for its next attempt' : 'wait for their next attempt';
  if (stuck === 0) return `${waiting}${of} ${wait}`;
  return `${stuck}${of} cannot pull${waiting === 0 ? '' : `, ${waiting} ${wait}`}`;
}

/** The number of rows that a terminal needs for `lines`. */
function rowsOf(lines: readonly Printable[]): number {
  return lines.reduce((sum, line) => sum + Math.max(1, Math.ceil(line.length / COLUMNS)), 0);
}

function groupLines(group: CodeGroup, limit: number, { wide, style, io }: Look): Printable[] {
  const { severity, code, findings } = group;
  const label = severityLabel(severity, style);
  const [only, ...others] = findings;
  if (only !== undefined && others.length === 0) {
    const title = printed`${label} ${printable(only.message)} ${style.faint(`[${code}]`)}`;
    return [title, ...belowTitle(only, style, io).map((line) => printed`  ${line}`)];
  }
  const shown = pickFrom(findings, limit);
  const rest = findings.filter((found) => !shown.includes(found));
  const shared = sharedCommand(findings, wide);
  return [
    printed`${label} ${printable(groupTitle(group))} ${style.faint(`[${code}]`)}`,
    ...shown.flatMap((found, index) => [
      // One image in many namespaces has the same message, which is printed once.
      ...(found.message === shown[index - 1]?.message ? [] : [printed`  ${printable(found.message)}`]),
      ...belowTitle(found, style, io).map((line) => printed`    ${line}`),
    ]),
    ...(rest.length === 0 ? [] : [printed`  ${printable(formatRest(rest, shown.length))}`]),
    ...(shared === undefined || limit === 0
      ? []
      : [printed`  ${style.faint(sharedLabel(shared, group))} ${hintText(shared.command, io)}`]),
  ];
}

function groupTitle(group: CodeGroup): string {
  const { failing, pods, findings, namespaces } = group;
  const where = namespaces.length < 2 ? `in ${namespaces[0] ?? 'the cluster'}` : `in ${namespaces.length} namespaces`;
  if (failing > 0 && isWaitingGroup(group)) return notPulling(failing, failing, ` ${nounFor(failing, 'pod')} ${where}`);
  if (failing > 0) return `${plural(failing, 'pod')} ${where} cannot pull`;
  const count = `${plural(countOf('error', findings) + countOf('warning', findings), 'finding')} ${where}`;
  return pods === 0 ? count : `${count}, ${plural(pods, 'pod')}`;
}

function sharedLabel({ findings }: SharedCommand, group: CodeGroup): Printable {
  return printable(
    findings === group.findings.length ? `all ${findings}:` : `${findings} of ${group.findings.length}:`,
  );
}

function belowTitle(found: FindingView, style: Style, io: Io): Printable[] {
  const { fix, more } = found;
  const affected = affectedOf(found);
  return [
    ...(affected === undefined ? [] : [style.faint(affected)]),
    ...(fix.command.words.length === 0
      ? []
      : [printed`${style.faint(fix.sufficient ? 'fix: ' : 'next:')} ${hintText(fix.command, io)}`]),
    ...(more === undefined ? [] : [style.faint(formatMore(more))]),
  ];
}

function formatRest(rest: readonly FindingView[], shown: number): string {
  const [group] = groupByCode(rest);
  const { failing = 0, namespaces = [] } = group ?? {};
  const pods = failing === 0 ? '' : `, ${plural(failing, 'pod')}`;
  const where = namespaces.length === 0 ? '' : ` in ${many(namespaces)}`;
  return `${shown === 0 ? rest.length : `and ${rest.length} more`}${where}${pods} (-v shows them)`;
}

/** How much was checked, and how much of it is wrong. */
function formatCounts({ findings, ignored, healthy, counts, unchecked }: ScopeReport, waiting: number): string {
  const [errors, warnings] = [countOf('error', findings), countOf('warning', findings)];
  const wrong = [...some(errors, 'error'), ...some(warnings, 'warning')].join(' and ');
  const left = formatIgnored(ignored);
  const { failingPods, troubledPods = 0, troubledWorkloads = 0 } = counts;
  const about = troubledPods + troubledWorkloads === 0 ? '' : ' with images and pull secrets';
  const nothing = `${healthy === null ? 'nothing wrong was seen' : 'nothing is wrong'}${about}`;
  const verdict = wrong || (left === '' ? nothing : 'nothing else is wrong');
  const bad = [
    ...(failingPods === 0 ? [] : [notPulling(failingPods, waiting)]),
    ...(troubledPods === 0
      ? []
      : [`${troubledPods} ${nounFor(troubledPods, 'is', 'are')} not ready for another reason`]),
  ];
  const failing = bad.length === 0 ? '' : ` (${bad.join(', ')})`;
  const stuck = troubledWorkloads === 0 ? '' : ` (${troubledWorkloads} cannot create pods)`;
  // A count of 0 is left out for kinds that may not be listed, because there may be some.
  const read = (count: number, name: string, kinds: readonly string[]): string[] =>
    count === 0 && kinds.some((kind) => unchecked.includes(`list ${kind}`)) ? [] : [plural(count, name)];
  const looked = [
    ...read(counts.pods, 'pod', ['pods']).map((pods) => pods + failing),
    ...read(counts.workloads, 'workload', WORKLOADS).map((workloads) => workloads + stuck),
    ...read(counts.serviceAccounts, 'service account', ['serviceaccounts']),
    ...read(counts.secrets, 'pull secret', ['secrets']),
    ...(counts.registries === 0 ? [] : [`${plural(counts.registries, 'registry', 'registries')} ${ASKED}`]),
  ];
  return `${verdict}${left}${looked.length === 0 ? '' : `: ${looked.join(', ')}`}`;
}

/** No registry is asked whether the image of a running pod still exists. */
const ASKED = 'asked about logins and new images';

const WORKLOADS = WORKLOAD_KINDS.map((kind) => pullKind(kind).plural);

function some(count: number, name: string): string[] {
  return count === 0 ? [] : [plural(count, name)];
}
