/** Which of the templates of a scope makes a pod, and what its pods say of the template. */
import type { ImageUse } from '../../domain/workloads/container-images.ts';
import { hasEnded, type PodGroup } from '../../domain/workloads/pod-group.ts';
import { hasKnownOwner, type PullSpec } from '../../domain/workloads/pull-spec.ts';

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
  return ({ ref, controller, labels }) => {
    if (controller === undefined) return undefined;
    const known = uids.get(controller.uid);
    if (known !== undefined) return known;
    // ReplicaSets are many, and say by their names which Deployment is theirs (deployment/sync.go `getNewReplicaSet`).
    const suffix = `-${labels['pod-template-hash']}`;
    const name = controller.name.endsWith(suffix) ? controller.name.slice(0, -suffix.length) : '';
    return controller.kind === 'ReplicaSet' ? deployments.get(`${ref.namespace}/${name}`) : undefined;
  };
}

/** Whether there are pods like these, and all run or ran without a list. */
export function runWithoutList(pods: readonly PodGroup[]): boolean {
  return pods.length > 0 && pods.every((group) => (group.pod.imagePullSecrets ?? []).length === 0 && hasImages(group));
}

/** Whether what becomes of `images`, those of a template, shows by the pods that it makes; one that has ended may have had others. */
export function showImages(pods: readonly PodGroup[], images: readonly ImageUse[]): boolean {
  return pods.some((group) => {
    if (!hasEnded(group.pod.object)) return true;
    const pulled = group.images.map(({ image }) => image);
    return hasImages(group) && images.every(({ image }) => pulled.includes(image));
  });
}

function hasImages({ images }: PodGroup): boolean {
  return images.every(({ state }) => state.status === 'there');
}
