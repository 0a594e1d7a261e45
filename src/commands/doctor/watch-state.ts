/** The wait of `--watch` as a state machine: a look at the cluster and a time in; what to print, and the end, out. Pure. */
import type { Awaited } from '../../diagnosis/awaited.ts';
import type { DoctorReport } from '../../diagnosis/report.ts';
import type { FindingView, PullerView } from '../../diagnosis/view.ts';
import { Interrupted, type UserError } from '../../errors.ts';
import { describeObject } from '../../findings/finding-record.ts';
import { many, plural } from '../../text/enumerate.ts';
import { targetName } from '../../workloads/object-ref.ts';

/** Errors are tolerated for this long: a pod that is replaced, or an API server that restarts, is gone for a moment. */
const PATIENCE_MS = 30_000;

/** One look at the cluster. */
export interface Sight {
  readonly report: DoctorReport;
  readonly awaited: ReadonlyMap<string, Awaited>;
}

export interface Demands {
  /** Whether warnings count as errors. */
  readonly strict: boolean;
  /** Whether an outcome may stay unknown, because no registry is asked. */
  readonly offline: boolean;
  /** When the wait is over, in the milliseconds of the looks. */
  readonly until: number;
  /** The time limit as it was typed. */
  readonly timeout: string | undefined;
  /** Whether there may be several namespaces. */
  readonly isWide: boolean;
}

export interface Wait extends Demands {
  readonly last?: Condition;
  /** The condition whose report was printed last. */
  readonly printed?: Condition;
  /** Everything that was wrong so far. */
  readonly known: ReadonlySet<string>;
  readonly failingSince?: number | undefined;
}

/** How a wait ends: `worse` if an image is kept away by what did not do so before, `lost` if nothing can be read any more. */
export type WaitEnd = 'well' | 'worse' | 'timeout' | 'lost' | 'interrupted';

export interface WaitStep {
  readonly wait: Wait;
  /** Whether to print the report of the last look that succeeded. */
  readonly report: boolean;
  /** To print after it. */
  readonly lines: readonly string[];
  readonly end?: WaitEnd | undefined;
}

/** What a report amounts to. */
interface Condition {
  /** What keeps images away, as keys that are equal for the same problem. */
  readonly wrong: ReadonlySet<string>;
  /** The objects that are waited for. */
  readonly objects: readonly string[];
  /** What is waited for, to follow "waiting for". Empty once all is well. */
  readonly text: string;
  /** What is known of each problem and image. */
  readonly verdict: string;
  /** Whether it is about a whole namespace or more, which other people may break at any time. */
  readonly isScope: boolean;
}

export function beginWait(demands: Demands): Wait {
  return { ...demands, known: new Set() };
}

/** The step that follows what was `seen` at `now`. */
export function stepWait(wait: Wait, seen: Sight | UserError | Interrupted, now: number): WaitStep {
  if (seen instanceof Interrupted) return ended(wait, 'interrupted');
  if (seen instanceof Error) return missed(wait, seen, now);
  const { last, known } = wait;
  const is = conditionOf(seen, wait);
  const next = { ...wait, last: is, known: new Set([...known, ...is.wrong]), failingSince: undefined };
  if (is.text === '') return ended(next, 'well');
  if (now >= wait.until) return ended(next, 'timeout');
  if (last !== undefined && !is.isScope && isNew(is, known)) return ended(next, 'worse');
  // The report on single targets is short. Elsewhere, only something new needs its command.
  const report = last === undefined || (is.isScope ? isNew(is, last.wrong) : is.verdict !== last.verdict);
  return { wait: report ? { ...next, printed: is } : next, report, lines: linesOf(is, wait) };
}

function missed(wait: Wait, { message }: UserError, now: number): WaitStep {
  const failingSince = wait.failingSince ?? now;
  if (wait.last === undefined || now - failingSince > PATIENCE_MS) return ended(wait, 'lost');
  if (now >= wait.until) return ended(wait, 'timeout');
  const lines = wait.failingSince === undefined ? [`cannot check now: ${message}; trying again`] : [];
  return { wait: { ...wait, failingSince }, report: false, lines };
}

/** The last state stands at the end, unless it is what was printed last, or nobody knows any more whether it is true. */
function ended(wait: Wait, end: WaitEnd): WaitStep {
  const { last, printed, timeout } = wait;
  const lines = end === 'timeout' ? [`gave up after ${timeout} (--timeout)`] : [];
  const isPrinted = last?.verdict === printed?.verdict && last?.text === printed?.text;
  return { wait, report: !isPrinted && end !== 'lost', lines, end };
}

