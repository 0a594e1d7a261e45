/** A whole diagnosis at once. */
import type { Observed, PullFacts } from '../../src/domain/diagnosis/facts.ts';
import { judgeAll } from '../../src/domain/diagnosis/puller-report.ts';
import { type DoctorReport, reportOf } from '../../src/domain/diagnosis/report.ts';
import { finished } from '../../src/domain/keyring/steps.ts';

/** What doctor reports of `gathered` when `facts` is all that is known. */
export function reportAt(gathered: Observed, facts: PullFacts, strict = false): DoctorReport {
  const judged = finished(judgeAll(gathered, facts));
  return finished(reportOf(gathered, { facts, judged }, strict));
}
