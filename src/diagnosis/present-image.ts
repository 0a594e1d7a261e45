/** What becomes of a pod that starts again on a node that has its image. */
import type { Finding } from '../findings/finding.ts';
import type { Restart } from '../findings/node-restart.ts';
import { KeyringError, lookupIn } from '../secret/keyring.ts';
import type { Secret } from '../secret/secret.ts';
import type { ImageUse } from '../workloads/container-images.ts';
import { defaultVerification, isVerified, type Verification } from '../workloads/image-verification.ts';
import { secretKey } from '../workloads/references.ts';
import { effectiveList } from './effective-list.ts';
import { changedAt, createdAt, type Host, type Puller, type PullFacts } from './facts.ts';
import type { Judgement } from './judgement.ts';
import type { Judgements } from './puller-report.ts';

/** A login of one Secret. `login` is equal for equal logins, and undefined while it is not known. */
export interface SecretLogin {
  readonly uid: string;
  /** `namespace/name` */
  readonly secret: string;
  readonly login?: string | undefined;
}

/** What a kubelet has recorded about an image: nothing, that every pod may use it, or the logins that it was pulled with. */
export type PullRecord = 'preloaded' | 'everyone' | readonly SecretLogin[];

/**
 * Whether a kubelet pulls an image that is on its node for a pod with these logins, unless the pod may not pull it (`Never`). From
 * kubernetes v1.36.3, pkg/kubelet/images/pullmanager: image_pull_manager.go `MustAttemptImagePull`, image_pull_policies.go.
 */
export function mustPull(
  image: string,
  verification: Verification,
  record: PullRecord,
  logins: readonly SecretLogin[],
): boolean {
  if (!isVerified(image, verification, record !== 'preloaded')) return false;
  if (typeof record === 'string') return record === 'preloaded';
  // The same Secret, even with a new password, or an equal login in any Secret.
  return !logins.some(({ uid, secret, login }) =>
    record.some((one) => (one.uid === uid && one.secret === secret) || (login !== undefined && one.login === login)),
  );
}

/** Whether a pod has the image, or pods of the template run. */
export function hasStarted({ puller: { pod, runs = 0 }, use }: Pick<Judgement, 'puller' | 'use'>): boolean {
  return pod === undefined ? runs > 0 : use.state.status === 'there';
}

/** The nodes whose settings decide what is said of pods whose images are there. */
export function decidingNodes(judged: Judgements): string[] {
  const deciding = [...judged].flatMap(([puller, judgements]) => {
    const matters = judgements.some((one) => isWithheld(one) || isKept(one));
    return matters ? (hostOf(puller)?.node ?? []) : [];
  });
  return [...new Set(deciding)].filter((node) => node !== '');
}

/** Whether the kubelet seems to withhold the image. Once its settings are known, they say so. */
export function isWithheld({ cause, notes }: Pick<Judgement, 'cause' | 'notes'>): boolean {
  return [cause, ...notes].some((one) => one?.code === 'unverified-image');
}

/** Whether the pod has an image that it could not pull again, and may start with. */
function isKept(one: Judgement): boolean {
  const { cause, use } = one;
  return cause?.severity === 'error' && hasStarted(one) && use.policy !== 'Always' && !isRejection(cause);
}

/** Where the puller runs, and since when. Undefined for a template none of whose pods shows it. */
function hostOf({ pod, host }: Puller): Host | undefined {
  return pod === undefined ? host : { node: pod.node, startedAt: pod.startedAt ?? 0 };
}

/**
 * Whether a pod that runs can start again on its node although `cause` keeps it from a pull. Undefined while that is not known, and
 * where it is the same question because every start pulls (`Always`).
 */
export function restartOf(puller: Puller, use: ImageUse, facts: PullFacts, cause: Finding): Restart | undefined {
  const host = hostOf(puller);
  const node = facts.nodes.get(host?.node ?? '');
  if (host === undefined || node?.exists !== true || use.policy === 'Always' || isRejection(cause)) return undefined;
  const verification = node.verification ?? defaultVerification(node.version);
  const { policy, by } = verification;
  const said = { node: host.node, version: node.version, policy, by };
  if (!isVerified(use.image, verification, true)) return { result: 'works', ...said };
  const result = resultWith(puller, use, facts, host, verification);
  return result && { result, ...said };
}

/** Whether the API server refuses new pods, which says nothing about those that are there. */
export function isRejection(cause: Pick<Finding, 'code'> | undefined): boolean {
  return cause?.code === 'missing-account' || cause?.code === 'not-mountable';
}

/** With a kubelet that verifies. */
function resultWith(
  puller: Puller,
  { image }: ImageUse,
  facts: PullFacts,
  { startedAt }: Host,
  verification: Verification,
): Restart['result'] | undefined {
  const { namespace } = puller.ref;
  const states = effectiveList(puller, facts).names.map((name) => {
    const secret = secretKey(namespace, name);
    return { secret, state: facts.secrets.get(secret) };
  });
  if (states.some(({ state }) => state === undefined || state.status === 'forbidden')) return undefined;
  // What the kubelet has accepted once, it accepts again: its record only grows.
  if (states.every(({ state }) => state?.status === 'there' && changedAt(state) < startedAt)) return 'works';
  const now = states.flatMap(({ secret, state }) =>
    state?.status === 'there' ? loginsIn(state.secret, secret, image) : [],
  );
  if (now.length === 0) return 'fails';
  const before = states.map(({ secret, state }): SecretLogin => {
    const isSame = state?.status === 'there' && createdAt(state) < startedAt;
    return { uid: isSame ? (state.secret.metadata.uid ?? '') : NONE, secret };
  });
  // With which of them the image was pulled is not known.
  return before.some((one) => mustPull(image, verification, [one], now)) ? undefined : 'works';
}

/** The UID of no Secret. */
const NONE = 'none';

/** The logins for an image in one Secret. None if it cannot be decoded: then the kubelet has none at all. */
function loginsIn(one: Secret, secret: string, image: string): SecretLogin[] {
  try {
    return lookupIn([one], image).map(({ username, password, email }) => ({
      uid: one.metadata.uid ?? '',
      secret,
      login: JSON.stringify([username, password, email]),
    }));
  } catch (error) {
    if (error instanceof KeyringError) return [];
    throw error;
  }
}
