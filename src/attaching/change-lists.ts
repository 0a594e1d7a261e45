/** Attaches a pull secret to whatever was named or selected, or detaches it: reads, plans, writes, and reports the effects. */
import { type ChangedList, changeList } from '../changes/list-write.ts';
import { performPhase } from '../changes/performer.ts';
import { placeOf, recreatePod, resumePod } from '../changes/recreate.ts';
import { forgetPods, savedPods } from '../changes/saved-pod.ts';
import { waitFor } from '../changes/wait.ts';
import type { Transport } from '../cluster/transport.ts';
import { UserError } from '../errors.ts';
import { readAdditions } from '../gather/additions.ts';
import { copyMark } from '../secret/copy.ts';
import { prefetch } from '../system/concurrency.ts';
import { describeRef, refKey } from '../workloads/object-ref.ts';
import { listedNames, type PullSpec } from '../workloads/pull-spec.ts';
import { resumeCommand } from '../workloads/remedy.ts';
import { effectOf, progressOf } from '../workloads/rollout.ts';
import type { Usable } from './check-secret.ts';
import { type AttachContext, createContext, type Done } from './context.ts';
import { reportAccounts, reportWorkload } from './effects.ts';
import {
  notRecreated,
  type PlanItem,
  planItem,
  planResumption,
  type Recreation,
  type Resumption,
  recreationQuestion,
  type Write,
} from './list-plan.ts';
import { agreeToLosses, type Loss, lossesOf } from './look-ahead.ts';
import { type AttachRequest, isImplied, type Listener, type TargetSelection } from './request.ts';
import { readTarget, selected } from './targets.ts';

/** For `--used`, the `picks-none` note says that there is no pod. */
const UNUSED = { kind: 'Pod', labelSelector: undefined, name: undefined } as const;

