/** The data that doctor and why print: each puller with its Secrets and images, and the findings in words. */

import { type Finding, type Fix, formatFinding, kubeletAgrees, proposedFix } from '../findings/finding.ts';
import type { Restart } from '../findings/node-restart.ts';
import { stepsIn } from '../line/command.ts';
import type { ContentEntry } from '../secret/contents.ts';
import type { CopyOrigin } from '../secret/copy.ts';
import { type ShownServer, shownServer } from '../secret/display-server.ts';
import { rfc3339 } from '../text/time.ts';
import type { Verdict } from '../verify/verdict.ts';
import type { ImageState, ImageUse } from '../workloads/container-images.ts';
import type { ManifestRef } from '../workloads/object-ref.ts';
import type { PullError } from '../workloads/pull-error.ts';
import { type SecretName, secretKey } from '../workloads/references.ts';
import type { Candidate } from './attempt.ts';
import { effectiveList, type ListOrigin } from './effective-list.ts';
import { type Addition, type Answer, changedAt, type PodEvent, type PullFacts, secretIn } from './facts.ts';
import { lastFailure } from './image-pull.ts';
import { type Judgement, type Outcome, proposedLogins } from './judgement.ts';
import { restartOf } from './present-image.ts';
import type { PullerReport } from './puller-report.ts';
import { loginAnswer } from './secret-checks.ts';

/** A finding with its sentence and its command. */
export type FindingView = Finding & {
  readonly message: string;
  readonly fix: Fix;
  /** Set when the finding affects more than the one object that its sentence names. */
  readonly affects?: Impact | undefined;
  /** All workloads and bare pods that have the finding. Left out for a finding about Secrets alone. */
  readonly objects?: readonly AffectedObject[] | undefined;
  /** How many more findings like this one the same Secret has. They are not listed. */
  readonly more?: number | undefined;
  /** All Secrets that have the finding, if one change heals several: one login, or the content of one source. */
  readonly secrets?: readonly SecretName[] | undefined;
};

export interface Impact {
  /** 0 when the examples are Secrets, whether or not pods use them. */
  readonly pods: number;
  /** The first names: workloads such as `deployment/web`, pods without one, service accounts, or Secrets. */
  readonly examples: readonly string[];
  /** How many more names there are. */
  readonly others: number;
  /** All affected namespaces. Left out when there is only one. */
  readonly namespaces?: readonly string[] | undefined;
}

/** The pods of one workload, or one pod without a workload. */
export interface AffectedObject {
  readonly namespace: string;
  /** `deployment/web`, or `pod/web` for a pod without a workload. */
  readonly name: string;
  /** How many pods it has. */
  readonly pods: number;
  /** How many of those cannot pull now. */
  readonly failing: number;
}

/** The namespaces of everything that has the finding, each once. Empty for what is in none. */
export function placesWith({ object, objects = [], affects, secrets = [], arguments: args }: FindingView): string[] {
  const lacking = 'namespaces' in args ? args.namespaces : undefined;
  const named = [object, ...objects, ...secrets].flatMap(({ namespace }) => namespace ?? []);
  return [...new Set([...named, ...(affects?.namespaces ?? []), ...(lacking ?? [])])];
}

export interface PullerView {
  readonly object: ManifestRef;
  /** How many identical pods this view stands for. */
  readonly count: number;
  readonly serviceAccount: string;
  readonly list: {
    readonly names: readonly string[];
    readonly from: ListOrigin;
    /** Those that the API server adds, each with its policy. */
    readonly added?: readonly Addition[] | undefined;
  };
  readonly secrets: readonly SecretView[];
  readonly node?: string | undefined;
  /** Set for a pod that is not scheduled yet, is being deleted, has ended, or whose node no longer exists. */
  readonly state?: 'unscheduled' | 'terminating' | 'done' | 'node gone' | undefined;
  /** In the words of the cluster: why a pod is not ready although no image is missing, or why a workload cannot create pods. */
  readonly trouble?: string | undefined;
  readonly images: readonly ImageView[];
  readonly events: readonly EventView[];
}

export interface SecretView {
  readonly name: string;
  readonly state: 'there' | 'missing' | 'not readable';
  readonly type?: string | undefined;
  /** The first entries, up to MAX_ENTRIES. */
  readonly entries?: readonly EntryView[] | undefined;
  /** How many more entries the Secret has. */
  readonly moreEntries?: number | undefined;
  /** The source, when the Secret is marked as a copy. */
  readonly copyOf?: CopyOrigin | undefined;
}

const MAX_ENTRIES = 100;

/** The verdict of the registry is on the login alone, without an image. It is left out when the registry was not asked. */
export interface EntryView extends Partial<AnswerView> {
  readonly server: ShownServer;
  readonly username?: string | undefined;
  readonly error?: string | undefined;
}

export interface ImageView extends Pick<ImageUse, 'image' | 'containers' | 'policy'> {
  readonly state: Judgement['use']['state']['status'];
  /** The error of the kubelet, while the image is missing on its node. */
  readonly kubelet?:
    | {
        readonly reason: string;
        readonly message: string;
        readonly error: PullError;
        /** Whether the kubelet reports this error for the cause that was found. */
        readonly agrees: boolean;
        /** The Secret that the cause is about was changed after this error. */
        readonly outdated?: true | undefined;
      }
    | undefined;
  readonly outcome: Outcome;
  /** For an image that is on the node and could not be pulled again, as far as that is known. */
  readonly restart?: Restart | undefined;
  readonly cause?: FindingView | undefined;
  /** In the order in which the kubelet tries them. */
  readonly candidates: readonly LoginView[];
  /** The logins of the Secret that the fix attaches. Set only for a template or an image that is not deployed yet. */
  readonly proposed?: readonly LoginView[] | undefined;
  readonly withoutLogin?: AnswerView | undefined;
}

