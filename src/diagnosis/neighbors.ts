/** Pods that have an image only because another pod of their node pulled it, until a kubelet asks who may use it. */

import { type PodGroup, trouble } from '../workloads/pod-group.ts';
import { listedNames } from '../workloads/pull-spec.ts';
import { hasLogin, simulatePull } from './attempt.ts';
import type { PullFacts } from './facts.ts';

/** Pods without a login for an image that they have, and another one with a login on one of their nodes. */
export interface Loan {
  readonly group: PodGroup;
  readonly image: string;
  readonly node: string;
  readonly owner: PodGroup;
}

/** The loans among `groups`, one for each group and image. No registry is asked, so the images may be public. */
export function loansAmong(groups: readonly PodGroup[], facts: PullFacts): Loan[] {
  const alive = groups.filter((group) => trouble(group) === 0);
  const without = alive.filter(({ pod }) => listedNames(pod.imagePullSecrets).length === 0);
  const images = new Set(without.flatMap(borrowable));
  const owners = Map.groupBy(
    alive.flatMap((owner) => ownImages(owner, images, facts).map((image) => ({ image, owner }))),
    ({ image }) => image,
  );
  return without.flatMap((group) =>
    borrowable(group).flatMap((image) => {
      for (const { owner } of owners.get(image) ?? []) {
        const node = [...group.nodes].find((one) => owner.nodes.has(one));
        if (node !== undefined) return [{ group, image, node, owner }];
      }
      return [];
    }),
  );
}

/** A pod that always pulls has shown that it can. */
function borrowable({ images }: PodGroup): string[] {
  return images.flatMap(({ image, policy }) => (policy === 'IfNotPresent' ? image : []));
}

/** Those of `images` that the pods have, and a login for. */
function ownImages({ pod, images: uses }: PodGroup, images: ReadonlySet<string>, facts: PullFacts): string[] {
  const names = listedNames(pod.imagePullSecrets);
  const offline = { ...facts, online: false };
  const isOwn = (image: string): boolean =>
    images.has(image) && hasLogin(simulatePull(names, pod.ref.namespace, image, offline));
  return names.length === 0 ? [] : uses.map(({ image }) => image).filter(isOwn);
}
