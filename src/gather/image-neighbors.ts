/** Which pods have their images from neighbors: reads the nodes where that is possible. */
import type { Neighbor, PullFacts } from '../diagnosis/facts.ts';
import { loansAmong } from '../diagnosis/neighbors.ts';
import { describeObject } from '../findings/finding-record.ts';
import { forEachLimit } from '../system/concurrency.ts';
import { defaultVerification } from '../workloads/image-verification.ts';
import type { PodGroup } from '../workloads/pod-group.ts';
import type { Collector } from './collector.ts';

/** Parallel requests for nodes. */
const CONCURRENCY = 16;

/** Returns the neighbors of such pods, by image. Undefined where the kubelets verify who may use an image, or there are none. */
export async function gatherNeighbors(
  groups: readonly PodGroup[],
  facts: PullFacts,
  collector: Collector,
): Promise<(pods: readonly PodGroup[]) => ReadonlyMap<string, Neighbor> | undefined> {
  const loans = loansAmong(groups, facts);
  const versions = new Map<string, string>();
  await forEachLimit(CONCURRENCY, [...new Set(loans.map(({ node }) => node))], async (name) => {
    const node = await collector.node(name);
    if (node?.exists === true && defaultVerification(node.version).policy === 'off') versions.set(name, node.version);
  });
  const byGroup = Map.groupBy(
    loans.filter(({ node }) => versions.has(node)),
    ({ group }) => group,
  );
  return (pods) => {
    const found = pods.flatMap((group) => byGroup.get(group) ?? []);
    if (found.length === 0) return undefined;
    return new Map(
      found.map(({ image, node, owner }) => [
        image,
        { pod: describeObject(owner.pod.ref), node, version: versions.get(node) ?? '' },
      ]),
    );
  };
}
