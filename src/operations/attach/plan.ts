/** What has to be done to one object, decided before anything is written. */
import { appliersOf } from '../../cluster/list-owner.ts';
import { changedList } from '../../domain/workloads/list-change.ts';
import { isEnforced, type PullSpec } from '../../domain/workloads/pull-spec.ts';
import type { AttachContext } from './context.ts';
import type { Note } from './notes.ts';
import { planPod } from './plan-pod.ts';
import { type PlanItem, planWorkload } from './plan-workload.ts';

/** Throws UserError where it cannot or must not be done. */
export function planItem(pullSpec: PullSpec, context: AttachContext): Promise<PlanItem> {
  switch (pullSpec.ref.kind) {
    case 'ServiceAccount':
      return Promise.resolve(planAccount(pullSpec, context));
    case 'Pod':
      return planPod(pullSpec, context);
    default:
      return planWorkload(pullSpec, context);
  }
}

function planAccount(pullSpec: PullSpec, { request }: AttachContext): PlanItem {
  const { verb, secret } = request;
  const notes: Note[] = appliers(pullSpec).map((manager) => ({ code: 'managed', ref: pullSpec.ref, manager }));
  if (isEnforced(pullSpec) && verb === 'attach') notes.push({ code: 'enforced', ref: pullSpec.ref });
  return { way: 'write', pullSpec, planner: ({ imagePullSecrets: list }) => changedList(verb, list, [secret]), notes };
}

/** Who will bring their own list back: by server-side apply, or by kubectl's older kind, which replaces the whole list. */
function appliers({ object, annotations }: PullSpec): string[] {
  const lastApplied = annotations['kubectl.kubernetes.io/last-applied-configuration'] ?? '';
  return [...appliersOf(object), ...(lastApplied.includes('"imagePullSecrets"') ? ['kubectl apply'] : [])];
}