function isNew({ wrong }: Condition, before: ReadonlySet<string>): boolean {
  return [...wrong].some((one) => !before.has(one));
}

/** One line for each change. */
function linesOf({ text, objects }: Condition, { last, failingSince, timeout }: Wait): string[] {
  if (last === undefined) return [`waiting for ${text}${timeout === undefined ? '; Ctrl-C or --timeout ends it' : ''}`];
  const over = last.objects.filter((name) => !objects.includes(name));
  if (text === last.text && over.length === 0 && failingSince === undefined) return [];
  return [`waiting for ${text}${over.length === 0 ? '' : `; no longer for ${many(over)}`}`];
}

function conditionOf({ report, awaited }: Sight, demands: Demands): Condition {
  const { findings, pullers, counts, unchecked, ignored = [] } = report;
  const isScope = counts !== undefined;
  const errors = findings.filter(({ severity }) => severity === 'error' || demands.strict);
  const wrong = new Set(errors.flatMap((found) => keysOf(found, isScope)));
  const due = [...awaited].flatMap(([key, { failing, starting, toCome }]) => {
    // Failing pods are not awaited where findings are ignored: those may be why.
    const pods = starting + (ignored.length > 0 ? 0 : failing);
    const name = demands.isWide ? key : key.slice(key.indexOf('/') + 1);
    return pods + toCome === 0 ? [] : { name, isPod: /^[^/]*\/pod\//.test(key), pods, toCome };
  });
  // Without pods, neither nodes nor events matter.
  const isUnlisted = unchecked.some((right) => /^list (?!secrets|serviceaccounts)/.test(right));
  const isEmpty = isScope && counts.pods + counts.workloads === 0 && !isUnlisted;
  const parts = [
    ...(isEmpty ? ['pods or workloads'] : []),
    ...partOf(due, 'pods', 'pod').map((pods) => `${pods} to pull images`),
    ...partOf(due, 'toCome', 'new pod'),
    ...(pullers === undefined ? [] : outlook(pullers, due.length === 0, demands)),
    ...(errors.length === 0 ? [] : [`${plural(errors.length, 'problem')} to be fixed`]),
  ];
  const outcomes = (pullers ?? []).flatMap(({ object, images }) =>
    images.map(({ image, outcome }) => `${object.kind} ${image} ${outcome}`),
  );
  return {
    wrong,
    objects: due.map(({ name }) => name),
    text: parts.join(', '),
    verdict: [...new Set([...wrong, ...outcomes])].sort().join(),
    isScope,
  };
}

interface Due {
  readonly name: string;
  /** Whether it is a pod without a workload. */
  readonly isPod: boolean;
  readonly pods: number;
  readonly toCome: number;
}

/** `2 pods of deployment/web`, or only their number where they are of several objects. */
function partOf(due: readonly Due[], which: 'pods' | 'toCome', noun: string): string[] {
  const some = due.filter((one) => one[which] > 0);
  const [only] = some;
  if (only === undefined) return [];
  const count = plural(
    some.reduce((sum, one) => sum + one[which], 0),
    noun,
  );
  return [some.length > 1 ? count : only.isPod ? only.name : `${count} of ${only.name}`];
}

/** What keeps new pods of a single target from their images. An outcome may stay unknown where its pods have theirs. */
function outlook(pullers: readonly PullerView[], haveAll: boolean, { offline }: Demands): string[] {
  const fine = offline || (haveAll && pullers.some(isPod)) ? ['will pull', 'cannot know'] : ['will pull'];
  const closed = pullers.flatMap((puller) => {
    const image = isPod(puller) ? undefined : puller.images.find(({ outcome }) => !fine.includes(outcome));
    return image === undefined ? [] : `new pods of ${targetName(puller.object)} to be able to pull ${image.image}`;
  });
  return closed.slice(0, 1);
}

function isPod({ object }: PullerView): boolean {
  return object.kind === 'Pod';
}

/**
 * Keys that are equal for the same problem. In a scope, each workload that has it counts. A single pod may be replaced by one with
 * another name and the same problem, so its name does not count.
 */
function keysOf({ code, object, objects = [], arguments: about }: FindingView, isScope: boolean): string[] {
  if (isScope && objects.length > 0) return objects.map(({ namespace, name }) => `${code} ${namespace}/${name}`);
  const { image = '' } = about as { readonly image?: string };
  return [`${code} ${object.kind === 'Pod' ? 'a pod' : describeObject(object)} ${image}`];
}
