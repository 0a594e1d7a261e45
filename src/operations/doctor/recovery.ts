/** Sums up a report for `--watch`: whether everything works, what is awaited, and whether a new problem appeared. */
import type { Counts } from '../../domain/diagnosis/facts.ts';
import type { DoctorReport } from '../../domain/diagnosis/report.ts';
import type { FindingView, ImageView, PullerView } from '../../domain/diagnosis/view.ts';
import { describeObject } from '../../domain/findings/finding-record.ts';
import { plural } from '../../domain/text/enumerate.ts';
import { targetName } from '../../domain/workloads/object-ref.ts';

/** Whether warnings count as errors, and whether an outcome may stay unknown. */
export interface Demands {
  readonly strict: boolean;
  readonly offline: boolean;
}

/** What a report amounts to. Of two with the same `text`, only the first is shown. */
export interface Condition {
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
