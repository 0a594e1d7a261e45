/** Runs a whole diagnosis in one call. */
import type { Observation, PullFacts } from '../../src/diagnosis/facts.ts';
import { judgeAll } from '../../src/diagnosis/puller-report.ts';
import { type DoctorReport, reportOf } from '../../src/diagnosis/report.ts';
import { finished } from '../../src/secret/steps.ts';

/** The doctor report on `gathered` with no other facts than `facts`. */
export function reportAt(gathered: Observation, facts: PullFacts, strict = false): DoctorReport {
  const judged = finished(judgeAll(gathered, facts));
  return finished(reportOf(gathered, { facts, judged }, strict));
}
