/** From everything that was gathered and answered to the report. */
import type { Finding } from '../findings/finding.ts';
import { keyServer } from '../verify/question.ts';
import { secretKey, UNUSED, type Usage } from '../workloads/references.ts';
import type { Counts, Observed, PullFacts } from './facts.ts';
import { groupFindings, type Seen } from './groups.ts';
import { type Judged, type PullerReport, reportOn } from './puller-report.ts';
import { scopeFindings } from './scope-findings.ts';
import { secretFindings } from './secret-checks.ts';
import { type FindingView, type PullerView, pullerView, type SecretView, secretView } from './view.ts';

export interface Diagnosed {
  readonly facts: PullFacts;
  readonly judged: Judged;
}

/**
 * `facts` are those of `gathered`, with the answers of registries, and `judged` what follows from them. With `strict` a
 * warning is unhealthy, too. A step for each pod, template and Secret.
 */
export function* reportOf(
  gathered: Observed,
  { facts, judged }: Diagnosed,
  strict: boolean,
): Generator<void, DoctorReport> {
  const { pullers, secrets = [], unchecked, usage, scope } = gathered;
  const asked = facts.answers.size > 0;
  if (scope !== undefined) {
    const unread = gathered.findings.map((found) => ({ found }));
    const found = yield* groupFindings([...(yield* scopeFindings(gathered, facts, judged)), ...unread], usage);
    const registries = new Set([...facts.answers.keys()].map(keyServer)).size;
    const counts = { ...scope.counts, registries };
    return { healthy: isHealthy(found, strict), asked, counts, findings: found, unchecked, unseen: UNSEEN };
  }
  const reports: PullerReport[] = [];
  for (const puller of pullers) {
    reports.push(reportOn(puller, facts, judged.get(puller)));
    yield;
  }
  const others = [...gathered.findings, ...secrets.flatMap((id) => secretFindings(id, facts, usage))];
  const findings = yield* groupFindings([...reports.flatMap(seenIn), ...others.map((found) => ({ found }))], usage);
  return {
    healthy: isHealthy(findings, strict),
    asked,
    pullers: reports.map((one) => pullerView(one, facts)),
    secrets:
      secrets.length === 0
        ? undefined
        : secrets.map((id) => ({
            ...id,
            ...secretView(id.name, id.namespace, facts),
            usedBy: usage && (usage.get(secretKey(id.namespace, id.name)) ?? UNUSED),
          })),
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

export interface DoctorReport {
  /** Whether nothing is wrong, as the exit code says it. */
  readonly healthy: boolean;
  /** Whether registries were asked. */
  readonly asked: boolean;
  /** Left out where many objects were looked at: what is wrong with them is among the findings. */
  readonly pullers?: readonly PullerView[] | undefined;
  /** Secrets that were asked about themselves. */
  readonly secrets?: readonly SecretReport[] | undefined;
  /** How much was looked at, where it was much. */
  readonly counts?: Counts | undefined;
  /** How much was looked at with `-f`. */
  readonly manifests?: { readonly files: number; readonly objects: number };
  /** Everything that is wrong, errors first. */
  readonly findings: readonly FindingView[];
  /** Rights that were missing, such as `get secrets`. */
  readonly unchecked: readonly string[];
  /** What nobody can see from here. */
  readonly unseen: readonly string[];
}

export interface SecretReport extends SecretView {
  readonly namespace: string;
  /** Left out where nobody looked. */
  readonly usedBy?: Usage | undefined;
}

/** kubelet.md E.6: where credentials and images come from, too. */
export const UNSEEN: readonly string[] = [
  'credentials that nodes have themselves',
  'credential provider plugins',
  'registry mirrors of nodes',
];
