/** What has to be done to one object, decided before anything is written. */
import { appliersOf } from '../../cluster/list-owner.ts';
import { changedList } from '../../domain/workloads/list-change.ts';
import { type Holder, isEnforced } from '../../domain/workloads/pull-spec.ts';
import type { Context } from './context.ts';
import type { Note } from './notes.ts';
import { planPod } from './plan-pod.ts';
import { type PlanItem, planWorkload } from './plan-workload.ts';

/** Throws UserError where it cannot or must not be done. */
export function planItem(holder: Holder, context: Context): Promise<PlanItem> {
  switch (holder.ref.kind) {
    case 'ServiceAccount':
      return Promise.resolve(planAccount(holder, context));
    case 'Pod':
      return planPod(holder, context);
    default:
      return planWorkload(holder, context);
  }
}

function planAccount(holder: Holder, { request }: Context): PlanItem {
  const { verb, secret } = request;
  const notes: Note[] = appliers(holder).map((manager) => ({ code: 'managed', ref: holder.ref, manager }));
  if (isEnforced(holder) && verb === 'attach') notes.push({ code: 'enforced', ref: holder.ref });
  return { way: 'write', holder, planner: ({ list }) => changedList(verb, list, [secret]), notes };
}

/** Who will bring their own list back: by server-side apply, or by kubectl's older kind, which replaces the whole list. */
function appliers({ object, annotations }: Holder): string[] {
  const lastApplied = annotations['kubectl.kubernetes.io/last-applied-configuration'] ?? '';
  return [...appliersOf(object), ...(lastApplied.includes('"imagePullSecrets"') ? ['kubectl apply'] : [])];
}
