/** The state of a pod, by its status: which images it cannot pull, what else is wrong, whether it runs. */
import { fieldOf, itemsOf, textOf } from './api-object.ts';
import { containerStatuses, imageUses } from './container-images.ts';
import { hasEnded } from './pod-group.ts';
import type { PullError } from './pull-error.ts';
import { waitingReason } from './waiting-reason.ts';

export interface PullFailure {
  /** As written in the pod. */
  readonly image: string;
  /** Such as ErrImagePull; sometimes the whole text of an error. */
  readonly reason: string;
  readonly message: string;
  /** Why the pull failed, as far as the message says. */
  readonly pullError?: PullError | undefined;
}

/** The failed pulls of a pod. A pull that is only postponed (`registryPullQPS`) recovers by itself, so it is left out. */
export function pullFailures(pod: unknown): PullFailure[] {
  return imageUses(fieldOf(pod, 'spec'), fieldOf(pod, 'status') ?? {}).flatMap(({ image, state }) => {
    if (state.status !== 'missing' || state.pullError === 'postponed') return [];
    const { reason, message, pullError } = state;
    return waitingReason(reason).fails === 'pull' ? [{ image, reason, message, pullError }] : [];
  });
}

/** Another reason why the pod does not run: it has failed, or a container crashes or cannot be created. */
export function otherTrouble(pod: unknown): string | undefined {
  const status = fieldOf(pod, 'status');
  if (fieldOf(status, 'phase') === 'Failed') return `has failed${suffix(fieldOf(status, 'reason'))}`;
  for (const container of containerStatuses(status)) {
    const waiting = fieldOf(container, 'state', 'waiting');
    const reason = fieldOf(waiting, 'reason');
    if (typeof reason !== 'string' || waitingReason(reason).fails !== 'container') continue;
    return `${reason}${suffix(fieldOf(waiting, 'message'))}`;
  }
  return undefined;
}

/** Why a pod that has not ended and misses no image is not ready: no login helps it. */
export function troubleBesideImages(pod: unknown): string | undefined {
  const trouble = otherTrouble(pod) ?? conditionText(pod, 'PodScheduled', 'False');
  // Most pods have no trouble, so their images need not be read.
  if (trouble === undefined || hasEnded(pod)) return undefined;
  const uses = imageUses(fieldOf(pod, 'spec'), fieldOf(pod, 'status') ?? {});
  return uses.some(({ state }) => state.status === 'missing') ? undefined : trouble;
}

/** Whether all its containers run and are ready, or the pod has done its work. */
export function isRunning(pod: unknown): boolean {
  const phase = fieldOf(pod, 'status', 'phase');
  if (phase === 'Succeeded') return true;
  const statuses = itemsOf(fieldOf(pod, 'status', 'containerStatuses'));
  const ready = statuses.length > 0 && statuses.every((status) => fieldOf(status, 'ready') === true);
  return phase === 'Running' && ready;
}

/** Reason and message of the condition `type` of an object, if the status of the condition is `status`. */
export function conditionText(object: unknown, type: string, status: 'True' | 'False'): string | undefined {
  const found = itemsOf(fieldOf(object, 'status', 'conditions')).find(
    (one) => fieldOf(one, 'type') === type && fieldOf(one, 'status') === status,
  );
  return found === undefined ? undefined : `${textOf(fieldOf(found, 'reason'))}${suffix(fieldOf(found, 'message'))}`;
}

function suffix(text: unknown): string {
  return typeof text === 'string' && text !== '' ? `: ${text}` : '';
}
