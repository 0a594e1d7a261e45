/** `why --watch` and `doctor --watch`: examines the targets repeatedly until everything works or a new problem appears. */
import { ApiError, refusalOf } from '../../cluster/api-error.ts';
import { parseDuration } from '../../codec/go/duration.ts';
import type { Answer, Counts } from '../../diagnosis/facts.ts';
import type { DoctorReport } from '../../diagnosis/report.ts';
import type { FindingView, ImageView, PullerView } from '../../diagnosis/view.ts';
import { UserError } from '../../errors.ts';
import { describeObject } from '../../findings/finding-record.ts';
import { type Collector, createCollector, withCollector } from '../../gather/collector.ts';
import type { GatherOptions, TargetFacts } from '../../gather/doctor-facts.ts';
import type { Io } from '../../system/io.ts';
import { plural } from '../../text/enumerate.ts';
import { targetName } from '../../workloads/object-ref.ts';

/** Each look costs a handful of requests to the API server. */
const POLL_MS = 2000;
/** Each pause is at least this many times as long as the last look, because reading a whole cluster takes seconds. */
const REST = 4;
/** The answer of a registry is reused for this long. */
const ANSWER_MS = 60_000;
/** Errors are tolerated for this long: a pod that is replaced, or an API server that restarts, is gone for a moment. */
const PATIENCE_MS = 30_000;

interface FollowSteps<Look extends { readonly report: DoctorReport }> {
  observe(collector: Collector): Promise<TargetFacts>;
  /** Judges what was gathered. Asks registries only what is not in `answers`, and adds their answers to it. */
  judge(gathered: TargetFacts, answers: Map<string, Answer>, collector: Collector): Promise<Look>;
  show(look: Look): Promise<void>;
  /** Runs `work`, and shows a person meanwhile what is awaited. */
  waiting<T>(awaited: string, work: () => Promise<T>): Promise<T>;
}

/**
 * Shows the current state and each change, and returns the last look. Ends when everything works, when something keeps an image
 * of the targets away that did not before, or when `timeout` has passed. New problems in a whole namespace do not end it, because
 * other people may cause them at any time. Throws UserError where the state can no longer be read, and Interrupted.
 */
export function follow<Look extends { readonly report: DoctorReport }>(
  options: GatherOptions & { readonly strict?: boolean | undefined; readonly timeout?: string | undefined },
  io: Io,
  steps: FollowSteps<Look>,
): Promise<FollowState<Look>> {
  const { strict = false, offline = false, timeout = '' } = options;
  const end = io.clock.monotonic() + (parseDuration(timeout) ?? Number.POSITIVE_INFINITY);
  const answers = new Map<string, Answer>();
  return withCollector(options, io, async ({ transport }) => {
    const look = async (): Promise<FollowState<Look>> => {
      const began = io.clock.monotonic();
      for (const [key, { at }] of answers) if (io.clock.now() - at > ANSWER_MS) answers.delete(key);
      const collector = createCollector(transport);
      const gathered = await steps.observe(collector);
      const [error] = gathered.errors;
      if (error !== undefined) throw error;
      const seen = await steps.judge(gathered, answers, collector);
      const condition = conditionOf(seen.report, { strict, offline });
      return { seen, condition, tookMs: io.clock.monotonic() - began };
    };
    let last = await look();
    await steps.show(last.seen);
    while (!last.condition.isWell) {
      const { condition } = last;
      const next = await steps.waiting(condition.awaited, () => nextLook(look, last, end, io));
      if (next === undefined) return last;
      await steps.show(next.seen);
      if (next.seen.report.counts === undefined && isNewTrouble(condition, next.condition)) return next;
      last = next;
    }
    return last;
  });
}

interface FollowState<Look> {
  readonly seen: Look;
  readonly condition: Condition;
  /** How long the look took, in milliseconds. */
  readonly tookMs: number;
}

