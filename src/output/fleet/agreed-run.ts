/** From a plan to its writes: the question before them, and what is said where they are cut short. */
import type { Intent } from '../../prompt.ts';
import type { ClusterRun } from '../printer.ts';

/** Whether it may be done; a person who says no is told what that means. */
export async function isAgreed({ agree, printer }: ClusterRun, intent: Intent): Promise<boolean> {
  if ((await agree?.(intent)) !== false) return true;
  printer.say('nothing was written');
  return false;
}

/** Does `work`. Where it ends early, what has failed by then is said, and on Ctrl-C what `progress` says is done. */
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
