/** Who in the cluster refers to which Secret. */
import { forEachLimit } from '../concurrency.ts';
import { type PullKindName, pullKind, WORKLOAD_KINDS } from '../domain/workloads/kind.ts';
import { addUsage, type UsageIndex } from '../domain/workloads/references.ts';
import { eachPullSpec } from './each-object.ts';
import { pullSpecFields } from './pull-spec-fields.ts';
import type { Reader } from './reader.ts';

/** Who has a list beside pods. */
export const BESIDE_PODS: readonly PullKindName[] = ['ServiceAccount', ...WORKLOAD_KINDS];
/** Pods first, for they take longest. */
const KINDS = ['Pod', ...BESIDE_PODS] as const;

const CONCURRENCY = 4;
/** A page is in memory as a whole. */
const PAGE = 250;

/** Keeps of every page only who refers to what, as far as it may be listed. Throws UserError. */
export async function gatherUsage(reader: Reader, namespace: string | undefined): Promise<UsageIndex> {
  const index: UsageIndex = new Map();
  await forEachLimit(CONCURRENCY, KINDS, async (name) => {
    const kind = pullKind(name);
    const options = { namespace, limit: PAGE, shape: pullSpecFields(kind) };
    await eachPullSpec(reader, kind, options, (pullSpec) => addUsage(index, pullSpec));
  });
  return index;
}
