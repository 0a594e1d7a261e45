/** Builds the report from the gathered objects and the answers of registries. */

import type { Finding } from '../findings/finding.ts';
import { describeObject } from '../findings/finding-record.ts';
import type { IgnoredFindings } from '../findings/selection.ts';
import { words } from '../line/command.ts';
import { many, plural } from '../text/enumerate.ts';
import { keyServer } from '../verify/question.ts';
import { targetName } from '../workloads/object-ref.ts';
import { type SecretName, secretKey, secretName, UNUSED, type Usage } from '../workloads/references.ts';
import {
  type Counts,
  formatScope,
  isInScope,
  type Observation,
  type Puller,
  type PullFacts,
  type Scope,
} from './facts.ts';
import { groupFindings, type Occurrence } from './groups.ts';
import { objectOf } from './image-pull.ts';
import { isAwaited, type Judgement, silentRegistry } from './judgement.ts';
import { type Judgements, type PullerReport, reportOn } from './puller-report.ts';
import { scopeFindings } from './scope-findings.ts';
import { askedSecrets, idleLogins, secretFindings, unaskedServers } from './secret-checks.ts';
import { type FindingView, type PullerView, pullerView, type SecretView, secretView } from './view.ts';

export interface Conclusion {
  readonly facts: PullFacts;
  readonly judged: Judgements;
  /** How many questions no registry was asked, because the time was up. */
  readonly unasked?: number | undefined;
}

/**
 * The report on `gathered`. `diagnosed` has its facts with the answers of registries, and the judgements on them. With `strict`,
 * a warning is unhealthy as well. Yields after each pod, template and Secret.
 */
export function* reportOf(
  gathered: Observation,
  diagnosed: Conclusion,
  strict: boolean,
): Generator<void, DoctorReport> {
  const { pullers, secrets = [], unchecked, usage, scope, ending = [] } = gathered;
  const { facts, judged } = diagnosed;
  const asked = facts.answers.size > 0;
  if (scope !== undefined) {
    const unread = gathered.findings.map((found) => ({ found }));
    const seen = [...(yield* scopeFindings(gathered, facts, judged)), ...unread];
    const grouped = yield* groupFindings(seen, usage, facts.secrets);
    const found = grouped.map((one) => unlessEnding(one, ending));
    const registries = new Set([...facts.answers.keys()].map(keyServer)).size;
    const counts = { ...scope.counts, registries };
    const said = new Set(found.map(({ object }) => secretKey(object.namespace ?? '', object.name)));
    const idle = idleLogins(gathered, facts, said);
    // Without pods and workloads, the unused logins are all that could be judged.
    const isBare = counts.pods + counts.workloads === 0;
    const rest = [...unjudgedOf(found, gathered, diagnosed, strict), ...(isBare ? idle : [])];
    const unseen = [...unseenOf(facts, scope), ...(isBare ? [] : idle)];
    const healthy = isHealthy(found, strict) && (rest.length === 0 || null);
    return {
      healthy,
      asked,
      counts,
      ending: endingOf(found, ending),
      findings: found,
      unchecked,
      unjudged: rest,
      unseen,
    };
  }
  const reports: PullerReport[] = [];
  for (const puller of pullers) {
    reports.push(
      reportOn(
        puller,
        facts,
        judged.get(puller)?.map((one) => asPodsTell(withoutAsked(one, pullers), judged)),
      ),
    );
    yield;
  }
  const others = [...gathered.findings, ...secrets.flatMap((id) => secretFindings(id, facts, usage))];
  const seen = [...reports.flatMap(seenIn), ...others.map((found) => ({ found }))];
  const grouped = yield* groupFindings(seen, usage, facts.secrets);
  const findings = grouped.map((one) => unlessEnding(one, ending));
  const unjudged = unjudgedOf(findings, gathered, diagnosed, strict);
  return {
    healthy: isHealthy(findings, strict) && (unjudged.length === 0 || null),
    asked,
    ending: endingOf(findings, ending),
    pullers: reports.map((one) => withoutFixes(pullerView(one, facts), ending)),
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
    unjudged,
    unseen: unseenOf(facts),
  };
}

const NOTHING = { command: words``, sufficient: false } as const;

