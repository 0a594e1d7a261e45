/** Which of the templates of a scope makes a pod, and what that proves of the template. */
import type { PodGroup } from '../../domain/workloads/pod-group.ts';
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

/** By uid what makes pods that run or ran, all of them without a list. */
export function runningWithoutList(groups: readonly PodGroup[], makerOf: MakerOf): ReadonlySet<string> {
  const found = new Map<string, boolean>();
  for (const { pod, images } of groups) {
    const maker = makerOf(pod);
    if (maker === undefined) continue;
    const isProof = (pod.imagePullSecrets ?? []).length === 0 && images.every(({ state }) => state.status === 'there');
    found.set(maker, isProof && (found.get(maker) ?? true));
  }
  return new Set([...found].flatMap(([maker, isProven]) => (isProven ? [maker] : [])));
}
