/**
 * Prints the report on a namespace or a cluster: warnings, then errors, the worst last. So the end of a screen shows every cause
 * with its number of pods and its command, and a few lines on leftovers. Findings of one code are grouped, and a few of each are
 * shown.
 */

import { compareUtf8 } from '../../codec/go/utf8.ts';
import type { Counts } from '../../diagnosis/facts.ts';
import type { DoctorReport } from '../../diagnosis/report.ts';
import { type AffectedObject, type FindingView, placesWith } from '../../diagnosis/view.ts';
import { countOf, formatMore } from '../../findings/listed.ts';
import { formatIgnored } from '../../findings/selection.ts';
import { andThen, type Command, type Deed, type Word } from '../../line/command.ts';
import { lineOf } from '../../line/deed.ts';
import { hintText } from '../../output/printer.ts';
import { type Style, severityLabel, styleFor } from '../../output/style.ts';
import type { Io } from '../../system/io.ts';
import { many, nounFor, plural } from '../../text/enumerate.ts';
import { type Printable, printable, printableSentence, printed } from '../../text/printable.ts';
import { rfc3339 } from '../../text/time.ts';
import { pullKind, WORKLOAD_KINDS } from '../../workloads/kind.ts';
import { affectedOf } from './affected-objects.ts';
import { countsIn, type Grouping, type ReportSection, sectionsOf } from './report-sections.ts';

type ScopeReport = DoctorReport & { readonly counts: Counts };

/** How many findings of a code are shown: the first of these numbers whose lines fit. */
const SHOWN = { error: [10, 6, 4, 3, 2, 1], warning: [3, 2, 1], 'left over': [0] };

/** How many findings of a code are shown below each namespace. */
const FEW = 4;

/** The size of an ordinary terminal, without the lines at the end. */
const ROWS = 36;
const COLUMNS = 80;

interface ScopeLook {
  readonly verbose: boolean;
  readonly groupBy?: Grouping | undefined;
  /** Whether findings are only counted. */
  readonly summary?: boolean | undefined;
}

interface ScopeStyle extends ScopeLook {
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
  const asked = report.counts.registries === 0 ? '' : ` at ${rfc3339(io.clock.now())}`;
  const last = printable(formatCounts(report, waitingIn(groups)) + asked);
  if (options.summary === true) {
    const { summaryTable } = await import('./report-summary.ts');
    return [...headline(report, groups), ...summaryTable(report, io), last];
  }
  if (options.groupBy === 'namespace') {
    const sections = sectionsOf(report.findings, 'namespace').flatMap((section) => sectionLines(section, look));
    return [...headline(report, groups), ...sections, last];
  }
  return [...headline(report, groups), ...linesOf('warning'), ...linesOf('error'), ...linesOf('left over'), last];
}

