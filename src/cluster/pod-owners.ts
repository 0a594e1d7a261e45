/** Follows owners from a pod or a workload up to the object whose controller would undo a change. */
import { isObjectName } from '../line/object-name.ts';
import { pullKindOf } from '../workloads/kind.ts';
import type { ObjectRef } from '../workloads/object-ref.ts';
import type { Controller, PullSpec } from '../workloads/pull-spec.ts';
import { getPullSpec } from './object-request.ts';
import type { Transport } from './transport.ts';

export interface Owners {
  /** The topmost owner of a known kind; the object itself when it has no owner. */
  readonly top: PullSpec;
  /** The owner of `top`, when its kind is unknown or it no longer exists. */
  readonly unknownOwner: Controller | undefined;
  /** From the nearest owner to the topmost. */
  readonly chain: readonly PullSpec[];
}

/** No chain of Kubernetes' own controllers is longer than CronJob, Job, Pod. */
const MAX_DEPTH = 6;

/** Follows the controllers of `pullSpec`, reading each with `read`. Throws UserError for one that may not be read. */
export async function walkOwners(
  transport: Transport,
  pullSpec: PullSpec,
  read: (ref: ObjectRef) => Promise<PullSpec | undefined> = (ref) => getPullSpec(transport, ref),
): Promise<Owners> {
  let top = pullSpec;
  const chain: PullSpec[] = [];
  for (let depth = 0; depth < MAX_DEPTH; depth += 1) {
    const { controller } = top;
    if (controller === undefined) return { top, unknownOwner: undefined, chain };
    const kind = pullKindOf(controller.apiVersion, controller.kind);
    if (kind === undefined || !isObjectName(controller.name)) return { top, unknownOwner: controller, chain };
    const { namespace } = top.ref;
    const owner = await read({ kind: kind.kind, namespace, name: controller.name });
    // A newer object of the same name is not the owner.
    if (owner?.uid !== controller.uid) return { top, unknownOwner: controller, chain };
    top = owner;
    chain.push(owner);
  }
  return { top, unknownOwner: top.controller, chain };
}
