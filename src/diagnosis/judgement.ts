/** Judges one image of a pod or template: will it be pulled, and what is the one cause if not. */

import { type Finding, type Fix, finding, proposedFix, recordOf, withSeverity } from '../findings/finding.ts';
import { describeObject, type ImmutableSecret, type KnownSecret } from '../findings/finding-record.ts';
import { askNode } from '../findings/pod-commands.ts';
import { stepsIn } from '../line/command.ts';
import { registryHost } from '../secret/server.ts';
import { many, plural } from '../text/enumerate.ts';
import { rfc3339 } from '../text/time.ts';
import type { Question } from '../verify/question.ts';
import { isUnasked } from '../verify/verdict.ts';
import type { ImageUse } from '../workloads/container-images.ts';
import { listedNames } from '../workloads/pull-spec.ts';
import { isComplete, type Remedy } from '../workloads/remedy.ts';
import { type Candidate, hasLogin, type PullAttempt, simulatePull } from './attempt.ts';
import { causeOf, unverified } from './causes.ts';
import { accountOf } from './effective-list.ts';
import { changedAt, type Puller, type PullFacts, secretIn } from './facts.ts';
import {
  earliestFailure,
  foundIn,
  hiddenOf,
  type ImagePull,
  imagePull,
  lastFailure,
  nearName,
  nextOf,
  objectOf,
  searchIn,
  secretObject,
  stateOf,
  usableSecret,
} from './image-pull.ts';
import { suspicionOf, withMeant } from './list-causes.ts';

export type Outcome = 'will pull' | 'will not pull' | 'cannot know';

export interface Judgement {
  readonly puller: Puller;
  readonly use: ImageUse;
  readonly attempt: PullAttempt;
  readonly outcome: Outcome;
  /** Why it does not pull, or why that cannot be known. */
  readonly cause?: Finding | undefined;
  readonly fix?: Fix | undefined;
  /** Further findings, which are not the cause. */
  readonly notes: readonly Finding[];
  /** The questions to ask registries next. */
  readonly open: readonly Question[];
  /** What decides whether the image is pulled, but could not be seen: objects, logins, answers of a registry. */
  readonly unjudged: readonly string[];
}

/** Whether one image of `puller` will be pulled, and the one cause if not. */
export function judge(puller: Puller, use: ImageUse, facts: PullFacts): Judgement {
  const quiet = quietPull(puller, use, facts);
  const pull = quiet ?? imagePull(puller, use, facts);
  const { attempt } = pull;
  const shared = { puller, use, attempt, open: openQuestions(pull) };
  if (puller.pod?.done === true) return { ...shared, outcome: 'cannot know', notes: [], unjudged: [] };
  const cause = causeFor(pull);
  const fix = cause === undefined ? undefined : fixOf(cause, pull, quiet === undefined && facts.online);
  const outcome = outcomeOf(pull, cause);
  return {
    ...shared,
    outcome,
    cause,
    fix,
    notes: notesOf(pull, cause, fix),
    unjudged: outcome === 'cannot know' && use.state.status !== 'there' ? unjudgedOf(pull, cause) : [],
  };
}

function unjudgedOf(pull: ImagePull, cause: Finding | undefined): string[] {
  const { puller, facts, attempt } = pull;
  const isListKnown = puller.pod !== undefined || accountOf(puller, facts).status !== 'forbidden';
  const account = objectOf({ kind: 'ServiceAccount', namespace: puller.ref.namespace, name: puller.account });
  const unread = [...(isListKnown ? [] : [account]), ...attempt.forbidden.map((name) => secretObject(pull, name))];
  return [...unread.map(describeObject), ...unaskedLogins(pull), ...silentRegistry(cause)];
}

/** Whether no pod has pulled the image yet, and no registry is asked whether one can. */
export function isAwaited({ puller, use, attempt, outcome, open }: Judgement): boolean {
  const { pod, runs, shownByPods } = puller;
  // For an image that is not deployed, and for a template beside its pods, the report says so with each image.
  const isMaker = pod === undefined && runs !== undefined && shownByPods !== true && use.state.status === 'not used';
  const isStarting = pod?.done === false && pod.deletedAt === undefined && use.state.status === 'not tried';
  const isUnknown = outcome === 'cannot know' && attempt.reason === 'not asked' && open.length === 0;
  return (isMaker || isStarting) && use.policy !== 'Never' && isUnknown;
}

function unaskedLogins(pull: ImagePull): string[] {
  const { attempt, use } = pull;
  if (attempt.unasked === undefined) return [];
  const names = new Set(attempt.candidates.flatMap(({ secret, answer }) => (answer === undefined ? [secret] : [])));
  const secrets = [...names].map((name) => describeObject(secretObject(pull, name)));
  return [`${plural(attempt.unasked, 'more login')} for ${use.image} in ${many(secrets)}`];
}

