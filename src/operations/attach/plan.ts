/** What has to be done to one object, decided before anything is written. */

import type { ListRule } from '../../changes/list-step.ts';
import { appliersOf } from '../../cluster/write/list-write.ts';
import { LAST_APPLIED } from '../../domain/pull-secret/last-applied.ts';
import { changedList } from '../../domain/workloads/list-change.ts';
import { isEnforced, type PullSpec } from '../../domain/workloads/pull-spec.ts';
import type { PlanContext } from './context.ts';
import type { Note } from './notes.ts';
import type { PlanItem } from './plan-item.ts';
import { planPod } from './plan-pod.ts';
import { planWorkload } from './plan-workload.ts';

/** Throws UserError where the change cannot or must not be made. */
export function planItem(pullSpec: PullSpec, context: PlanContext): Promise<PlanItem> {
  switch (pullSpec.ref.kind) {
    case 'ServiceAccount':
      return Promise.resolve(planAccount(pullSpec, context));
    case 'Pod':
      return planPod(pullSpec, context);
    default:
      return planWorkload(pullSpec, context);
  }
}

function planAccount(pullSpec: PullSpec, { request }: PlanContext): PlanItem {
  const { verb, secret } = request;
  const { ref } = pullSpec;
  const managed: Note[] = appliers(pullSpec).map((manager) => ({ code: 'managed', ref, manager }));
  const enforced: Note[] = isEnforced(pullSpec) && verb === 'attach' ? [{ code: 'enforced', ref }] : [];
  const planner: ListRule = ({ imagePullSecrets: list }) => changedList(verb, list, [secret]);
  return { action: 'write', pullSpec, planner, notes: [], changeNotes: [...managed, ...enforced] };
}

/** Who may restore their own list: by server-side apply, or by kubectl's client-side apply, which replaces the whole list. */
function appliers({ object, annotations }: PullSpec): string[] {
  const lastApplied = annotations[LAST_APPLIED] ?? '';
  return [...appliersOf(object), ...(lastApplied.includes('"imagePullSecrets"') ? ['kubectl apply'] : [])];
}
