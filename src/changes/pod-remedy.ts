/** Finds the remedy for a failing pod that will not recover by itself. */
import { getPullSpec } from '../cluster/object-request.ts';
import { type Owners, walkOwners } from '../cluster/pod-owners.ts';
import { UserError } from '../errors.ts';
import type { FailingPod } from '../gather/failing.ts';
import { opensImage } from '../secret/keyring.ts';
import { oncePerKey } from '../system/concurrency.ts';
import { pullKindOf } from '../workloads/kind.ts';
import { type ObjectRef, refKey, resultName } from '../workloads/object-ref.ts';
import { mayNeedLogin } from '../workloads/pull-error.ts';
import { controllerName, listedNames, type PullSpec } from '../workloads/pull-spec.ts';
import { failuresLeft } from '../workloads/remedy.ts';
import { effectOf, waitingRollout, waitsForPods } from '../workloads/rollout.ts';
import type { PodContext } from './pod-context.ts';

export interface RemediedPod {
  readonly pod: FailingPod;
  readonly remedy: PodRemedy | NoRemedy;
  /** The controller to restart, where a restart helps. */
  readonly controller?: PullSpec;
}

/** Returns undefined for a pod that is replaced in any case, or that no login helps. Reads each controller only once. */
export function remedyFinder(context: PodContext): (pod: FailingPod) => Promise<RemediedPod | undefined> {
  const owners = oncePerKey<PodOwners | undefined>();
  const { secret: name } = context.request;
  return async (pod) => {
    const { controller, ref } = pod;
    if (!isHelpedByLogin(pod)) return undefined;
    const secret = await context.secretIn(ref.namespace);
    const closed = pod.failures.find(({ image }) => secret !== undefined && !opensImage(secret, image));
    if (closed !== undefined) return { pod, remedy: { how: 'none', image: closed.image } };
    if (controller === undefined) return { pod, remedy: { how: 'recreate' } };
    const found = await owners(controller.uid, () => ownersOf(pod, context));
    if (found === undefined) return { pod, remedy: { how: 'ask the owner', owner: controllerName(controller) } };
    if (found.unknownOwner !== undefined)
      return { pod, remedy: { how: 'ask the owner', owner: controllerName(found.unknownOwner) } };
    // A rollout is going on, such as the restart that an earlier look caused.
    if (waitingRollout(found.first, found.top) !== undefined) return undefined;
    const remedy = found.first.ref.kind === 'Job' ? remedyOfJob(found, name) : remedyOf(found.top, name);
    return remedy === undefined ? undefined : { pod, ...remedy };
  };
}

/** Whether a login may help. It does not help where the node must have the image already, or has no room for it. */
export function isHelpedByLogin({ list, failures }: FailingPod): boolean {
  return failures.some(({ pullError }) => mayNeedLogin(pullError, { hasOne: list.length > 0 }));
}

function remedyOf(controller: PullSpec, secret: string): Pick<RemediedPod, 'remedy' | 'controller'> | undefined {
  const { ref, imagePullSecrets: list = [] } = controller;
  const listed = listedNames(list).includes(secret);
  if (list.length > 0 && !listed) return { remedy: { how: 'attach', controller: ref } };
  // The template need not change: a pod that is made again gets the new list.
  if (effectOf(controller).kind !== 'rolls out' || waitsForPods(controller)) {
    return { remedy: { how: 'delete', controller: ref } };
  }
  // If the template names the Secret, this is an old pod that the rollout has yet to replace.
  return listed ? undefined : { remedy: { how: 'restart', controller: ref }, controller };
}

/** The template of a Job cannot be changed, only that of its CronJob. */
function remedyOfJob({ first, top }: PodOwners, secret: string): Pick<RemediedPod, 'remedy'> {
  if ((first.imagePullSecrets ?? []).length > 0) {
    const next = top !== first && !listedNames(top.imagePullSecrets).includes(secret);
    return {
      remedy: next ? { how: 'attach', controller: top.ref } : { how: 'ask the owner', owner: resultName(first.ref) },
    };
  }
  return {
    remedy:
      failuresLeft(first) > 0
        ? { how: 'delete', controller: first.ref }
        : { how: 'ask the owner', owner: resultName(top.ref) },
  };
}

export interface PodOwners extends Owners {
  /** The pod's own controller. */
  readonly first: PullSpec;
}

/** The owners from the pod's controller up. Undefined where the controller is gone, of an unknown kind, or may not be read. */
export async function ownersOf(
  pod: FailingPod,
  { transport, missingRights }: Pick<PodContext, 'transport' | 'missingRights'>,
): Promise<PodOwners | undefined> {
  const { controller, ref } = pod;
  const kind = pullKindOf(controller?.apiVersion, controller?.kind);
  if (kind === undefined || controller === undefined) return undefined;
  try {
    const owner = await getPullSpec(transport, { kind: kind.kind, namespace: ref.namespace, name: controller.name });
    if (owner?.uid !== controller.uid) return undefined;
    return { first: owner, ...(await walkOwners(transport, owner)) };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    missingRights.note('get', kind.plural, error);
    return undefined;
  }
}

/** The controllers to restart, each of them once. */
export function toRestart(remedied: readonly RemediedPod[]): PullSpec[] {
  const controllers = remedied.flatMap(({ controller }) => controller ?? []);
  return [...new Map(controllers.map((controller) => [refKey(controller.ref), controller])).values()];
}

/** How a pod that will not recover by itself gets the list. */
export type PodRemedy =
  | { readonly how: 'restart'; readonly controller: ObjectRef }
  /** Delete the pod: its controller makes another one. */
  | { readonly how: 'delete'; readonly controller: ObjectRef }
  /** Attach the Secret to the controller's template, which has a list of its own. */
  | { readonly how: 'attach'; readonly controller: ObjectRef }
  | { readonly how: 'recreate' }
  | { readonly how: 'ask the owner'; readonly owner: string };

/** The Secret has no login for the image. */
interface NoRemedy {
  readonly how: 'none';
  readonly image: string;
}
