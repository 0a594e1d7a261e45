/** Does the steps of a plan, many at a time. */

import { UserError } from '../errors.ts';
import { forEachLimit } from '../system/concurrency.ts';

/** A part of a plan: its steps may be done in any order, and at the same time. A later phase sees what came of an earlier one. */
export interface Phase<Step> {
  readonly steps: Iterable<Step> | AsyncIterable<Step>;
  /** How many steps are done at a time. */
  readonly width: number;
  /** Whether what `tell` gets waits for the steps before, so that it is reported in the order of the steps. */
  readonly isOrdered?: boolean;
  perform(step: Step, tell: Tell): Promise<void>;
  /** Is told what could not be done. All other steps are still done. */
  failed(step: Step, error: UserError, tell: Tell): void;
}

/** Makes a report, now or when it is its turn. */
export type Tell = (report: () => void) => void;

/** Throws what is no UserError, such as an interruption: no further step is begun then. */
export async function performPhase<Step>({ steps, width, isOrdered, perform, failed }: Phase<Step>): Promise<void> {
  const said: (() => void)[][] = [];
  let [begun, turn] = [0, 0];
  await forEachLimit(width, steps, async (step) => {
    const own: (() => void)[] = [];
    const index = begun;
    begun += 1;
    const tell: Tell = isOrdered ? (report) => void own.push(report) : (report) => report();
    try {
      await perform(step, tell);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      failed(step, error, tell);
    } finally {
      said[index] = own;
      for (; said[turn] !== undefined; turn += 1) {
        for (const report of said[turn] ?? []) report();
        said[turn] = [];
      }
    }
  });
}

/** `listener`, with everything that it is told passed through `tell`. */
export function listenerThrough<Listener extends object>(tell: Tell, listener: Listener): Listener {
  const methods = Object.entries(listener).map(([name, method]) => {
    return [name, (...told: readonly unknown[]) => tell(() => method(...told))] as const;
  });
  return Object.fromEntries(methods) as Listener;
}
