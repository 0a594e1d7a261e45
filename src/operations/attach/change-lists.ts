/** Attaches a pull secret to whatever was named or selected, or detaches it: look, plan, write, tell the truth. */
import type { Transport } from '../../cluster/client/transport.ts';
import { writeList } from '../../cluster/write-list.ts';
import { ahead, inLanes } from '../../concurrency.ts';
import { type Holder, listedNames } from '../../domain/workloads/pull-spec.ts';
import { refKey } from '../../domain/workloads/ref.ts';
import { effectOf } from '../../domain/workloads/rollout.ts';
import { UserError } from '../../errors.ts';
import { recreatePod } from '../pods/recreate.ts';
import { waitFor } from '../pods/wait.ts';
import type { Usable } from './check-secret.ts';
import { type Context, createContext } from './context.ts';
import { type Done, tellAccounts, tellWorkload } from './effects.ts';
import type { Note } from './notes.ts';
import { planItem } from './plan.ts';
import type { PlanItem } from './plan-workload.ts';
import type { AttachRequest, Listener, Selection } from './request.ts';
import { readTarget, selected } from './targets.ts';

/** As many as an API server takes gladly (measured: more do not make it faster). */
const LANES = 32;

/** Nothing that uses a service account. */
const UNUSED = { kind: 'Pod', labelSelector: undefined } as const;

interface Run extends Context {
  /** By `refKey`. */
  readonly done: Map<string, Done>;
}

/** Everything is told to `listener`; problems of named targets prevent all writing. Throws UserError and Interrupted. */
export async function changePullSecrets(
  transport: Transport,
  request: AttachRequest,
  listener: Listener,
): Promise<void> {
  const run: Run = { ...createContext(transport, request, listener), done: new Map() };
  const planning = planNamed(run);
  // Begun before they are needed, for they take the longest, and after what everything else waits for.
  if (request.checks && concernsAccounts(request)) run.facts();
  const plan = await planning;
  if (plan === undefined) return tellUnchecked(run);
  const isAccount = ({ holder }: PlanItem): boolean => holder.ref.kind === 'ServiceAccount';
  // What pods may name, and what they get, depends on their service accounts.
  for (const items of [plan.filter(isAccount), plan.filter((item) => !isAccount(item))]) {
    await inLanes(LANES, items, (item) => perform(item, run));
  }
  await performSelected(run);
  await tellAfter(run);
}

function concernsAccounts({ targets, selections }: AttachRequest): boolean {
  return selections.some(picksAccounts) || targets.some(({ kind }) => kind === 'ServiceAccount');
}

function picksAccounts(selection: Selection): boolean {
  return selection.by === 'use' || selection.kind === 'ServiceAccount';
}

/** Undefined when one of them has a problem. */
async function planNamed(run: Run): Promise<PlanItem[] | undefined> {
  const { namespace } = run.transport;
  const refs = run.request.targets.map((target) => ({ ...target, namespace }));
  const secret = refs.length === 0 ? undefined : run.secretIn(namespace);
  const plans = await Promise.allSettled([
    secret,
    ...refs.map(async (ref) => {
      const holder = await readTarget(ref, run);
      return planItem(holder, run);
    }),
  ]);
  const problems = plans.flatMap((plan) => (plan.status === 'rejected' ? [plan.reason] : []));
  const told = new Set<string>();
  for (const problem of problems) {
    if (!(problem instanceof UserError)) throw problem;
    // Such as the same missing namespace.
    if (!told.has(problem.message)) run.listener.problem(problem);
    told.add(problem.message);
  }
  if (problems.length > 0) return undefined;
  const items = plans
    .slice(1)
    .flatMap((plan) => (plan.status === 'fulfilled' && plan.value ? [plan.value as PlanItem] : []));
  // Two pods of one Deployment lead to it twice.
  return [...new Map(items.map((item) => [refKey(item.holder.ref), item])).values()];
}

async function performSelected(run: Run): Promise<void> {
  const without = new Set<string>();
  const { allNamespaces, selections } = run.request;
  const accountsFirst = [...selections.filter(picksAccounts), ...selections.filter((one) => !picksAccounts(one))];
  for (const selection of accountsFirst) {
    // Its first page is on its way while the Secrets are looked at.
    const holders = ahead(selected(selection, run, run.facts));
    const usable = await run.usable();
    let picked = 0;
    await inLanes(LANES, holders, (holder) => {
      picked += 1;
      return attempt(run, () => performIn(holder, usable, without, run));
    });
    if (picked > 0) continue;
    const namespace = allNamespaces ? undefined : run.transport.namespace;
    const { kind, labelSelector: labels } = selection.by === 'use' ? UNUSED : selection;
    run.listener.note({ code: 'picks-none', kind, labels, namespace });
  }
  if (without.size > 0) run.listener.note({ code: 'secret-elsewhere', namespaces: [...without].sort() });
}

