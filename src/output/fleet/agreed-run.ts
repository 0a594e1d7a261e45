/** The way from a plan to its writes: the question before them, and the report when they are cut short. */
import type { Intent } from '../../prompt.ts';
import type { ClusterRun } from '../printer.ts';

/** Whether the plan may be carried out. A user who says no is told that nothing was written. */
export async function isAgreed({ agree, printer }: ClusterRun, intent: Intent): Promise<boolean> {
  if ((await agree?.(intent)) !== false) return true;
  printer.say('nothing was written');
  return false;
}

/** Runs `work`. When it ends early, reports the failures so far, and on Ctrl-C also what `progress` says. */
export async function withReport(
  { io, printer }: ClusterRun,
  report: { flush(): void },
  progress: () => string,
  work: () => Promise<unknown>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    report.flush();
    if (io.signal.aborted) printer.warn(`interrupted: ${progress()}; run the same command again`);
    throw error;
  }
}
