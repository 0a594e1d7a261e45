/** Which of the templates of a scope makes a pod, and what its pods say of the template. */
import { fieldOf } from '../../domain/workloads/api-object.ts';
import type { ImageUse } from '../../domain/workloads/container-images.ts';
import type { PullKindName } from '../../domain/workloads/kind.ts';
import { hasEnded, type PodGroup } from '../../domain/workloads/pod-group.ts';
import { deploymentName, hasKnownOwner, type PullSpec } from '../../domain/workloads/pull-spec.ts';
import { isUnseen } from '../../domain/workloads/rollout.ts';

/** The uid of what makes a pod; undefined where that is not known. */
export type MakerOf = (pod: PullSpec) => string | undefined;

/** The uid of the one of `templates` that makes a pod, so that what becomes of it shows there. */
export function makers(templates: readonly PullSpec[]): MakerOf {
  // A Job of a CronJob shows by that.
  const uids = new Map(
    templates.map(({ uid, controller }) => [uid, hasKnownOwner({ controller }) ? (controller?.uid ?? uid) : uid]),
  );
  const deployments = new Map(
    templates.flatMap(({ ref, uid }) => (ref.kind === 'Deployment' ? [[`${ref.namespace}/${ref.name}`, uid]] : [])),
  );
  return (pod) => {
    const { ref, controller } = pod;
    if (controller === undefined) return undefined;
    // ReplicaSets are many, and are not read.
    return uids.get(controller.uid) ?? deployments.get(`${ref.namespace}/${deploymentName(pod) ?? ''}`);
  };
}

/** Whether there are pods like these, and all run or ran without a list. */
export function runWithoutList(pods: readonly PodGroup[]): boolean {
  return pods.length > 0 && pods.every((group) => (group.pod.imagePullSecrets ?? []).length === 0 && hasImages(group));
}

/** Of what a controller counts, the pods of the template as it is now. */
const CURRENT_PODS: Readonly<Partial<Record<PullKindName, string>>> = {
  Deployment: 'updatedReplicas',
  StatefulSet: 'updatedReplicas',
  DaemonSet: 'updatedNumberScheduled',
  // Nobody can change its template.
  Job: 'active',
};

/** Whether there is a pod of the template as it is now: what becomes of the template shows there. */
export function hasCurrentPods({ ref, object }: Pick<PullSpec, 'ref' | 'object'>): boolean {
  const name = CURRENT_PODS[ref.kind];
  return name !== undefined && !isUnseen(object) && Number(fieldOf(object, 'status', name) ?? 0) > 0;
}

/** Whether what becomes of `images`, those of a template, shows by pods that have the same. */
export function showImages(pods: readonly PodGroup[], images: readonly ImageUse[]): boolean {
  return images.every(({ image }) => pods.some((group) => showsImage(group, image)));
}

/** One that has ended says nothing of an image that it did not pull. */
function showsImage({ pod, images }: PodGroup, image: string): boolean {
  const isAlive = !hasEnded(pod.object);
  return images.some((use) => use.image === image && (isAlive || use.state.status === 'there'));
}

function hasImages({ images }: PodGroup): boolean {
  return images.every(({ state }) => state.status === 'there');
}