/** Drops the proposal to run `why` on the workload of an outdated pod, when this report covers the workload as well. */
function withoutAsked(judgement: Judgement, pullers: readonly Puller[]): Judgement {
  const { cause, puller } = judgement;
  if (cause?.code !== 'outdated-pod' || !cause.arguments.newFails) return judgement;
  const { remedy } = cause.arguments;
  const maker = remedy.how === 'template' ? targetName(remedy.target) : undefined;
  const isAsked = pullers.some(({ ref }) => ref.namespace === puller.ref.namespace && targetName(ref) === maker);
  return isAsked ? { ...judgement, fix: NOTHING } : judgement;
}

/** A template that can be pulled from here cannot be pulled where its pods are, if their kubelet reports what no login heals. */
function asPodsTell(judgement: Judgement, judged: Judgements): Judgement {
  const { puller, use, outcome } = judgement;
  if (puller.pod !== undefined || outcome !== 'will pull') return judgement;
  const isOwn = ({ ref, pod }: Puller): boolean =>
    ref.namespace === puller.ref.namespace && pod?.template?.name === targetName(puller.ref);
  const told = [...judged]
    .flatMap(([pod, of]) => (isOwn(pod) ? of : []))
    .find((one) => one.use.image === use.image && TOLD.includes(one.cause?.code));
  return told === undefined ? judgement : { ...judgement, outcome: told.outcome, cause: told.cause, fix: told.fix };
}

const TOLD: readonly (Finding['code'] | undefined)[] = ['wrong-platform', 'node-cannot-reach'];

/** `found`, without its command if its namespace is being deleted: the API server would refuse the command. */
function unlessEnding<View extends FindingView>(found: View, ending: readonly string[]): View {
  return ending.includes(found.object.namespace ?? '') ? { ...found, fix: NOTHING } : found;
}

function withoutFixes(view: PullerView, ending: readonly string[]): PullerView {
  const images = view.images.map((image) => ({ ...image, cause: image.cause && unlessEnding(image.cause, ending) }));
  return { ...view, images };
}

/** The namespaces to mention beside `found`. */
function endingOf(found: readonly FindingView[], ending: readonly string[]): readonly string[] | undefined {
  return found.length > 0 && ending.length > 0 ? ending : undefined;
}

/** What nobody can see from here, and the sources of copies that may not be read: a copy may differ from its source. */
function unseenOf({ secrets }: PullFacts, scope?: Scope): string[] {
  const sources = new Set(
    [...secrets].flatMap(([key, state]) =>
      isInScope(scope, secretName(key).namespace) && state.status === 'there' && state.copyOf?.state === 'not readable'
        ? [secretKey(state.copyOf.namespace, state.copyOf.name)]
        : [],
    ),
  );
  return [...UNSEEN, ...(sources.size === 0 ? [] : [`the sources of copies (${many([...sources])})`])];
}

/** Everything that could not be judged, each once. */
function unjudgedOf(
  findings: readonly Finding[],
  gathered: Observation,
  { facts, judged, unasked = 0 }: Conclusion,
  strict: boolean,
): string[] {
  const images = [...judged.values()].flatMap((judgements) => judgements.flatMap((judgement) => judgement.unjudged));
  const secrets = findings.filter(({ object }) => object.kind === 'Secret').flatMap(silentRegistry);
  const late = unasked === 0 ? [] : [`${plural(unasked, 'question')} to registries (no time left)`];
  const servers = askedSecrets(gathered).flatMap((id) => unaskedServers(id, facts));
  // The pod may pull with another login. What is wrong with an unread Secret is then a warning, which counts only with `strict`.
  const listed = strict ? [...judged].flatMap(unreadBy) : [];
  const unread = [...listed, ...(gathered.secrets ?? [])].flatMap((id) => unreadSecret(id, facts));
  return [
    ...new Set([...images, ...awaited(judged), ...secrets, ...servers, ...late, ...unlisted(gathered), ...unread]),
  ];
}

/** The Secrets in the list of a puller that may not be read. */
function unreadBy([{ ref }, judgements]: [Puller, readonly Judgement[]]): SecretName[] {
  const names = judgements.flatMap(({ attempt }) => attempt.forbidden);
  return names.map((name) => ({ namespace: ref.namespace, name }));
}