/** Reports everything to `listener`. A problem with a named target prevents all writing. Throws UserError and Interrupted. */
export async function changePullSecrets(
  transport: Transport,
  request: AttachRequest,
  listener: Listener,
): Promise<void> {
  const run = createContext(transport, request, listener);
  const planning = planNamed(run);
  // The facts take the longest, so reading them starts before they are needed, but after the requests that all else waits for.
  if (request.checks && concernsAccounts(request)) run.facts();
  const plan = await planning;
  if (plan === undefined) return reportUnchecked(run);
  // Two pods of one Deployment lead to it twice.
  const unique = [...new Map(plan.map((item) => [refKey(item.pullSpec.ref), item])).values()];
  const losses = await lossesOf(unique, run);
  let isAgreed = false;
  await performAll([plan], run, async () => {
    await agreeToLosses(losses, unique, run);
    await announce(plan, run);
    isAgreed = true;
  });
  if (!isAgreed) return reportUnchecked(run);
  const isAccount = ({ pullSpec }: PlanItem): boolean => pullSpec.ref.kind === 'ServiceAccount';
  // Service accounts come first: they decide which Secrets a pod may name, and which ones it inherits.
  for (const items of [unique.filter(isAccount), unique.filter((item) => !isAccount(item))]) {
    await performAll(items, run, (item) => perform(item, run));
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

/** Returns undefined when one of the named targets has a problem. */
async function planNamed(run: AttachContext): Promise<PlanItem[] | undefined> {
  const { namespace = run.transport.namespace } = run.request;
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
    // Several targets may have the same problem, such as a missing namespace.
    if (!told.has(problem.message)) run.listener.problem(problem);
    told.add(problem.message);
  }
  if (problems.length > 0) return undefined;
  return plans.slice(1).flatMap((plan) => (plan.status === 'fulfilled' ? [plan.value as PlanItem] : []));
}

/** Before writing, reports the notes and asks about the pods to recreate one by one. Throws UserError after the first no. */
async function announce(items: readonly PlanItem[], { request, listener }: AttachContext): Promise<void> {
  for (const { notes } of items) for (const note of notes) listener.note(note);
  for (const item of items) {
    if (item.action !== 'recreate' || request.recreate) continue;
    await request.agree?.(recreationQuestion(item.pullSpec, item.losses), notRecreated(item.pullSpec, request));
  }
}

async function announceAndPerform(item: PlanItem, run: AttachContext): Promise<void> {
  await announce([item], run);
  await perform(item, run);
}

function reportSecrets({ listener, secretFindings }: AttachContext): void {
  for (const finding of secretFindings()) listener.note(finding);
}

async function performSelected(run: AttachContext): Promise<void> {
  const without = new Set<string>();
  let isListed = false;
  const { allNamespaces, selections } = run.request;
  const accountsFirst = [...selections.filter(picksAccounts), ...selections.filter((one) => !picksAccounts(one))];
  for (const selection of accountsFirst) {
    // The first page is requested while the Secrets are checked.
    const pullSpecs = prefetch(selected(selection, run, run.facts));
    const usable = await run.usable();
    const needed: Needed[] = [];
    const { verb, secret } = run.request;
    let picked = 0;
    // A person answers one question at a time.
    const width = asksAbout(selection, run.request) ? 1 : run.transport.concurrency;
    const one = async (pullSpec: PullSpec): Promise<void> => {
      picked += 1;
      // In all namespaces, `detach` handles only the objects whose list names the Secret.
      const names = listedNames(pullSpec.imagePullSecrets).includes(secret);
      if (verb === 'detach' && allNamespaces && !names) return;
      isListed ||= names;
      const item = await planIn(pullSpec, usable, without, run);
      if (item === undefined) return;
      const losses = await lossesOf([item], run);
      if (losses.length > 0) return void needed.push({ item, losses });
      await announceAndPerform(item, run);
    };
    await performAll(pullSpecs, run, one, width);
    await performNeeded(needed, width, run);
    if (picked > 0 || isImplied(selection)) continue;
    const namespace = allNamespaces ? undefined : run.transport.namespace;
    const { kind, labelSelector: labels, name } = selection.by === 'use' ? UNUSED : selection;
    run.listener.note({ code: 'picks-none', kind, labels, name, namespace });
  }
  if (selections.some(isImplied) && !isListed) run.listener.note({ code: 'listed-nowhere' });
  if (without.size > 0) run.listener.note({ code: 'secret-elsewhere', namespaces: [...without].sort() });
}

/** A planned change that loses a login. One question covers all of them. */
interface Needed {
  readonly item: PlanItem;
  readonly losses: readonly Loss[];
}

async function performNeeded(needed: readonly Needed[], width: number, run: AttachContext): Promise<void> {
  const items = needed.map(({ item }) => item);
  const losses = needed.flatMap((one) => one.losses);
  await performAll([losses], run, async () => {
    await agreeToLosses(losses, items, run);
    await performAll(items, run, (item) => announceAndPerform(item, run), width);
  });
}

/** Returns undefined for an object that is done already, or whose namespace lacks the Secret. Throws UserError. */
async function planIn(
  pullSpec: PullSpec,
  usable: Usable | undefined,
  without: Set<string>,
  run: AttachContext,
): Promise<PlanItem | undefined> {
  const { namespace } = pullSpec.ref;
  if (run.done.has(refKey(pullSpec.ref))) return undefined;
  const found = usable?.get(namespace);
  if (found instanceof UserError && run.request.checks) throw found;
  if (found !== undefined && 'findings' in found && run.request.checks) {
    for (const finding of found.findings) run.listener.note(finding);
  }
  if (usable !== undefined && found === undefined && !run.request.allowMissing) {
    without.add(namespace);
    return undefined;
  }
  if (usable === undefined && !run.request.allNamespaces) await run.secretIn(namespace);
  const item = await planItem(pullSpec, run);
  reportSecrets(run);
  return item;
}

function asksAbout(selection: TargetSelection, { recreate, agree }: AttachRequest): boolean {
  return selection.by === 'kind' && selection.kind === 'Pod' && !recreate && agree !== undefined;
}

async function reportEffects(run: AttachContext): Promise<void> {
  const { request } = run;
  const all = [...run.done.values()];
  const accounts = all.some(({ pullSpec }) => pullSpec.ref.kind === 'ServiceAccount');
  const restarted = accounts && request.checks ? await reportAccounts(await run.facts(), run) : [];
  const workloads = all.filter(({ pullSpec: { ref } }) => ref.kind !== 'ServiceAccount' && ref.kind !== 'Pod');
  for (const { pullSpec, changed } of workloads) await reportWorkload(pullSpec, changed, run);
  reportSecrets(run);
  reportUnchecked(run);
  await reportAddition(all, run);
  if (!request.wait || request.dryRun !== 'none') return;
  const pods = all.filter(({ pullSpec, changed }) => pullSpec.ref.kind === 'Pod' && changed);
  const rolling = workloads.filter(({ pullSpec }) => effectOf(pullSpec).kind === 'rolls out');
  for (const { pullSpec } of workloads.filter(({ pullSpec }) => effectOf(pullSpec).kind === 'paused')) {
    if (!progressOf(pullSpec).done) run.listener.problem(neverDone(pullSpec));
  }
  run.listener.waiting();
  const followed = [...pods, ...rolling].map(({ pullSpec }) => pullSpec);
  await performAll([...followed, ...restarted], run, (pullSpec) => waitFor(pullSpec, run));
}

/** Reports that a policy adds the Secret anyway. Only a copy can come from one; `delete` takes the policy along itself. */
async function reportAddition(done: readonly Done[], run: AttachContext): Promise<void> {
  const { request, transport } = run;
  const { verb, secret: name, checks, allNamespaces, allowMissing, namespace = transport.namespace } = request;
  if (!checks || allNamespaces || allowMissing || !done.some(({ changed }) => changed)) return;
  const state = verb === 'attach' ? undefined : await run.stateOf(namespace, name);
  const secret = state?.status === 'there' ? state.secret : await run.secretIn(namespace);
  if (secret === undefined || copyMark(secret) === undefined) return;
  const added = await readAdditions(transport, new Map([[namespace, new Set([name])]]));
  for (const { policy } of added.get(namespace) ?? []) run.listener.note({ code: 'still-added', policy, namespace });
}

/** The problem to report instead of waiting for a paused workload. */
function neverDone({ ref }: PullSpec): UserError {
  return new UserError(`${describeRef(ref)} is paused, so there is no waiting for its new pods`, resumeCommand(ref));
}

function reportUnchecked({ missingRights, listener }: AttachContext): void {
  const rights = missingRights.list();
  if (rights.length > 0) listener.note({ code: 'unchecked', rights });
}

/** Does `perform` for each step, and reports what could not be done. A Secret that is missing is one problem of all its steps. */
function performAll<Step>(
  steps: Iterable<Step> | AsyncIterable<Step>,
  { transport, listener }: AttachContext,
  perform: (step: Step) => Promise<void>,
  width = transport.concurrency,
): Promise<void> {
  const told = new Set<UserError>();
  const failed = (_: Step, error: UserError): void => {
    if (!told.has(error)) listener.problem(error);
    told.add(error);
  };
  return performPhase({ steps, width, perform, failed });
}

/** Carries out the plan for one object, once per run. Throws UserError. */
export async function perform(item: PlanItem, run: AttachContext): Promise<void> {
  const { pullSpec } = item;
  if (run.done.has(refKey(pullSpec.ref))) return;
  run.done.set(refKey(pullSpec.ref), { pullSpec, changed: false });
  const { imagePullSecrets: before } = pullSpec;
  if (item.action === 'recreate' || item.action === 'resume') await recreate(item, run);
  else if (item.action === 'write') await write(pullSpec, item, run);
  else {
    if (pullSpec.ref.kind === 'Pod' && run.request.dryRun === 'none') forgetPods(savedPods(placeOf(pullSpec, run)));
    report({ action: 'unchanged', pullSpec, before, after: before }, run);
  }
}

async function recreate(item: PlanItem & (Recreation | Resumption), run: AttachContext): Promise<void> {
  const { pullSpec: pod, list } = item;
  const write = (): Promise<PullSpec> =>
    item.action === 'resume' ? resumePod(pod, list, item.saved, run) : recreatePod(pod, list, run);
  const created = run.request.dryRun === 'client' ? { ...pod, imagePullSecrets: list } : await write();
  report(
    { action: 'recreated', pullSpec: created, before: pod.imagePullSecrets, after: created.imagePullSecrets },
    run,
  );
}

async function write(pullSpec: PullSpec, { planner, changeNotes }: Write, run: AttachContext): Promise<void> {
  const { transport, request, listener } = run;
  const written = await changeList(transport, pullSpec, planner, request);
  report(written, run);
  if (written.action === 'patched') for (const note of changeNotes) listener.note(note);
}

type Performed = Omit<ChangedList, 'action'> & { readonly action: ChangedList['action'] | 'recreated' };

function report({ pullSpec, action, before, after }: Performed, run: AttachContext): void {
  // There may be many service accounts, and nothing reads their `object` later.
  const kept = pullSpec.ref.kind === 'ServiceAccount' ? { ...pullSpec, object: {} } : pullSpec;
  run.done.set(refKey(pullSpec.ref), { pullSpec: kept, changed: action !== 'unchanged' });
  run.listener.outcome({ ref: pullSpec.ref, action, before: listedNames(before), after: listedNames(after) });
}
