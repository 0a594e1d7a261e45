/** One image of one pod or template, with everything that the rules ask about it. */

import type { DiagnosedSecret } from '../findings/diagnosed-secret.ts';
import type { Finding, FindingCode } from '../findings/finding.ts';
import type { FindingObject, OtherNamespaces } from '../findings/finding-record.ts';
import { closest } from '../text/closest.ts';
import type { Question } from '../verify/question.ts';
import type { ImageUse } from '../workloads/container-images.ts';
import { DENIALS, type PullError } from '../workloads/pull-error.ts';
import { type SecretName, secretKey } from '../workloads/references.ts';
import { remedyUnder } from '../workloads/remedy.ts';
import { type Candidate, earlyRefusal, hasLogin, type PullAttempt, simulatePull } from './attempt.ts';
import { type AppliedList, accountOf, effectiveList, hiddenList, type NextList, nextList } from './effective-list.ts';
import { type Answer, BACK_OFF_MS, type Puller, type PullFacts, type SecretState, secretIn } from './facts.ts';

export interface ImagePull {
  readonly puller: Puller;
  readonly use: ImageUse;
  readonly facts: PullFacts;
  readonly object: FindingObject;
  readonly applied: AppliedList;
  readonly attempt: PullAttempt;
  /** The error of the kubelet, while the image is missing on its node. */
  readonly pullError: PullError | undefined;
  /** The registry's refusal before it asks us for a login, unless the kubelet's error shows that it asked the node for one. */
  readonly turnedAway: Answer | undefined;
  /** Whether the pull fails because credentials are wrong or missing. */
  readonly denied: boolean;
}

/** The pull of one image as it would go now: which list counts, and what each login in it does. */
export function imagePull(who: Puller, use: ImageUse, known: PullFacts): ImagePull {
  const puller = asAllowed(who, known);
  // The policy Never forbids the pull, so no registry is asked.
  const facts = use.policy === 'Never' ? { ...known, online: false } : known;
  const applied = effectiveList(puller, facts);
  const { namespace } = puller.ref;
  const simulated = simulatePull(applied.names, namespace, use.image, facts);
  const isUnknown = applied.origin === 'not known' && simulated.result !== 'pulls';
  const attempt: PullAttempt = isUnknown ? { ...simulated, result: 'unknown', reason: 'list not known' } : simulated;
  const pullError = use.state.status === 'missing' ? use.state.pullError : undefined;
  const isSaid = pullError !== undefined && DENIALS.includes(pullError);
  const turnedAway = MAY_BE_TURNED_AWAY.includes(pullError) ? earlyRefusal(attempt) : undefined;
  return {
    puller,
    use,
    facts,
    object: objectOf(puller.ref),
    applied,
    attempt,
    pullError,
    turnedAway,
    denied: use.policy !== 'Never' && turnedAway === undefined && isDenied(attempt, isSaid),
  };
}

/** Kubelet errors that do not show that the node was asked for a login, so it may be turned away as we are. */
const MAY_BE_TURNED_AWAY: readonly (PullError | undefined)[] = [undefined, 'no access', 'unauthorized'];

/** Decided by the answers to the logins. Without answers, the kubelet's error decides. */
function isDenied({ result, reason }: PullAttempt, isSaid: boolean): boolean {
  return result === 'fails' || (result === 'unknown' && reason !== 'list not known' && isSaid);
}

function asAllowed(puller: Puller, facts: PullFacts): Puller {
  const account = accountOf(puller, facts);
  if (account.status !== 'there' || !account.enforced) return puller;
  const ref = { kind: 'ServiceAccount', namespace: puller.ref.namespace, name: puller.account } as const;
  return { ...puller, remedy: remedyUnder(puller.remedy, ref) };
}

export function objectOf({
  kind,
  namespace,
  name,
}: Pick<FindingObject, 'kind' | 'name'> & { readonly namespace: string }): FindingObject {
  return { kind, namespace: namespace || undefined, name };
}

