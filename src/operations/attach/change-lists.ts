/** Attaches a pull secret to whatever was named or selected, or detaches it: look, plan, write, tell the truth. */
import type { Transport } from '../../cluster/client/transport.ts';
import { writeList } from '../../cluster/write-list.ts';
import { forEachLimit, prefetch } from '../../concurrency.ts';
import { listedNames, type PullSpec } from '../../domain/workloads/pull-spec.ts';
import { refKey } from '../../domain/workloads/ref.ts';
import { effectOf } from '../../domain/workloads/rollout.ts';
import { UserError } from '../../errors.ts';
import { recreatePod } from '../pods/recreate.ts';
import { waitFor } from '../pods/wait.ts';
import type { Usable } from './check-secret.ts';
import { type AttachContext, createContext } from './context.ts';
import { type Done, reportAccounts, reportWorkload } from './effects.ts';
import type { Note } from './notes.ts';
import { planItem } from './plan.ts';
import type { PlanItem } from './plan-workload.ts';
import type { AttachRequest, Listener, TargetSelection } from './request.ts';
import { readTarget, selected } from './targets.ts';

/** As many as an API server takes gladly (measured: more do not make it faster). */
const CONCURRENCY = 32;

/** Nothing that uses a service account. */
const UNUSED = { kind: 'Pod', labelSelector: undefined } as const;

interface Run extends AttachContext {
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
  if (plan === undefined) return reportUnchecked(run);
  const isAccount = ({ pullSpec }: PlanItem): boolean => pullSpec.ref.kind === 'ServiceAccount';
  // What pods may name, and what they get, depends on their service accounts.
  for (const items of [plan.filter(isAccount), plan.filter((item) => !isAccount(item))]) {
    await forEachLimit(CONCURRENCY, items, (item) => perform(item, run));
  }
  await performSelected(run);
  await reportEffects(run);
}

function concernsAccounts({ targets, selections }: AttachRequest): boolean {
  return selections.some(picksAccounts) || targets.some(({ kind }) => kind === 'ServiceAccount');
}

function picksAccounts(selection: TargetSelection): boolean {
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
      const pullSpec = await readTarget(ref, run);
      return planItem(pullSpec, run);
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
  return [...new Map(items.map((item) => [refKey(item.pullSpec.ref), item])).values()];
}

async function performSelected(run: Run): Promise<void> {
  const without = new Set<string>();
  const { allNamespaces, selections } = run.request;
  const accountsFirst = [...selections.filter(picksAccounts), ...selections.filter((one) => !picksAccounts(one))];
  for (const selection of accountsFirst) {
    // Its first page is on its way while the Secrets are looked at.
    const pullSpecs = prefetch(selected(selection, run, run.facts));
    const usable = await run.usable();
    let picked = 0;
    await forEachLimit(CONCURRENCY, pullSpecs, (pullSpec) => {
      picked += 1;
      return attempt(run, () => performIn(pullSpec, usable, without, run));
    });
    if (picked > 0) continue;
    const namespace = allNamespaces ? undefined : run.transport.namespace;
    const { kind, labelSelector: labels } = selection.by === 'use' ? UNUSED : selection;
    run.listener.note({ code: 'picks-none', kind, labels, namespace });
  }
  if (without.size > 0) run.listener.note({ code: 'secret-elsewhere', namespaces: [...without].sort() });
}