export type LoginView = Pick<Candidate, 'secret' | 'server' | 'username'> & Partial<AnswerView>;

export type EventView = Omit<PodEvent, 'at'> & { readonly at: string };

interface AnswerView {
  readonly verdict: Verdict;
  readonly askedAt: string;
}

/** `found` with its sentence and its fix. `secrets` are the known Secrets, by `namespace/name`. */
export function findingView(
  found: Finding,
  affects?: Impact,
  fix?: Fix,
  secrets: PullFacts['secrets'] = new Map(),
): FindingView {
  const { namespace } = found.object;
  const secretOf = (name: string) => secretIn({ secrets }, { namespace, name });
  const proposed = fix ?? proposedFix(found, { secretOf });
  return { ...found, message: `${formatFinding(found)}${formatOwner(found, proposed)}`, fix: proposed, affects };
}

/** Follows the sentence about a copy that is changed at its source only, which belongs to others. */
function formatOwner({ code }: Finding, { command }: Fix): string {
  const shown = stepsIn(command).find(({ does }) => does?.do === 'preview' || does?.do === 'inspect')?.does;
  if (OF_SYNC.includes(code) || (shown?.do !== 'preview' && shown?.do !== 'inspect')) return '';
  const { secret, namespace } = shown;
  return `; secret ${secret} is marked as a copy of ${namespace}/${secret}, which only the owner of namespace ${namespace} should change`;
}

/** Their own sentences name the source. */
const OF_SYNC: readonly Finding['code'][] = ['stale-copy', 'missing-secret'];

/** The view of one report, with each finding in words. */
export function pullerView({ puller, judgements }: PullerReport, facts: PullFacts): PullerView {
  const { ref, account, pod, count, trouble = pod?.trouble } = puller;
  const { names, origin, added } = effectiveList(puller, facts);
  const state = stateOf(puller, facts);
  return {
    object: ref,
    count,
    serviceAccount: account,
    list: { names, from: origin, ...(added.length > 0 && { added }) },
    secrets: names.map((name) => secretView(name, ref.namespace, facts)),
    node: pod?.node || undefined,
    state,
    trouble,
    images: judgements.map((judgement) => imageView(judgement, facts)),
    events: (pod?.events ?? []).map(({ at, ...event }) => ({ ...event, at: rfc3339(at) })),
  };
}

function stateOf({ pod }: PullerReport['puller'], { nodes }: PullFacts): PullerView['state'] {
  if (pod === undefined) return undefined;
  if (pod.done) return 'done';
  if (pod.deletedAt !== undefined) return 'terminating';
  if (pod.node === '') return 'unscheduled';
  return nodes.get(pod.node)?.exists === false ? 'node gone' : undefined;
}

/** A Secret with its first entries, without passwords. */
export function secretView(name: string, namespace: string, facts: PullFacts): SecretView {
  const state = facts.secrets.get(secretKey(namespace, name));
  if (state?.status !== 'there') return { name, state: state?.status === 'missing' ? 'missing' : 'not readable' };
  const { type, entries } = state.contents;
  const more = entries.length + (state.contents.moreEntries ?? 0) - MAX_ENTRIES;
  return {
    name,
    state: 'there',
    type,
    entries: entries.slice(0, MAX_ENTRIES).map((entry) => entryView(entry, facts)),
    moreEntries: more > 0 ? more : undefined,
    copyOf: state.copyOf,
  };
}

function entryView(entry: ContentEntry, facts: PullFacts): EntryView {
  const { server, login, error } = entry;
  const answer = loginAnswer(entry, facts);
  return {
    server: shownServer(server),
    username: login?.username || undefined,
    error,
    ...(answer && answerView(answer)),
  };
}

function imageView(judgement: Judgement, facts: PullFacts): ImageView {
  const { puller, use, attempt, outcome, cause, fix } = judgement;
  const { image, containers, policy, state } = use;
  return {
    image,
    containers,
    policy,
    state: state.status,
    kubelet: state.status === 'missing' ? kubeletView(state, judgement, facts) : undefined,
    outcome,
    restart: state.status === 'there' && cause?.severity === 'error' ? restartOf(puller, use, facts, cause) : undefined,
    cause: cause && findingView(cause, undefined, fix),
    candidates: attempt.candidates.map(loginView),
    proposed: proposedLogins(judgement, facts)?.map(loginView),
    withoutLogin: attempt.anonymous && answerView(attempt.anonymous),
  };
}

function loginView({ secret, server, username, answer }: Candidate): LoginView {
  return { secret, server, username, ...(answer && answerView(answer)) };
}

function kubeletView(
  { reason, message, pullError }: Extract<ImageState, { status: 'missing' }>,
  { cause, ...pull }: Judgement,
  facts: PullFacts,
): ImageView['kubelet'] {
  // If the pull would succeed now, the cause is about an earlier state of the Secret.
  const secret = cause?.object.kind === 'Secret' && pull.attempt.result === 'fails' ? cause.object : undefined;
  const changed = secret ? changedAt(facts.secrets.get(secretKey(secret.namespace ?? '', secret.name))) : 0;
  const isOutdated = changed > (lastFailure(pull) ?? changed);
  const agrees = cause !== undefined && !isOutdated && kubeletAgrees(cause.code, pullError);
  return { reason, message, error: pullError, agrees, outdated: isOutdated || undefined };
}

function answerView({ verdict, at }: Answer): AnswerView {
  return { verdict, askedAt: rfc3339(at) };
}