/** A namespace with what is wrong in it. Without `verbose`, at most a few findings of a code. */
function sectionLines({ title, findings }: ReportSection, look: ScopeStyle): Printable[] {
  const limit = look.verbose ? Number.POSITIVE_INFINITY : FEW;
  const lines = groupByCode(findings)
    .reverse()
    .flatMap((group) => groupLines(group, limit, look));
  return [printable(`${title}: ${countsIn(findings)}`), ...lines.map((line) => printed`  ${line}`)];
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

function groupLines(group: CodeGroup, limit: number, { style, io }: ScopeStyle): Printable[] {
  const { severity, code, findings } = group;
  const label = severityLabel(severity, style);
  const [only, ...others] = findings;
  if (only !== undefined && others.length === 0) {
    const title = printed`${label} ${printableSentence(only.message)} ${style.faint(`[${code}]`)}`;
    return [title, ...belowTitle(only, style, io).map((line) => printed`  ${line}`)];
  }
  const shown = pickFrom(findings, limit);
  const rest = findings.filter((found) => !shown.includes(found));
  const shared = sharedCommand(findings);
  return [
    printed`${label} ${printableSentence(groupTitle(group))} ${style.faint(`[${code}]`)}`,
    ...shown.flatMap((found, index) => [
      // One image in many namespaces has the same message, which is printed once.
      ...(found.message === shown[index - 1]?.message ? [] : [printed`  ${printableSentence(found.message)}`]),
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
  const nothing = `${healthy === null ? 'nothing wrong was found' : 'nothing is wrong'}${about}`;
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
    ...(counts.registries === 0 ? [] : [`${plural(counts.registries, 'registry', 'registries')} checked`]),
  ];
  return `${verdict}${left}${looked.length === 0 ? '' : `: ${looked.join(', ')}`}`;
}

const WORKLOADS = WORKLOAD_KINDS.map((kind) => pullKind(kind).plural);

function some(count: number, name: string): string[] {
  return count === 0 ? [] : [plural(count, name)];
}

interface CodeGroup {
  readonly severity: FindingView['severity'];
  readonly code: FindingView['code'];
  /** Sorted by namespace. */
  readonly findings: readonly FindingView[];
  /** Each once, sorted. */
  readonly namespaces: readonly string[];
  readonly pods: number;
  /** How many pods cannot pull now because of these findings. */
  readonly failing: number;
}

/**
 * Groups the findings; the group with the most pods that cannot pull is the last. Findings whose fix is another kind of command
 * are apart, such as creating a Secret and attaching an existing one. Findings that keep no pod from pulling are apart from those
 * that do.
 */
function groupByCode(findings: readonly FindingView[]): CodeGroup[] {
  const groups = Map.groupBy(findings, (found) =>
    JSON.stringify([found.severity, found.code, found.fix.command.words.slice(0, 2), weightOf(found) > 0]),
  );
  return [...groups.values()]
    .map(groupOf)
    .sort(
      (one, other) =>
        one.failing - other.failing || one.pods - other.pods || one.findings.length - other.findings.length,
    );
}

function groupOf(findings: readonly FindingView[]): CodeGroup {
  const [{ severity, code }] = findings as readonly [FindingView];
  const objects = distinct(findings.flatMap((found) => found.objects ?? []));
  const sorted = findings.toSorted((one, other) => compareUtf8(namespaceOf(one), namespaceOf(other)));
  return {
    severity,
    code,
    findings: sorted,
    namespaces: [...new Set(findings.flatMap(placesWith))].sort(compareUtf8),
    pods: objects.reduce((sum, { pods }) => sum + pods, 0),
    failing: objects.reduce((sum, { failing }) => sum + failing, 0),
  };
}

/** How many pods only wait for their next attempt, and are in no other group. */
function waitingIn(groups: readonly CodeGroup[]): number {
  const failing = (isWaiting: boolean): AffectedObject[] =>
    distinct(
      groups
        .filter((group) => isWaitingGroup(group) === isWaiting)
        .flatMap(({ findings }) => findings.flatMap(({ objects = [] }) => objects)),
    ).filter((object) => object.failing > 0);
  const stuck = new Set(failing(false).map(nameOf));
  return failing(true).reduce((sum, object) => sum + (stuck.has(nameOf(object)) ? 0 : object.failing), 0);
}

/** Whether the pod can pull, but the kubelet has not tried again since. */
function isWaitingGroup({ code }: Pick<CodeGroup, 'code'>): boolean {
  return code === 'retry-pending';
}

function nameOf({ namespace, name }: AffectedObject): string {
  return `${namespace}/${name}`;
}

/** Merges the entries of one object, so that a pod that cannot pull two images counts once. */
function distinct(objects: readonly AffectedObject[]): AffectedObject[] {
  return [...Map.groupBy(objects, nameOf).values()].map((same) => ({
    ...(same[0] as AffectedObject),
    pods: Math.max(...same.map(({ pods }) => pods)),
    failing: Math.max(...same.map(({ failing }) => failing)),
  }));
}

/**
 * At most `limit` of `findings`, in their order. Each namespace gets one before any gets a second, so that a namespace with
 * thousands hides no other. Those with the most pods that cannot pull are preferred.
 */
function pickFrom(findings: readonly FindingView[], limit: number): FindingView[] {
  if (findings.length <= limit) return [...findings];
  const byWeight = findings.toSorted((one, other) => weightOf(other) - weightOf(one));
  const places = new Map<string, number>();
  const ranked = byWeight.map((found, index) => {
    const place = places.get(namespaceOf(found)) ?? 0;
    places.set(namespaceOf(found), place + 1);
    return { found, place, index };
  });
  const chosen = ranked.sort((one, other) => one.place - other.place || one.index - other.index).slice(0, limit);
  const shown = new Set(chosen.map(({ found }) => found));
  return findings.filter((found) => shown.has(found));
}

function weightOf({ objects = [] }: FindingView): number {
  return objects.reduce((sum, { failing }) => sum + failing, 0);
}

function namespaceOf({ object, objects }: FindingView): string {
  return object.namespace ?? objects?.[0]?.namespace ?? '';
}

interface SharedCommand {
  readonly command: Command;
  /** How many findings it is for. */
  readonly findings: number;
}

/** A line with more namespaces, or with more objects of one, is too long to read. */
const MAX_STEPS = 4;
const MAX_TARGETS = 8;

/**
 * Combines the commands of `findings`, which are of one code. Everything that is attached in a namespace becomes one command.
 * Commands that ask for a password are not chained: only the first would get it from stdin. Undefined when nothing is saved, or
 * the line would be too long to read.
 */
export function sharedCommand(findings: readonly FindingView[]): SharedCommand | undefined {
  const deeds = findings.flatMap(({ fix: { command } }) => deedOf(command) ?? []);
  if (deeds.length < Math.max(2, findings.length)) return undefined;
  const alike = [...Map.groupBy(deeds, (deed) => JSON.stringify({ ...deed, workloads: [] })).values()];
  const steps = alike.map(([deed, ...others]) => {
    if (deed?.do !== 'attach') return deed as Deed;
    return { ...deed, workloads: [...new Set([deed, ...others].flatMap(workloadsOf))] };
  });
  if (steps.length > MAX_STEPS || steps.some((deed) => workloadsOf(deed).length > MAX_TARGETS)) return undefined;
  const [first, ...others] = steps.map(lineOf);
  return first && { command: others.reduce<Command>(andThen, first), findings: findings.length };
}

function workloadsOf(deed: Deed): readonly Word[] {
  return ('workloads' in deed && deed.workloads) || [];
}

/** What can be done for all: attaching to a workload, or setting an image whose tag exists. `TAG` is one that is not known. */
function deedOf({ does, pipe, next }: Command): Deed | undefined {
  const isWhole = pipe === undefined && next === undefined;
  const isAttach = does?.do === 'attach' && does.workloads !== undefined;
  const isImage = does?.do === 'set image' && !does.image.endsWith(':TAG');
  return isWhole && (isAttach || isImage) ? does : undefined;
}