export function secretObject({ puller }: ImagePull, name: string): FindingObject {
  return objectOf({ kind: 'Secret', namespace: puller.ref.namespace, name });
}

/** What is known of the Secret `name` in the namespace of the pod; undefined while nobody has looked. */
export function stateOf({ puller, facts }: ImagePull, name: string): SecretState | undefined {
  return facts.secrets.get(secretKey(puller.ref.namespace, name));
}

/** The Secrets of the list that could be read. */
export function readable(pull: ImagePull): DiagnosedSecret[] {
  const { namespace } = pull.puller.ref;
  return pull.applied.names.flatMap((name) => secretIn(pull.facts, { namespace, name }) ?? []);
}

/** The findings of these codes in a Secret. With `server`, only those about that entry. */
export function findingsInSecret(
  pull: ImagePull,
  name: string,
  codes: readonly FindingCode[],
  server?: string,
): Finding[] {
  const { findings = [] } = secretIn(pull.facts, { namespace: pull.puller.ref.namespace, name }) ?? {};
  return findings.filter(
    (found) =>
      codes.includes(found.code) &&
      (server === undefined || ('server' in found.arguments && found.arguments.server === server)),
  );
}

/** What else opens the image, as far as that is known, or the question to ask a registry first. */
export type Search<Found> =
  | { readonly search: 'found'; readonly found: Found }
  | { readonly search: 'not found' }
  | { readonly search: 'ask'; readonly question: Question };

const NOT_FOUND = { search: 'not found' } as const;

/** What a search has found. Undefined if it found nothing, or has to ask first. */
export function foundIn<Found>(search: Search<Found>): Found | undefined {
  return search.search === 'found' ? search.found : undefined;
}

/** Whether the Secrets `names` open the image. */
export function searchIn(names: readonly string[], pull: ImagePull): Search<readonly string[]> {
  const { puller, use, facts, attempt: now } = pull;
  const attempt = simulatePull(names, puller.ref.namespace, use.image, facts);
  if (attempt.result === 'pulls') return { search: 'found', found: names };
  if (attempt.open !== undefined) return { search: 'ask', question: attempt.open };
  // There are too many logins to ask about all, and those that were asked about are refused.
  if (attempt.result === 'fails' || attempt.unasked !== undefined) return NOT_FOUND;
  // No registry will say more: a login that fits, and is not in the current list, is the best that can be known.
  const tried = now.candidates.map(candidateKey);
  const fresh = attempt.candidates.filter((one) => !one.anonymous && !tried.includes(candidateKey(one)));
  return fresh.length > 0 ? { search: 'found', found: names } : NOT_FOUND;
}

/** The first of these Secrets that opens the image by itself. */
function firstOf(names: readonly string[], pull: ImagePull): Search<string> {
  for (const name of names) {
    const one = searchIn([name], pull);
    if (one.search === 'found') return { search: 'found', found: name };
    if (one.search === 'ask') return one;
  }
  return NOT_FOUND;
}

/** The key of one entry of one Secret. */
function candidateKey({ secret, server }: Candidate): string {
  return JSON.stringify([secret, server]);
}

/** At most this many pull secrets of the namespace are searched for a login that fits. */
const MAX_LOOKED = 500;
/** At most this many Secrets with a login that fits are tried. */
const MAX_TRIED = 5;

/** A Secret of the namespace, not in the list, that opens the image. */
export function usableSecret(pull: ImagePull, fitting = fittingSecrets(pull)): Search<string> {
  return firstOf(fitting, pull);
}

/** The first Secrets of the namespace, not in the list, with a login that fits. */
export function fittingSecrets({ puller, facts, applied, use }: ImagePull): string[] {
  const others = facts.others.get(puller.ref.namespace) ?? [];
  const listed = new Set(applied.names);
  const offline = { ...facts, online: false };
  const fitting: string[] = [];
  for (const name of others.slice(0, MAX_LOOKED)) {
    if (listed.has(name) || !hasLogin(simulatePull([name], puller.ref.namespace, use.image, offline))) continue;
    fitting.push(name);
    if (fitting.length === MAX_TRIED) break;
  }
  return fitting;
}

