/** Finds pods that fail although their list names a Secret, because the Secret was missing or had another login. */
import type { Reader } from '../../cluster/reader.ts';
import { oncePerKey } from '../../concurrency.ts';
import { opensImage } from '../../domain/keyring/keyring.ts';
import type { Secret } from '../../domain/keyring/secret.ts';
import { refKey } from '../../domain/workloads/object-ref.ts';
import { mayNeedLogin } from '../../domain/workloads/pull-error.ts';
import type { PullSpec } from '../../domain/workloads/pull-spec.ts';
import { secretKey } from '../../domain/workloads/references.ts';
import { effectOf, waitsForPods } from '../../domain/workloads/rollout.ts';
import type { FailingPod } from './failing.ts';
import { ownersOf, type PodOwners } from './pod-remedy.ts';

/** The new logins of each Secret, by `secretKey`. */
export type RenewedSecrets = ReadonlyMap<string, Secret>;

/**
 * Returns the controllers to restart. Their pods' lists name a Secret in `renewed`, and its new login is for a failing image.
 * Controllers that do not replace their pods on a restart are left out. A pod that nobody replaces recovers by itself, because
 * the kubelet reads the Secret again before each attempt, within five minutes.
 */
export async function controllersToRestart(
  reader: Reader,
  failing: readonly FailingPod[],
  renewed: RenewedSecrets,
): Promise<PullSpec[]> {
  const owners = oncePerKey<PodOwners | undefined>();
  const controllers = new Map<string, PullSpec>();
  for (const pod of failing.filter((one) => failsForIt(one, renewed))) {
    const found = pod.controller && (await owners(pod.controller.uid, () => ownersOf(pod, reader)));
    if (found === undefined || found.unknownOwner !== undefined) continue;
    const { top } = found;
    if (effectOf(top).kind === 'rolls out' && !waitsForPods(top)) controllers.set(refKey(top.ref), top);
  }
  return [...controllers.values()];
}

function failsForIt({ ref, list, failures }: FailingPod, renewed: RenewedSecrets): boolean {
  const denied = failures.filter(({ pullError }) => mayNeedLogin(pullError, { hasOne: true }));
  return list.some((name) => {
    const secret = renewed.get(secretKey(ref.namespace, name));
    return secret !== undefined && denied.some(({ image }) => opensImage(secret, image));
  });
}
