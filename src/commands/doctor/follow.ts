/** `why --watch` and `doctor --watch`: looks again and again, for as long as the wait (`watch-state.ts`) goes on. */
import { ApiError, refusalOf } from '../../cluster/api-error.ts';
import { awaitedPods } from '../../diagnosis/awaited.ts';
import type { Answer } from '../../diagnosis/facts.ts';
import type { DoctorReport } from '../../diagnosis/report.ts';
import { Interrupted, UserError } from '../../errors.ts';
import { type Collector, createCollector, withCollector } from '../../gather/collector.ts';
import type { GatherOptions, TargetFacts } from '../../gather/doctor-facts.ts';
import type { Io } from '../../system/io.ts';
import {
  beginWait,
  type Demands,
  type Sight,
  stepWait,
  type Wait,
  type WaitEnd,
  type WaitStep,
} from './watch-state.ts';

/** Each look costs a handful of requests to the API server. */
const POLL_MS = 2000;
/** Each pause is at least this many times as long as the last look, because reading a whole cluster takes seconds. */
const REST = 4;
/** The answer of a registry is reused for this long. */
const ANSWER_MS = 60_000;

interface FollowSteps<Look> {
  observe(collector: Collector): Promise<TargetFacts>;
  /** Judges what was gathered. Asks registries only what is not in `answers`, and adds their answers to it. */
  judge(gathered: TargetFacts, answers: Map<string, Answer>, collector: Collector): Promise<Look>;
  /** Prints the report of `look`, if it is given, and then the lines. */
  show(look: Look | undefined, step: WaitStep): Promise<void>;
  /** Runs `work`, and shows a person meanwhile what is awaited. */
  waiting<T>(awaited: string, work: () => Promise<T>): Promise<T>;
}

/**
 * Shows the current state and each change, and returns the last look and how the wait ended. Throws UserError where the state can
 * no longer be read, and Interrupted.
 */
export function follow<Look extends { readonly report: DoctorReport }>(
  options: GatherOptions,
  demands: Demands,
  io: Io,
  steps: FollowSteps<Look>,
): Promise<{ readonly look: Look; readonly end: WaitEnd }> {
  const { clock, signal } = io;
  const answers = new Map<string, Answer>();
  return withCollector(options, io, async ({ transport }) => {
    let look: (Look & Sight) | undefined;
    let tookMs = 0;
    let failure: unknown;
    const see = async (): Promise<Look & Sight> => {
      const began = clock.monotonic();
      for (const [key, { at }] of answers) if (clock.now() - at > ANSWER_MS) answers.delete(key);
      const collector = createCollector(transport);
      const gathered = await steps.observe(collector);
      const [error] = gathered.errors;
      if (error !== undefined) throw error;
      const seen = { ...(await steps.judge(gathered, answers, collector)), awaited: awaitedPods(gathered) };
      tookMs = clock.monotonic() - began;
      return seen;
    };
    const next = async (wait: Wait): Promise<WaitStep> => {
      const pauseMs = Math.min(Math.max(POLL_MS, REST * tookMs), wait.until - clock.monotonic());
      try {
        if (wait.last !== undefined) await clock.pause(pauseMs, signal);
        look = await see();
        return stepWait(wait, look, clock.monotonic());
      } catch (error) {
        failure = error instanceof ApiError ? refusalOf(error) : error;
        if (!(failure instanceof UserError || failure instanceof Interrupted)) throw failure;
        return stepWait(wait, failure, clock.monotonic());
      }
    };
    /** The next step that has something to print. */
    const nextNews = async (before: WaitStep): Promise<WaitStep> => {
      let step = before;
      do step = await next(step.wait);
      while (!step.report && step.lines.length === 0 && step.end === undefined);
      return step;
    };
    let step = await next(beginWait(demands));
    for (;;) {
      await steps.show(step.report ? look : undefined, step);
      const { end, wait } = step;
      if (end === 'lost' || end === 'interrupted') throw failure;
      if (end !== undefined && look !== undefined) return { look, end };
      step = await steps.waiting(wait.last?.text ?? '', () => nextNews(step));
    }
  });
}