/** Leaves alone what is in a namespace without the Secret; throws UserError where it is of no use. */
async function performIn(holder: Holder, usable: Usable | undefined, without: Set<string>, run: Run): Promise<void> {
  const { namespace } = holder.ref;
  if (run.done.has(refKey(holder.ref))) return;
  const found = usable?.get(namespace);
  if (found instanceof UserError && run.request.checks) throw found;
  if (usable !== undefined && found === undefined && !run.request.allowMissing) return void without.add(namespace);
  if (usable === undefined && !run.request.allNamespaces) await run.secretIn(namespace);
  await perform(await planItem(holder, run), run);
}

/** One that cannot be done does not keep the others from it. */
async function attempt(run: Run, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    run.listener.problem(error);
  }
}

async function perform(item: PlanItem, run: Run): Promise<void> {
  const { holder } = item;
  if (run.done.has(refKey(holder.ref))) return;
  run.done.set(refKey(holder.ref), { holder, changed: false });
  if (item.way === 'recreate') await attempt(run, () => recreate(item.holder, item.list, run));
  else if (item.way === 'write') await attempt(run, () => write(item, run));
  else tell(run, holder, 'unchanged', holder.list, holder.list);
}

async function recreate(pod: Holder, list: readonly unknown[], run: Run): Promise<void> {
  const created = run.request.dryRun === 'client' ? pod : await recreatePod(pod, list, run);
  tell(run, created, 'recreated', pod.list, list);
}

async function write(item: Extract<PlanItem, { way: 'write' }>, run: Run): Promise<void> {
  const { transport, request, listener } = run;
  const { holder, planner, notes } = item;
  const planned = planner(holder);
  const written =
    request.dryRun === 'client'
      ? ({
          action: planned === undefined ? 'unchanged' : 'patched',
          before: holder.list,
          after: planned ?? holder.list,
          holder,
        } as const)
      : await writeList(transport, holder, planner, { ...request, dryRun: request.dryRun === 'server' });
  tell(run, written.holder, written.action, written.before, written.after);
  for (const note of notes) if (written.action === 'patched' || alwaysTrue(note)) listener.note(note);
}

/** Whatever was done now, this is so. */
function alwaysTrue({ code }: Note): boolean {
  return code === 'account-has-it' || code === 'opens-none';
}

function tell(
  run: Run,
  holder: Holder,
  action: 'patched' | 'unchanged' | 'recreated',
  before: readonly unknown[] | undefined,
  after: readonly unknown[] | undefined,
): void {
  // Of a service account no more than this is asked for later, and there may be many.
  const kept = holder.ref.kind === 'ServiceAccount' ? { ...holder, object: {} } : holder;
  run.done.set(refKey(holder.ref), { holder: kept, changed: action !== 'unchanged' });
  run.listener.outcome({ ref: holder.ref, action, before: listedNames(before), after: listedNames(after) });
}

async function tellAfter(run: Run): Promise<void> {
  const { request } = run;
  const all = [...run.done.values()];
  const accounts = all.some(({ holder }) => holder.ref.kind === 'ServiceAccount');
  const restarted = accounts && request.checks ? await tellAccounts(run.done, await run.facts(), run) : [];
  const workloads = all.filter(({ holder: { ref } }) => ref.kind !== 'ServiceAccount' && ref.kind !== 'Pod');
  for (const { holder, changed } of workloads) await tellWorkload(holder, changed, run);
  tellUnchecked(run);
  if (!request.wait || request.dryRun !== 'none') return;
  const pods = all.filter(({ holder, changed }) => holder.ref.kind === 'Pod' && changed);
  const rolling = workloads.filter(({ holder }) => effectOf(holder).kind === 'rolls out');
  run.listener.waiting();
  const followed = [...pods, ...rolling].map(({ holder }) => holder);
  await inLanes(LANES, [...followed, ...restarted], (holder) => attempt(run, () => waitFor(holder, run)));
}

function tellUnchecked({ unchecked, listener }: Context): void {
  if (unchecked.size > 0) listener.note({ code: 'unchecked', rights: [...unchecked].sort() });
}