function awaited(judged: Judgements): string[] {
  const waiting = [...judged].flatMap(([puller, judgements]) => (judgements.some(isAwaited) ? [puller] : []));
  const makers = waiting.filter(({ pod }) => pod === undefined).length;
  const pods = waiting.reduce((sum, { pod, count }) => (pod === undefined ? sum : sum + count), 0);
  const ofPods =
    pods === 1 ? '1 pod that has not pulled its images yet' : `${pods} pods that have not pulled their images yet`;
  return [
    ...(pods === 0 ? [] : [ofPods]),
    ...(makers === 0
      ? []
      : [`${plural(makers, 'workload')} whose images no pod has pulled yet with the current pull secrets`]),
  ];
}

/** The kinds that may not be listed in the scope, or the workloads whose pods may not be listed. */
function unlisted({ pullers, unchecked, scope }: Observation): string[] {
  if (scope === undefined) {
    return pullers.flatMap(({ ref, podsUnread }) => (podsUnread ? [`pods of ${describeObject(objectOf(ref))}`] : []));
  }
  // Nodes and events only add detail.
  return unchecked.flatMap((right) => {
    const kind = /^list (?!nodes|events)(.*)$/.exec(right)?.[1];
    return kind === undefined ? [] : [`${kind} in ${formatScope(scope)}`];
  });
}

function unreadSecret(id: SecretName, { secrets }: PullFacts): string[] {
  const state = secrets.get(secretKey(id.namespace, id.name));
  return state?.status === 'forbidden' ? [describeObject({ kind: 'Secret', ...id })] : [];
}

/** Whether there is no error, and with `strict` no warning either. */
export function isHealthy(findings: readonly Pick<Finding, 'severity'>[], strict: boolean): boolean {
  return !findings.some(({ severity }) => severity === 'error' || strict);
}

/** The findings of one report, causes first. */
function seenIn({ puller, judgements, notes }: PullerReport): Occurrence[] {
  const causes = judgements.flatMap(({ cause, fix }) => (cause === undefined ? [] : [{ found: cause, fix, puller }]));
  const others = [...judgements.flatMap((judgement) => judgement.notes), ...notes];
  return [...causes, ...others.map((found) => ({ found, puller }))];
}

export interface DoctorReport {
  /**
   * Whether nothing is wrong. Ignored findings count here, but not for the exit code. Null when nothing wrong was seen, but not
   * everything could be seen.
   */
  readonly healthy: boolean | null;
  /** Whether registries were asked. */
  readonly asked: boolean;
  /** Left out when many objects were examined: `findings` has what is wrong with them. */
  readonly pullers?: readonly PullerView[] | undefined;
  /** Secrets that were named, and those of a named service account. */
  readonly secrets?: readonly SecretReport[] | undefined;
  /** Namespaces that are being deleted, whose findings have no command. Left out if there are none. */
  readonly ending?: readonly string[] | undefined;
  /** How much was examined in a namespace or cluster. */
  readonly counts?: Counts | undefined;
  /** How much was examined with `-f`. */
  readonly manifests?: {
    readonly files: number;
    readonly objects: number;
    readonly unjudged?: number | undefined;
    readonly unfilled?: readonly string[] | undefined;
    readonly unfilledSecrets?: readonly string[] | undefined;
    readonly withoutLogin: readonly string[];
  };
  /** Everything that is wrong, errors first. */
  readonly findings: readonly FindingView[];
  /** Findings that `--errors`, `--only` or `--ignore` leave out. Not set without such a flag. */
  readonly ignored?: readonly IgnoredFindings[] | undefined;
  /** Why some of the targets could not be examined. Left out if all were. */
  readonly errors?: readonly { readonly message: string; readonly hint?: string }[] | undefined;
  /** Rights that were missing, such as `get secrets`. */
  readonly unchecked: readonly string[];
  /** What could not be judged. */
  readonly unjudged?: readonly string[] | undefined;
  /** What nobody can see from here. */
  readonly unseen: readonly string[];
}

export interface SecretReport extends SecretView {
  readonly namespace: string;
  /** Left out when the references to Secrets were not read. */
  readonly usedBy?: Usage | undefined;
}

/** kubelet.md E.6: other sources of credentials and images. */
export const UNSEEN: readonly string[] = [
  'logins that nodes have themselves',
  'credential provider plugins',
  'registry mirrors of nodes',
  'the platforms of images',
];
