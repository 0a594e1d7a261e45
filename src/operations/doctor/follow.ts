/** `why --watch` and `doctor --watch`: look again and again, until everything is well or something else is wrong. */
import { ApiError, refusalOf } from '../../cluster/client/api-error.ts';
import { pause } from '../../concurrency.ts';
import type { Answer } from '../../domain/diagnosis/facts.ts';
import type { DoctorReport } from '../../domain/diagnosis/report.ts';
import { parseDuration } from '../../domain/go/duration.ts';
import { UserError } from '../../errors.ts';
import type { Io } from '../../io.ts';
import { type Collector, createCollector, withCollector } from './collector.ts';
import type { GatherOptions, ObservedTargets } from './gather.ts';
import { type Condition, conditionOf, isNewTrouble } from './recovery.ts';

/** A handful of requests to the API server each time. */
const POLL_MS = 2000;
/** A cluster takes seconds to look at, and shall not be looked at most of the time. */
const REST = 4;
/** A registry is not asked the same question more often. */
const ANSWER_MS = 60_000;
/** A pod that is being replaced is gone for a moment, and so is an API server that restarts. */
const PATIENCE_MS = 30_000;

export interface FollowSteps<Look extends { readonly report: DoctorReport }> {
  observe(collector: Collector): Promise<ObservedTargets>;
  /** What follows from what was gathered. Registries are asked what is not among `answers`, which get what they say. */
  judge(gathered: ObservedTargets, answers: Map<string, Answer>): Promise<Look>;
  show(look: Look): Promise<void>;
  /** Does `work`, and tells a person meanwhile what is being waited for. */
  waiting<T>(awaited: string, work: () => Promise<T>): Promise<T>;
}

/**
 * Shows what there is now, and each change, and returns the last: everything is well then, or something keeps an image away of the
 * targets that did not do so before, or `timeout` has passed. In a namespace, others may break something at any time, which ends nothing.
 * Throws UserError where that can no longer be told, and Interrupted.
 */
export function follow<Look extends { readonly report: DoctorReport }>(
  options: GatherOptions & { readonly strict?: boolean | undefined; readonly timeout?: string | undefined },
  io: Io,
  steps: FollowSteps<Look>,
): Promise<Stand<Look>> {
  const { strict = false, offline = false, timeout = '' } = options;
  const end = performance.now() + (parseDuration(timeout) ?? Number.POSITIVE_INFINITY);
  const answers = new Map<string, Answer>();
  return withCollector(options, io, async ({ transport }) => {
    const look = async (): Promise<Stand<Look>> => {
      const began = performance.now();
      for (const [key, { at }] of answers) if (Date.now() - at > ANSWER_MS) answers.delete(key);
      const gathered = await steps.observe(createCollector(transport));
      const [error] = gathered.errors;
      if (error !== undefined) throw error;
      const seen = await steps.judge(gathered, answers);
      const condition = conditionOf(seen.report, { strict, offline });
      return { seen, condition, tookMs: performance.now() - began };
    };
    let last = await look();
    await steps.show(last.seen);
    while (!last.condition.isWell) {
      const { condition } = last;
      const next = await steps.waiting(condition.awaited, () => nextLook(look, last, end, io.signal));
      if (next === undefined) return last;
      await steps.show(next.seen);
      if (next.seen.report.counts === undefined && isNewTrouble(condition, next.condition)) return next;
      last = next;
    }
    return last;
  });
}

export interface Stand<Look> {
  readonly seen: Look;
  readonly condition: Condition;
  /** How long it took to see it, in milliseconds. */
  readonly tookMs: number;
}

/** The first that differs from `before`; undefined where there is none until `end`. */
async function nextLook<Look>(
  look: () => Promise<Stand<Look>>,
  before: Stand<Look>,
  end: number,
  signal: AbortSignal,
): Promise<Stand<Look> | undefined> {
  let failingSince: number | undefined;
  let { tookMs } = before;
  for (;;) {
    const left = end - performance.now();
    if (left <= 0) return undefined;
    await pause(Math.min(Math.max(POLL_MS, REST * tookMs), left), signal);
    try {
      const now = await look();
      tookMs = now.tookMs;
      if (now.condition.isWell || now.condition.text !== before.condition.text) return now;
      failingSince = undefined;
    } catch (error) {
      const refusal = error instanceof ApiError ? refusalOf(error) : error;
      if (!(refusal instanceof UserError)) throw error;
      failingSince ??= performance.now();
      if (performance.now() - failingSince > PATIENCE_MS) throw refusal;
    }
  }
}
