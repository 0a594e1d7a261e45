/** Pods that are just like each other, as far as images are concerned: one of them is looked at for all. */
import { fieldOf } from './api-object.ts';
import { type ImageUse, imageUses } from './container-images.ts';
import { isBeingDeleted, listedNames, type PullSpec } from './pull-spec.ts';

export interface PodGroup {
  /** One of them. */
  readonly pod: PullSpec;
  readonly images: readonly ImageUse[];
  readonly hasNode: boolean;
  /** How many there are. */
  count: number;
  /** The first ones. */
  readonly names: string[];
}

/** A command that is pasted names no more than this. */
export const MAX_PODS = 10;

/** By everything that pods of a group have in common. */
export type PodGroups = Map<string, PodGroup>;

/**
 * Adds `pod`, which is told from others by who made it, its list, its images and how far it has come. `keep` is
 * what stays in memory of the first of each group.
 */
export function addPod(
  groups: PodGroups,
  pod: PullSpec,
  keep: (group: PodGroup) => PullSpec = ({ pod: all }) => all,
): void {
  const { ref, imagePullSecrets: list, serviceAccountName, controller, object } = pod;
  const images = imageUses(fieldOf(object, 'spec'), fieldOf(object, 'status') ?? {});
  const states = images.map(({ image, policy, state }) =>
    state.status === 'there'
      ? [repositoryOf(image), policy, state.status]
      : [image, policy, state.status === 'missing' ? state.pullError : state.status],
  );
  const owner = [ref.namespace, controller?.uid, serviceAccountName, listedNames(list)];
  const hasNode = fieldOf(object, 'spec', 'nodeName') !== undefined;
  const key = JSON.stringify([...owner, states, isBeingDeleted(pod), hasEnded(object), hasNode]);
  const group = groups.get(key);
  if (group !== undefined) {
    group.count += 1;
    if (group.names.length < MAX_PODS) group.names.push(ref.name);
    return;
  }
  const first = { pod, images, hasNode, count: 1, names: [ref.name] };
  groups.set(key, { ...first, pod: keep(first) });
}

/** Which login opens an image does not depend on its tag; whether there is such a tag asks nobody once it has been pulled. */
function repositoryOf(image: string): string {
  return image.replace(/@.*$/, '').replace(/:[^/:]*$/, '');
}

/** Of pods of which nothing more is asked, and of which there may be ten thousand, only what `quietPod` reads. */
export function briefly({ pod, images }: PodGroup): PullSpec {
  if (images.some(({ state }) => state.status !== 'there')) return pod;
  const { metadata, spec, status } = pod.object;
  const [nodeName, phase] = [fieldOf(spec, 'nodeName'), fieldOf(status, 'phase')];
  return { ...pod, images: [], object: { metadata, spec: { nodeName }, status: { phase } } };
}

/** Whether it pulls nothing any more. */
export function hasEnded(pod: unknown): boolean {
  return ['Succeeded', 'Failed'].includes(`${fieldOf(pod, 'status', 'phase')}`);
}

/** How bad it is: 2 where images are missing, 1 where nobody has tried, 0 where they are there, -1 where it pulls no more. */
export function trouble({ pod, images }: PodGroup): number {
  if (hasEnded(pod.object) || isBeingDeleted(pod)) return -1;
  const states = images.map(({ state }) => state.status);
  return states.includes('missing') ? 2 : states.includes('not tried') ? 1 : 0;
}