/** In words: what a silent registry left open. Empty when `found` is about something else. */
export function silentRegistry(found: Finding | undefined): string[] {
  const what = found?.object.kind === 'Secret' ? `the login in ${describeObject(found.object)} for` : 'images from';
  if (found?.code === 'registry-unreachable') return [`${what} ${found.arguments.registry}`];
  if (found?.code !== 'rate-limited' || found.arguments.said.by !== 'registry') return [];
  return [`${what} ${registryHost(found.arguments.image)}`];
}

/**
 * The pull of an image without asking registries, if nothing makes its failure likely: pods show that the image is pulled, and
 * have the logins for it, or need none.
 */
function quietPull(puller: Puller, use: ImageUse, facts: PullFacts): ImagePull | undefined {
  if (puller.shownByPods !== true || !facts.online) return undefined;
  const guess = imagePull(puller, use, { ...facts, online: false });
  const { applied, attempt } = guess;
  const hasNone = attempt.candidates.length === 0 && attempt.forbidden.length === 0;
  // Only a pod that pulled the image without a list proves that the image needs none.
  const isProven =
    applied.names.length === 0 &&
    (use.state.status === 'there' || puller.runsWithoutList === true) &&
    puller.neighbors?.has(use.image) !== true;
  const isLikely = (hasNone && !isProven) || outcomeOf(guess, causeFor(guess)) === 'will not pull';
  return isLikely ? undefined : guess;
}

function causeFor(pull: ImagePull): Finding | undefined {
  return withMeant(unseenCredential(pull) ?? causeOf(pull) ?? unreachable(pull), pull);
}

function fixOf(cause: Finding, pull: ImagePull, online: boolean): Fix {
  const { ref, imagePullSecrets, remedy } = pull.puller;
  const secretOf = (name: string) => secretIn(pull.facts, { namespace: ref.namespace, name });
  const lacking = cause.code === 'no-entry' ? cause.arguments.secrets[0] : undefined;
  const changed = cause.object.kind === 'Secret' ? cause.object.name : lacking;
  const known = changed === undefined ? undefined : secretOf(changed);
  const immutable = known && immutableOf(known, remedy, lacking === undefined ? 1 : 0);
  const secrets = ref.kind === 'ServiceAccount' ? listedNames(imagePullSecrets) : undefined;
  const onNode = isUntried(pull) ? askNode(askedPod(pull)) : undefined;
  const { command, sufficient } = proposedFix(cause, { image: pull.use.image, secrets, onNode, immutable, secretOf });
  const isReached = immutable === undefined || isComplete(remedy);
  const isMeant = (online || !namesAnother(cause)) && !hidesAnother(cause, pull);
  return { command, sufficient: sufficient && isReached && isMeant };
}

/** Whether no kubelet is known to have tried the image with the Secrets as they are. */
function isUntried(pull: ImagePull): boolean {
  const { puller, use, applied } = pull;
  const { status } = use.state;
  if (status === 'not used' || status === 'not tried') return true;
  const triedAt = status === 'there' ? (puller.pod?.createdAt ?? 0) : (lastFailure(pull) ?? earliestFailure(pull));
  return applied.names.some((name) => changedAt(stateOf(pull, name)) > triedAt);
}

function askedPod({ puller, use: { image }, applied }: ImagePull): Parameters<typeof askNode>[0] {
  const { account, ref, pod } = puller;
  const secrets = applied.origin === 'own' ? applied.names : [];
  return { image, secrets, account, namespace: ref.namespace, node: pod?.node ?? '' };
}

/** Whether pods that the API server rejects now could not pull after it accepts them either. */
function hidesAnother({ code, arguments: named }: Finding, { denied }: ImagePull): boolean {
  return denied && (code === 'not-mountable' || (code === 'missing-account' && !('usable' in named)));
}

/** How to replace the Secret if it is immutable. `replaced` is how many of its entries get a new login. */
function immutableOf({ secret, contents }: KnownSecret, remedy: Remedy, replaced: number): ImmutableSecret | undefined {
  if (secret.immutable !== true) return undefined;
  // What cannot be decoded cannot be copied.
  const isMore = contents.entries.length > replaced && contents.failure === undefined;
  return { remedy, dataKey: isMore ? contents.dataKey : undefined };
}

/** Whether the finding names another Secret to use. Unless a registry was asked, that may be no better. */
function namesAnother({ arguments: named }: Finding): boolean {
  const usable = 'usable' in named ? named.usable : undefined;
  const near = 'near' in named ? named.near : undefined;
  return usable !== undefined || near !== undefined;
}

/** The logins of the Secret that the cause proposes. Only for a template or an image that is not deployed yet. */
export function proposedLogins({ puller, use, cause }: Judgement, facts: PullFacts): readonly Candidate[] | undefined {
  const usable = cause !== undefined && 'usable' in cause.arguments ? cause.arguments.usable : undefined;
  if (usable === undefined || use.state.status !== 'not used') return undefined;
  return simulatePull([usable], puller.ref.namespace, use.image, facts).candidates;
}

