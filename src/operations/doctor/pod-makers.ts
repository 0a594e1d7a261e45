/** Finds the template that makes a pod, and what pods tell about their template. */
import { fieldOf } from '../../domain/workloads/api-object.ts';
import type { ImageUse } from '../../domain/workloads/container-images.ts';
import type { PullKindName } from '../../domain/workloads/kind.ts';
import { hasEnded, type PodGroup } from '../../domain/workloads/pod-group.ts';
import { deploymentName, hasKnownOwner, type PullSpec } from '../../domain/workloads/pull-spec.ts';
import { isUnseen } from '../../domain/workloads/rollout.ts';

/** Returns the uid of the object that makes a pod; undefined where that is unknown. */
export type MakerOf = (pod: PullSpec) => string | undefined;

/** Finds which of `templates` makes a pod, so that the pod is reported with its template. */
export function makers(templates: readonly PullSpec[]): MakerOf {
  // A Job of a CronJob is reported with the CronJob.
  const uids = new Map(
    templates.map(({ uid, controller }) => [uid, hasKnownOwner({ controller }) ? (controller?.uid ?? uid) : uid]),
  );
  const deployments = new Map(
    templates.flatMap(({ ref, uid }) => (ref.kind === 'Deployment' ? [[`${ref.namespace}/${ref.name}`, uid]] : [])),
  );
  return (pod) => {
    const { ref, controller } = pod;
    if (controller === undefined) return undefined;
    // ReplicaSets are not read, because there are many. The Deployment is found by its name.
    return uids.get(controller.uid) ?? deployments.get(`${ref.namespace}/${deploymentName(pod) ?? ''}`);
  };
}

/** Whether there are pods, and all of them pulled their images without a list. */
export function runWithoutList(pods: readonly PodGroup[]): boolean {
  return pods.length > 0 && pods.every((group) => (group.pod.imagePullSecrets ?? []).length === 0 && hasImages(group));
}

/** The status field in which a controller counts the pods of its current template. */
const CURRENT_PODS: Readonly<Partial<Record<PullKindName, string>>> = {
  Deployment: 'updatedReplicas',
  StatefulSet: 'updatedReplicas',
  DaemonSet: 'updatedNumberScheduled',
  // The template of a Job is immutable, so each of its pods has the current one.
  Job: 'active',
};

/** Whether a pod of the current template exists. Such a pod shows whether the template works. */
export function hasCurrentPods({ ref, object }: Pick<PullSpec, 'ref' | 'object'>): boolean {
  const name = CURRENT_PODS[ref.kind];
  return name !== undefined && !isUnseen(object) && Number(fieldOf(object, 'status', name) ?? 0) > 0;
}

/** Whether `pods` show for each of the template's `images` whether it can be pulled. */
export function showImages(pods: readonly PodGroup[], images: readonly ImageUse[]): boolean {
  return images.every(({ image }) => pods.some((group) => showsImage(group, image)));
}

/** A pod that has ended says nothing about an image that it did not pull. */
function showsImage({ pod, images }: PodGroup, image: string): boolean {
  const isAlive = !hasEnded(pod.object);
  return images.some((use) => use.image === image && (isAlive || use.state.status === 'there'));
}

function hasImages({ images }: PodGroup): boolean {
  return images.every(({ state }) => state.status === 'there');
}
