/** Who in the cluster refers to which Secret. */
import { holderOf } from '../domain/holder.ts';
import { type PullKindName, pullKind } from '../domain/pull-kind.ts';
import { addUsage, type UsageIndex } from '../domain/usage.ts';
import { ApiError } from './api-error.ts';
import { inLanes } from './lanes.ts';
import { listPages } from './object-request.ts';
import type { Transport } from './transport.ts';

/** Pods first, for they take longest. A ReplicaSet of its own shows by its pods; those of Deployments are many. */
const KINDS: readonly PullKindName[] = [
  'Pod',
  'ServiceAccount',
  'Deployment',
  'StatefulSet',
  'DaemonSet',
  'CronJob',
  'Job',
  'ReplicationController',
];
const LANES = 4;

/** Keeps of every page only who refers to what; what may not be listed is told to `unchecked`. */
export async function gatherUsage(
  transport: Transport,
  namespace: string | undefined,
  unchecked: Set<string>,
): Promise<UsageIndex> {
  const index: UsageIndex = new Map();
  await inLanes(LANES, KINDS, async (name) => {
    const kind = pullKind(name);
    try {
      for await (const page of listPages(transport, kind, { namespace })) {
        for (const object of page) {
          const holder = holderOf(kind, object);
          if (holder !== undefined) addUsage(index, holder);
        }
      }
    } catch (error) {
      if (!(error instanceof ApiError) || ![403, 404].includes(error.status)) throw error;
      unchecked.add(kind.plural);
    }
  });
  return index;
}