/** The pod runs without any pull secret, but its image is closed to us: many clusters give their nodes credentials. */
function unseenCredential(pull: ImagePull): Finding | undefined {
  const { object, puller, use, denied, applied, attempt } = pull;
  const neighbor = puller.neighbors?.get(use.image);
  const isThere = use.state.status === 'there' || neighbor !== undefined;
  if (!isThere || !denied || applied.names.length > 0 || attempt.candidates.length > 0) return undefined;
  const args = { image: use.image, remedy: puller.remedy };
  if (neighbor === undefined) return finding('unseen-credential', object, args);
  return finding('borrowed-image', object, { ...args, ...neighbor, usable: foundIn(usableSecret(pull)) });
}

/** The registry did not answer, so nothing is known. */
function unreachable({ object, puller, use, attempt, facts }: ImagePull): Finding | undefined {
  if (attempt.result !== 'unknown' || use.policy === 'Never') return undefined;
  const answers = [...attempt.candidates.map(({ answer }) => answer), attempt.anonymous];
  for (const answer of answers) {
    if (answer === undefined || !facts.online) continue;
    const at = rfc3339(answer.at);
    const { verdict } = answer;
    if (verdict.kind === 'unreachable') {
      const args = { registry: registryHost(use.image), reason: verdict.reason, at };
      return finding('registry-unreachable', object, { ...args, unasked: isUnasked(verdict) });
    }
    if (verdict.kind === 'rate limited') {
      const args = { image: use.image, anonymous: attempt.candidates.length === 0, remedy: puller.remedy };
      return finding('rate-limited', object, { ...args, said: { by: 'registry', at } }, 'warning');
    }
  }
  return undefined;
}

function outcomeOf({ puller, use, attempt, facts }: ImagePull, cause: Finding | undefined): Outcome {
  if (cause?.code === 'retry-pending') return attempt.result === 'pulls' ? 'will pull' : 'cannot know';
  const isUnsure = cause?.code === 'rate-limited' || cause?.code === 'stale-secret';
  if (isUnsure && cause.severity === 'warning') return 'cannot know';
  if (cause !== undefined) return recordOf(cause.code).outcome ?? 'will not pull';
  if (use.policy === 'Never') return use.state.status === 'there' ? 'will pull' : 'cannot know';
  if (puller.pod === undefined && accountOf(puller, facts).status === 'forbidden' && attempt.result !== 'pulls')
    return 'cannot know';
  return attempt.result === 'pulls' ? 'will pull' : 'cannot know';
}

/** Leaves out what the command for the cause also fixes, and what follows from a list that cannot be decoded. */
function notesOf(pull: ImagePull, cause: Finding | undefined, fix: Fix | undefined): Finding[] {
  // Once the image may be pulled, this is the next problem.
  const next = cause?.code === 'never-pulled' ? suspicionOf(pull) : undefined;
  if (next !== undefined) return [withSeverity(next, 'warning')];
  const isOutdated = cause?.code === 'outdated-pod' || cause?.code === 'attached-later';
  const isSaid = isOutdated || cause?.code === 'unverified-image' || pull.attempt.reason === 'undecodable';
  const note = isSaid || hasLogin(pull.attempt) || !pull.denied ? undefined : unverified(pull);
  if (note === undefined || (fix !== undefined && givesLogin(fix))) return [];
  const { command } = fixOf(note, pull, pull.facts.online);
  return JSON.stringify(command) === JSON.stringify(fix?.command) ? [] : [withSeverity(note, 'warning')];
}

/** Whether the pod has a login for the image after the command: a second one would give it another Secret. */
function givesLogin({ command }: Fix): boolean {
  return stepsIn(command).some(({ does }) => does?.do === 'create' || does?.do === 'attach');
}

/** At most this many missing names are checked for a similar name that was meant. */
const MAX_NEAR = 5;

/** The questions about the current list come first, then those about other lists. */
function openQuestions(pull: ImagePull): Question[] {
  const { attempt, denied, facts, puller, applied } = pull;
  if (!facts.online || puller.pod?.done === true) return [];
  if (attempt.open !== undefined) return [attempt.open];
  if (!denied || attempt.reason === 'undecodable') return [];
  const missing = applied.names.filter((name) => stateOf(pull, name)?.status === 'missing').slice(0, MAX_NEAR);
  const near = missing.flatMap((name) => nearName({ namespace: pull.puller.ref.namespace, name }, pull.facts) ?? []);
  const searches = [nextOf(pull), hiddenOf(pull), usableSecret(pull), ...near.map((name) => searchIn([name], pull))];
  return searches.flatMap((one) => (one.search === 'ask' ? [one.question] : []));
}
