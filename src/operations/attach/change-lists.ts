/** Attaches a pull secret to whatever was named or selected, or detaches it: look, plan, write, tell the truth. */
import type { Transport } from '../../cluster/client/transport.ts';
import { type Written, writeList } from '../../cluster/write/write-list.ts';
import { forEachLimit, prefetch } from '../../concurrency.ts';
import { refKey } from '../../domain/workloads/object-ref.ts';
import { listedNames, type PullSpec } from '../../domain/workloads/pull-spec.ts';
import { effectOf } from '../../domain/workloads/rollout.ts';
import { UserError } from '../../errors.ts';
import { placeOf, recreatePod, resumePod } from '../pods/recreate.ts';
import { forgetPods, savedPods } from '../pods/saved-pod.ts';
import { waitFor } from '../pods/wait.ts';
import type { Usable } from './check-secret.ts';
import { type AttachContext, createContext } from './context.ts';
import { type Done, reportAccounts, reportWorkload } from './effects.ts';
import { planItem } from './plan.ts';
import type { PlanItem, Recreation, Resumption, Write } from './plan-item.ts';
import { notRecreated, planResumption } from './plan-pod.ts';
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
  if (plan === undefined || !(await announce(plan, run))) return reportUnchecked(run);
  const isAccount = ({ pullSpec }: PlanItem): boolean => pullSpec.ref.kind === 'ServiceAccount';
  // Two pods of one Deployment lead to it twice.
  const unique = [...new Map(plan.map((item) => [refKey(item.pullSpec.ref), item])).values()];
  // What pods may name, and what they get, depends on their service accounts.
  for (const items of [unique.filter(isAccount), unique.filter((item) => !isAccount(item))]) {
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
      const found = await readTarget(ref, run);
      return 'manifest' in found ? planResumption(found, run) : planItem(found, run);
    }),
  ]);
  reportSecrets(run);
  const problems = plans.flatMap((plan) => (plan.status === 'rejected' ? [plan.reason] : []));
  const told = new Set<string>();
  for (const problem of problems) {
    if (!(problem instanceof UserError)) throw problem;
    // Such as the same missing namespace.
    if (!told.has(problem.message)) run.listener.problem(problem);
    told.add(problem.message);
  }
  if (problems.length > 0) return undefined;
  return plans.slice(1).flatMap((plan) => (plan.status === 'fulfilled' ? [plan.value as PlanItem] : []));
}

/** Says what is known before anything is written, and asks about pods, one after the other; false after the first no. */
async function announce(items: readonly PlanItem[], run: Run): Promise<boolean> {
  for (const { notes } of items) for (const note of notes) run.listener.note(note);
  for (const item of items) {
    if (await isAgreed(item, run)) continue;
    run.listener.problem(notRecreated(item.pullSpec, run.request));
    return false;
  }
  return true;
}

async function isAgreed(item: PlanItem, { request: { recreate, confirm } }: Run): Promise<boolean> {
  if (item.action !== 'recreate' || recreate) return true;
  return confirm !== undefined && (await confirm(item.pullSpec.ref, item.losses));
}

function reportSecrets({ listener, secretFindings }: Run): void {
  for (const finding of secretFindings()) listener.note(finding);
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
    // A person answers one question at a time.
    const width = asksAbout(selection, run.request) ? 1 : CONCURRENCY;
    await forEachLimit(width, pullSpecs, (pullSpec) => {
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
  const item = await planItem(pullSpec, run);
  reportSecrets(run);
  if (await announce([item], run)) await perform(item, run);
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

function asksAbout(selection: TargetSelection, { recreate, confirm }: AttachRequest): boolean {
  return selection.by === 'kind' && selection.kind === 'Pod' && !recreate && confirm !== undefined;
}

async function perform(item: PlanItem, run: Run): Promise<void> {
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
  const created = run.request.dryRun === 'client' ? { ...pod, imagePullSecrets: list } : await write();
  report(
    { action: 'recreated', pullSpec: created, before: pod.imagePullSecrets, after: created.imagePullSecrets },
    run,
  );
}

async function write(pullSpec: PullSpec, { planner, changeNotes }: Write, run: Run): Promise<void> {
  const { transport, request, listener } = run;
  const planned = planner(pullSpec);
  const written: Written =
    request.dryRun === 'client'
      ? {
          action: planned === undefined ? 'unchanged' : 'patched',
          before: pullSpec.imagePullSecrets,
          after: planned ?? pullSpec.imagePullSecrets,
          pullSpec,
        }
      : await writeList(transport, pullSpec, planner, { ...request, dryRun: request.dryRun === 'server' });
  report(written, run);
  if (written.action === 'patched') for (const note of changeNotes) listener.note(note);
}

type Performed = Omit<Written, 'action'> & { readonly action: Written['action'] | 'recreated' };

function report({ pullSpec, action, before, after }: Performed, run: Run): void {
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
  reportSecrets(run);
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
