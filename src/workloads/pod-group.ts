/** Groups of pods that are identical as far as images are concerned. One pod of a group is examined for all. */
import { millisecondsOf } from '../text/time.ts';
import { fieldOf, itemsOf, textOf } from './api-object.ts';
import { containerStatuses, type ImageUse, imageUses } from './container-images.ts';
import { isBeingDeleted, listedNames, type PullSpec } from './pull-spec.ts';

export interface PodGroup {
  /** The first pod. */
  readonly pod: PullSpec;
  readonly images: readonly ImageUse[];
  /** The nodes of its pods. */
  readonly nodes: Set<string>;
  /** When the first pod started the container that runs longest, in milliseconds since 1970. Undefined while none runs. */
  readonly startedAt: number | undefined;
  /** How many pods there are. */
  count: number;
  /** The names of the first pods. */
  readonly names: string[];
}

/** A command that is pasted names at most this many pods. */
export const MAX_PODS = 10;

/** By the key of everything that the pods of a group have in common. */
export type PodGroups = Map<string, PodGroup>;

/**
 * Adds `pod` to the group of its namespace, controller, service account, list, images and state. `keep` is what stays in memory
 * of the first pod of each group.
 */
export function addPod(
  groups: PodGroups,
  pod: PullSpec,
  keep: (group: PodGroup) => PullSpec = ({ pod: all }) => all,
): void {
  const { ref, imagePullSecrets: list, serviceAccountName, controller, uid, object } = pod;
  const images = imageUses(fieldOf(object, 'spec'), fieldOf(object, 'status') ?? {});
  const states = images.map(({ image, policy, state }) =>
    state.status === 'there'
      ? [repositoryOf(image), policy, state.status]
      : [image, policy, state.status === 'missing' ? state.pullError : state.status],
  );
  // One command cannot repair several pods without a controller. Those that pull nothing need none, and there may be thousands.
  const pulls = !hasEnded(object) && images.some(({ state }) => state.status !== 'there');
  const owner = [ref.namespace, controller?.uid ?? (pulls ? uid : undefined), serviceAccountName, listedNames(list)];
  const node = textOf(fieldOf(object, 'spec', 'nodeName'));
  const nodes = new Set(node === '' ? [] : [node]);
  const key = JSON.stringify([...owner, states, isBeingDeleted(pod), hasEnded(object), nodes.size > 0]);
  const group = groups.get(key);
  if (group !== undefined) {
    group.count += 1;
    if (group.names.length < MAX_PODS) group.names.push(ref.name);
    if (node !== '') group.nodes.add(node);
    return;
  }
  const first = { pod, images, nodes, startedAt: startedAt(object), count: 1, names: [ref.name] };
  groups.set(key, { ...first, pod: keep(first) });
}

/** The image without its tag: the login does not depend on it, and after a pull nobody asks whether the tag exists. */
export function repositoryOf(image: string): string {
  return image.replace(/@.*$/, '').replace(/:[^/:]*$/, '');
}

/** Keeps of pods with all images only what `quietPod` reads, because there may be ten thousand of them. */
export function briefly({ pod, images }: PodGroup): PullSpec {
  if (images.some(({ state }) => state.status !== 'there')) return pod;
  const { metadata, spec, status } = pod.object;
  const [nodeName, phase, conditions] = [
    fieldOf(spec, 'nodeName'),
    fieldOf(status, 'phase'),
    itemsOf(fieldOf(status, 'conditions')).filter((one) => fieldOf(one, 'type') === 'Ready'),
  ];
  return { ...pod, images: [], object: { metadata, spec: { nodeName }, status: { phase, conditions } } };
}

/** When the container that runs longest was started, in milliseconds since 1970. Undefined while none runs. */
export function startedAt(pod: unknown): number | undefined {
  const times = containerStatuses(fieldOf(pod, 'status')).map((one) => fieldOf(one, 'state', 'running', 'startedAt'));
  const known = times.filter((time) => typeof time === 'string').map(millisecondsOf);
  return known.length === 0 ? undefined : Math.min(...known);
}

/** Whether the pod has ended, and pulls nothing any more. */
export function hasEnded(pod: unknown): boolean {
  return ['Succeeded', 'Failed'].includes(`${fieldOf(pod, 'status', 'phase')}`);
}

/** How bad it is: 2 if images are missing, 1 if some were not tried yet, 0 if all are there, -1 if the pods pull no more. */
export function trouble({ pod, images }: PodGroup): number {
  if (hasEnded(pod.object) || isBeingDeleted(pod)) return -1;
  const states = images.map(({ state }) => state.status);
  return states.includes('missing') ? 2 : states.includes('not tried') ? 1 : 0;
}