/** Returns the first look that differs from `before`, or undefined where none does by `end`. */
async function nextLook<Look>(
  look: () => Promise<FollowState<Look>>,
  before: FollowState<Look>,
  end: number,
  { clock, signal }: Io,
): Promise<FollowState<Look> | undefined> {
  let failingSince: number | undefined;
  let { tookMs } = before;
  for (;;) {
    const left = end - clock.monotonic();
    if (left <= 0) return undefined;
    await clock.pause(Math.min(Math.max(POLL_MS, REST * tookMs), left), signal);
    try {
      const now = await look();
      tookMs = now.tookMs;
      if (now.condition.isWell || now.condition.text !== before.condition.text) return now;
      failingSince = undefined;
    } catch (error) {
      const refusal = error instanceof ApiError ? refusalOf(error) : error;
      if (!(refusal instanceof UserError)) throw error;
      failingSince ??= clock.monotonic();
      if (clock.monotonic() - failingSince > PATIENCE_MS) throw refusal;
    }
  }
}

/** Whether warnings count as errors, and whether an outcome may stay unknown. */
interface Demands {
  readonly strict: boolean;
  readonly offline: boolean;
}

/** What a report amounts to. Of two with the same `text`, only the first is shown. */
interface Condition {
  /** Every pod has its images, and every new one can pull them. */
  readonly isWell: boolean;
  /** What keeps images away, as keys that are equal for the same problem. */
  readonly wrong: ReadonlySet<string>;
  /** Equal for reports that say the same. */
  readonly text: string;
  /** What is being waited for, to follow "waiting for". */
  readonly awaited: string;
}

/** The condition of `report`, to compare with the next look. */
export function conditionOf(report: DoctorReport, demands: Demands): Condition {
  const { findings, counts, pullers = [], secrets = [] } = report;
  const wrong = new Set(
    findings.filter(({ severity }) => severity === 'error' || demands.strict).map((found) => identityOf(found)),
  );
  if (counts !== undefined) return conditionOfAll(report, counts, wrong);
  const images = pullers.flatMap((puller) => puller.images.map((image) => ({ puller, image })));
  const podsRun = pullers.some(isPod) && pullers.filter(isPod).every((pod) => pod.images.every(hasImage));
  const missing = images.filter(({ puller, image }) => !isFine(puller, image, demands.offline || podsRun));
  const [next] = missing;
  const [secret] = secrets;
  const outcomes = images.map(({ puller, image }) => `${puller.object.kind} ${image.image} ${image.outcome}`);
  return {
    isWell: wrong.size === 0 && missing.length === 0,
    wrong,
    text: JSON.stringify([[...wrong].sort(), [...new Set(outcomes)].sort()]),
    awaited: next === undefined ? (secret?.name ?? 'the cluster') : awaitedText(next.puller, next.image),
  };
}

/** The condition of a namespace or of the cluster. Failing pods are not awaited where findings are ignored: those may be why. */
function conditionOfAll(
  { ignored = [] }: DoctorReport,
  { failingPods }: Counts,
  wrong: ReadonlySet<string>,
): Condition {
  const waiting = ignored.length === 0 ? failingPods : 0;
  const isWell = wrong.size === 0 && waiting === 0;
  const awaited = failingPods > 0 ? `${plural(failingPods, 'pod')} to pull` : 'what is wrong to be fixed';
  return { isWell, wrong, text: JSON.stringify([[...wrong].sort(), waiting > 0]), awaited };
}

/** Whether something keeps an image away in `now` that did not do so `before`. */
export function isNewTrouble(before: Condition, now: Condition): boolean {
  return [...now.wrong].some((one) => !before.wrong.has(one));
}

/** A pod is replaced by one with another name and the same problem, so the name does not count. */
function identityOf(found: FindingView): string {
  const { image = '' } = found.arguments as { readonly image?: string };
  return `${found.code} ${found.object.kind === 'Pod' ? 'a pod' : describeObject(found.object)} ${image}`;
}

function isPod({ object }: PullerView): boolean {
  return object.kind === 'Pod';
}

function hasImage({ state }: ImageView): boolean {
  return state === 'there' || state === 'not used';
}

function isFine(puller: PullerView, image: ImageView, mayBeUnknown: boolean): boolean {
  if (isPod(puller)) return puller.state === 'done' || hasImage(image);
  return image.outcome === 'will pull' || (mayBeUnknown && image.outcome === 'cannot know');
}

function awaitedText(puller: PullerView, { image }: ImageView): string {
  const name = targetName(puller.object);
  return isPod(puller) ? `${name} to pull ${image}` : `new pods of ${name} to be able to pull ${image}`;
}
