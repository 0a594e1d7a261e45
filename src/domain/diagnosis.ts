/** From everything that was gathered and answered to the report. */
import { type DoctorReport, UNSEEN } from './doctor-report.ts';
import type { Finding } from './finding.ts';
import { groupFindings, type Seen } from './finding-groups.ts';
import type { Gathered } from './gathered.ts';
import type { PullFacts } from './pull-facts.ts';
import { type PullerReport, reportOn } from './pull-report.ts';
import { pullerView, secretView } from './pull-view.ts';
import { keyServer } from './question.ts';
import { scopeFindings } from './scope-findings.ts';
import { secretFindings } from './secret-findings.ts';
import { secretKey, UNUSED } from './usage.ts';

/** `facts` are those of `gathered`, with the answers of registries. With `strict` a warning is unhealthy, too. */
export function reportOf(gathered: Gathered, facts: PullFacts, strict: boolean): DoctorReport {
  const { pullers, secrets = [], unchecked, usage, scope } = gathered;
  const asked = facts.answers.size > 0;
  if (scope !== undefined) {
    const found = groupFindings(scopeFindings(gathered, facts), usage);
    const registries = new Set([...facts.answers.keys()].map(keyServer)).size;
    const counts = { ...scope.counts, registries };
    return { healthy: isHealthy(found, strict), asked, counts, findings: found, unchecked, unseen: UNSEEN };
  }
  const reports = pullers.map((puller) => reportOn(puller, facts));
  const others = [...gathered.findings, ...secrets.flatMap((id) => secretFindings(id, facts, usage))];
  const findings = groupFindings([...reports.flatMap(seenIn), ...others.map((found) => ({ found }))], usage);
  return {
    healthy: isHealthy(findings, strict),
    asked,
    pullers: reports.map((one) => pullerView(one, facts)),
    ...(secrets.length === 0
      ? {}
      : {
          secrets: secrets.map((id) => ({
            ...id,
            ...secretView(id.name, id.namespace, facts),
            ...(usage === undefined ? {} : { usedBy: usage.get(secretKey(id.namespace, id.name)) ?? UNUSED }),
          })),
        }),
    findings,
    unchecked,
    unseen: UNSEEN,
  };
}

function isHealthy(findings: readonly Finding[], strict: boolean): boolean {
  return !findings.some(({ severity }) => severity === 'error' || strict);
}

/** Causes first. */
function seenIn({ puller, judgements, notes }: PullerReport): Seen[] {
  const causes = judgements.flatMap(({ cause, fix }) => (cause === undefined ? [] : [{ found: cause, fix, puller }]));
  const others = [...judgements.flatMap((judgement) => judgement.notes), ...notes];
  return [...causes, ...others.map((found) => ({ found, puller }))];
}
