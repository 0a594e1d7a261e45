/** Work that is done in steps, all of them at once; and so a whole diagnosis. */
import type { Observed, PullFacts } from '../../src/domain/diagnosis/facts.ts';
import { judgeAll } from '../../src/domain/diagnosis/puller-report.ts';
import { type DoctorReport, reportOf } from '../../src/domain/diagnosis/report.ts';

/** What is computed in steps, so that a program hears Ctrl-C in between: all of them at once. */
export function finished<T>(steps: Generator<void, T>): T {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

/** What doctor reports of `gathered` when `facts` is all that is known. */
export function reportAt(gathered: Observed, facts: PullFacts): DoctorReport {
  const judged = finished(judgeAll(gathered, facts));
  return finished(reportOf(gathered, { facts, judged }, false));
}