/** A Secret of the namespace whose name is similar to `name`. */
export function nearName({ namespace, name }: SecretName, { others }: PullFacts): string | undefined {
  return closest(name, others.get(namespace) ?? []);
}

/** The other namespaces with a Secret of that name. Its login belongs to them, so it is never tried. */
export function elsewhereOf(name: string, pull: ImagePull): OtherNamespaces | undefined {
  const state = stateOf(pull, name);
  return state?.status === 'missing' ? state.elsewhere : undefined;
}

/** The list that a replacement of this pod would get, if it is another one and opens the image. */
export function nextOf(pull: ImagePull): Search<NextList> {
  const next = nextList(pull.puller, pull.facts);
  if (next === undefined) return NOT_FOUND;
  const search = searchIn(next.names, pull);
  return search.search === 'found' ? { search: 'found', found: next } : search;
}

/** The owner of the list that a replacement of this pod would get, if that list is known not to open the image either. */
export function refusedNext({ puller, use, facts, applied }: ImagePull): string | undefined {
  const next = nextList(puller, facts);
  const { account, pod, remedy, ref } = puller;
  const isFirst = next?.from === 'account' && applied.names.length === 0;
  // The new pods of a template show what is wrong. A pod without a template may never be replaced.
  if (next === undefined || pod?.template === undefined || (isFirst && remedy.how !== 'template')) return undefined;
  if (simulatePull(next.names, ref.namespace, use.image, facts).result !== 'fails') return undefined;
  return isFirst ? `serviceaccount/${account}` : pod.template.name;
}

/** What a registry said to the logins of the list that a replacement of this pod would get. */
export function answersToNext(pull: ImagePull): Answer[] {
  return answersTo(nextList(pull.puller, pull.facts)?.names ?? [], pull);
}

/** What a registry said to the logins of these Secrets. */
export function answersTo(names: readonly string[], { puller, use, facts }: ImagePull): Answer[] {
  const { candidates } = simulatePull(names, puller.ref.namespace, use.image, facts);
  return candidates.flatMap(({ answer }) => answer ?? []);
}

/** A Secret of the service account that opens the image, but is hidden by the pod's own list. */
export function hiddenOf(pull: ImagePull): Search<string> {
  const { puller, facts, applied } = pull;
  const hidden = hiddenList(puller, facts).filter((name) => !applied.names.includes(name));
  return firstOf(hidden, pull);
}

/** When the last attempt failed, by the events. Undefined while no event says so. */
export function lastFailure({ puller, use: { image } }: Pick<ImagePull, 'puller' | 'use'>): number | undefined {
  const others = puller.images.filter((use) => use.image !== image);
  const failed = (puller.pod?.events ?? []).filter(({ reason, message }) => {
    if (reason !== 'Failed') return false;
    if (message.includes(`"${image}"`)) return true;
    // "Error: ImagePullBackOff" is reported without an attempt.
    const isNoAttempt = /^Error: (ErrImagePull|ImagePullBackOff)$/.test(message);
    return !isNoAttempt && !others.some((use) => message.includes(`"${use.image}"`));
  });
  return failed.length === 0 ? undefined : Math.max(...failed.map(({ at }) => at));
}

/** The kubelet's last attempt was not before this time. What it said earlier may no longer be true. */
export function earliestFailure({ puller, facts }: ImagePull): number {
  return Math.max(facts.now - BACK_OFF_MS, puller.pod?.createdAt ?? 0);
}

/** Whether the kubelet has tried only once. A Secret that it watches may have arrived just after that attempt. */
export function isFirstAttempt({ puller, use: { image } }: ImagePull): boolean {
  if (puller.pod?.isTest) return false;
  const pulling = (puller.pod?.events ?? []).filter(
    ({ reason, message }) => reason === 'Pulling' && message.includes(`"${image}"`),
  );
  return pulling.reduce((sum, { count }) => sum + count, 0) === 1;
}