/** Leaves alone what is in a namespace without the Secret; throws UserError where it is of no use. */
async function performIn(
  pullSpec: PullSpec,
  usable: Usable | undefined,
  without: Set<string>,
  run: Run,
): Promise<void> {
  const { namespace } = pullSpec.ref;
  if (run.done.has(refKey(pullSpec.ref))) return;
  const found = usable?.get(namespace);
  if (found instanceof UserError && run.request.checks) throw found;
  if (found !== undefined && 'findings' in found && run.request.checks) {
    for (const finding of found.findings) run.listener.note(finding);
  }
  if (usable !== undefined && found === undefined && !run.request.allowMissing) return void without.add(namespace);
  if (usable === undefined && !run.request.allNamespaces) await run.secretIn(namespace);
  await perform(await planItem(pullSpec, run), run);
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
  const { pullSpec } = item;
  if (run.done.has(refKey(pullSpec.ref))) return;
  run.done.set(refKey(pullSpec.ref), { pullSpec, changed: false });
  if (item.way === 'recreate') await attempt(run, () => recreate(item.pullSpec, item.list, run));
  else if (item.way === 'write') await attempt(run, () => write(item, run));
  else report(run, pullSpec, 'unchanged', pullSpec.imagePullSecrets, pullSpec.imagePullSecrets);
}

async function recreate(pod: PullSpec, list: readonly unknown[], run: Run): Promise<void> {
  const created = run.request.dryRun === 'client' ? pod : await recreatePod(pod, list, run);
  report(run, created, 'recreated', pod.imagePullSecrets, list);
}

async function write(item: Extract<PlanItem, { way: 'write' }>, run: Run): Promise<void> {
  const { transport, request, listener } = run;
  const { pullSpec, planner, notes } = item;
  const planned = planner(pullSpec);
  const written =
    request.dryRun === 'client'
      ? ({
          action: planned === undefined ? 'unchanged' : 'patched',
          before: pullSpec.imagePullSecrets,
          after: planned ?? pullSpec.imagePullSecrets,
          pullSpec,
        } as const)
      : await writeList(transport, pullSpec, planner, { ...request, dryRun: request.dryRun === 'server' });
  report(run, written.pullSpec, written.action, written.before, written.after);
  for (const note of notes) if (written.action === 'patched' || alwaysTrue(note)) listener.note(note);
}

/** Whatever was done now, this is so. */
function alwaysTrue({ code }: Note): boolean {
  return code === 'account-has-it' || code === 'opens-none';
}

function report(
  run: Run,
  pullSpec: PullSpec,
  action: 'patched' | 'unchanged' | 'recreated',
  before: readonly unknown[] | undefined,
  after: readonly unknown[] | undefined,
): void {
  // Of a service account no more than this is asked for later, and there may be many.
  const kept = pullSpec.ref.kind === 'ServiceAccount' ? { ...pullSpec, object: {} } : pullSpec;
  run.done.set(refKey(pullSpec.ref), { pullSpec: kept, changed: action !== 'unchanged' });
  run.listener.outcome({ ref: pullSpec.ref, action, before: listedNames(before), after: listedNames(after) });
}

async function reportEffects(run: Run): Promise<void> {
  const { request } = run;
  const all = [...run.done.values()];
  const accounts = all.some(({ pullSpec }) => pullSpec.ref.kind === 'ServiceAccount');
  const restarted = accounts && request.checks ? await reportAccounts(run.done, await run.facts(), run) : [];
  const workloads = all.filter(({ pullSpec: { ref } }) => ref.kind !== 'ServiceAccount' && ref.kind !== 'Pod');
  for (const { pullSpec, changed } of workloads) await reportWorkload(pullSpec, changed, run);
  reportUnchecked(run);
  if (!request.wait || request.dryRun !== 'none') return;
  const pods = all.filter(({ pullSpec, changed }) => pullSpec.ref.kind === 'Pod' && changed);
  const rolling = workloads.filter(({ pullSpec }) => effectOf(pullSpec).kind === 'rolls out');
  run.listener.waiting();
  const followed = [...pods, ...rolling].map(({ pullSpec }) => pullSpec);
  await forEachLimit(CONCURRENCY, [...followed, ...restarted], (pullSpec) =>
    attempt(run, () => waitFor(pullSpec, run)),
  );
}

function reportUnchecked({ missingRights, listener }: AttachContext): void {
  const rights = missingRights.list();
  if (rights.length > 0) listener.note({ code: 'unchecked', rights });
}
