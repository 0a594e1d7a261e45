/** Carries out the plan for one object, once per run. */
import { type ChangedList, changeList } from '../../changes/list-step.ts';
import { refKey } from '../../domain/workloads/object-ref.ts';
import { listedNames, type PullSpec } from '../../domain/workloads/pull-spec.ts';
import { UserError } from '../../errors.ts';
import { placeOf, recreatePod, resumePod } from '../pods/recreate.ts';
import { forgetPods, savedPods } from '../pods/saved-pod.ts';
import type { AttachContext } from './context.ts';
import type { Done } from './effects.ts';
import type { PlanItem, Recreation, Resumption, Write } from './plan-item.ts';

export interface Run extends AttachContext {
  /** By `refKey`. */
  readonly done: Map<string, Done>;
}

/** Runs `work`. Reports a UserError as a problem, so that the other objects are still handled. */
export async function attempt(run: Run, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    run.listener.problem(error);
  }
}

/** Reports a UserError as a problem. */
export async function perform(item: PlanItem, run: Run): Promise<void> {
  const { pullSpec } = item;
  if (run.done.has(refKey(pullSpec.ref))) return;
  run.done.set(refKey(pullSpec.ref), { pullSpec, changed: false });
  const { imagePullSecrets: before } = pullSpec;
  if (item.action === 'recreate' || item.action === 'resume') await attempt(run, () => recreate(item, run));
  else if (item.action === 'write') await attempt(run, () => write(pullSpec, item, run));
  else {
    if (pullSpec.ref.kind === 'Pod' && run.request.dryRun === 'none') forgetPods(savedPods(placeOf(pullSpec, run)));
    report({ action: 'unchanged', pullSpec, before, after: before }, run);
  }
}

async function recreate(item: PlanItem & (Recreation | Resumption), run: Run): Promise<void> {
  const { pullSpec: pod, list } = item;
  const write = (): Promise<PullSpec> =>
    item.action === 'resume' ? resumePod(pod, list, item.saved, run) : recreatePod(pod, list, run);
  const created = await write();
  report(
    { action: 'recreated', pullSpec: created, before: pod.imagePullSecrets, after: created.imagePullSecrets },
    run,
  );
}

async function write(pullSpec: PullSpec, { planner, changeNotes }: Write, run: Run): Promise<void> {
  const { transport, request, listener } = run;
  const written = await changeList(transport, pullSpec, planner, request);
  report(written, run);
  if (written.action === 'patched') for (const note of changeNotes) listener.note(note);
}

type Performed = Omit<ChangedList, 'action'> & { readonly action: ChangedList['action'] | 'recreated' };

function report({ pullSpec, action, before, after }: Performed, run: Run): void {
  // There may be many service accounts, and nothing reads their `object` later.
  const kept = pullSpec.ref.kind === 'ServiceAccount' ? { ...pullSpec, object: {} } : pullSpec;
  run.done.set(refKey(pullSpec.ref), { pullSpec: kept, changed: action !== 'unchanged' });
  run.listener.outcome({ ref: pullSpec.ref, action, before: listedNames(before), after: listedNames(after) });
}
