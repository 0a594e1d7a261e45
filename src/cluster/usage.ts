/** Who in the cluster refers to which Secret. */
import { forEachLimit } from '../concurrency.ts';
import { LIST_FIELD, type PullKind, type PullKindName, pullKind, WORKLOAD_KINDS } from '../domain/workloads/kind.ts';
import { pullSpecOf } from '../domain/workloads/pull-spec.ts';
import { addUsage, type UsageIndex } from '../domain/workloads/references.ts';
import { ApiError, refusalOf } from './client/api-error.ts';
import type { FieldSelection } from './client/pick-json.ts';
import type { Transport } from './client/transport.ts';
import { listPages } from './object-request.ts';

/** Who has a list beside pods. */
export const BESIDE_PODS: readonly PullKindName[] = ['ServiceAccount', ...WORKLOAD_KINDS];
/** Pods first, for they take longest. */
const KINDS = ['Pod', ...BESIDE_PODS] as const;

/** What `addUsage` reads. */
function shapeOf({ specPath }: PullKind): FieldSelection {
  const metadata = { namespace: true, name: true, ownerReferences: true } as const;
  const inner: FieldSelection = { [LIST_FIELD]: true };
  const spec = specPath.reduceRight<FieldSelection>((below, name) => ({ [name]: below }), inner);
  return { ...(spec as object), metadata: { ...metadata } };
}

const CONCURRENCY = 4;
/** A page is in memory as a whole. */
const PAGE = 100;

/** Keeps of every page only who refers to what; what may not be listed is told to `unchecked`. */
export async function gatherUsage(
  transport: Transport,
  namespace: string | undefined,
  unchecked: Set<string>,
): Promise<UsageIndex> {
  const index: UsageIndex = new Map();
  await forEachLimit(CONCURRENCY, KINDS, async (name) => {
    const kind = pullKind(name);
    try {
      for await (const page of listPages(transport, kind, {
        namespace,
        limit: PAGE,
        shape: shapeOf(kind),
      })) {
        for (const object of page) {
          const pullSpec = pullSpecOf(kind, object);
          if (pullSpec !== undefined) addUsage(index, pullSpec);
        }
      }
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (![403, 404].includes(error.status)) throw refusalOf(error);
      unchecked.add(kind.plural);
    }
  });
  return index;
}
