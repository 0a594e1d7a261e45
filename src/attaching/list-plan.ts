/** What has to be done to one object, decided before anything is said, asked or written. */
import { appliersOf, type ListRule } from '../changes/list-write.ts';
import type { SavedPod } from '../changes/saved-pod.ts';
import { walkOwners } from '../cluster/pod-owners.ts';
import { UserError } from '../errors.ts';
import { type Command, command, dryRunFlag, words } from '../line/command.ts';
import { type Prose, prose } from '../line/hint.ts';
import { scope } from '../line/object-name.ts';
import { opensImage } from '../secret/keyring.ts';
import { LAST_APPLIED } from '../secret/last-applied.ts';
import { fieldOf } from '../workloads/api-object.ts';
import { pullKind } from '../workloads/kind.ts';
import { changedList } from '../workloads/list-change.ts';
import { describeRef, type ObjectRef } from '../workloads/object-ref.ts';
import {
  type Controller,
  controllerName,
  isBeingDeleted,
  isEnforced,
  isStaticPod,
  knownOwner,
  listedNames,
  type PullSpec,
  pullSpecOf,
} from '../workloads/pull-spec.ts';
import { recreationLosses } from '../workloads/recreation.ts';
import { changeCommand, remedyOfPod } from '../workloads/remedy.ts';
import type { PlanContext } from './context.ts';
import type { Note } from './notes.ts';
import { type AttachRequest, namesAccount } from './request.ts';

export type PlanItem = Planned & (Write | Recreation | Resumption | { readonly action: 'nothing' });

interface Planned {
  readonly pullSpec: PullSpec;
  /** True whether or not the list has to change. */
  readonly notes: readonly Note[];
}

export interface Write {
  readonly action: 'write';
  readonly planner: ListRule;
  /** True only once the list has changed. */
  readonly changeNotes: readonly Note[];
}

/** A pod is deleted, and created again with this list. */
export interface Recreation {
  readonly action: 'recreate';
  readonly list: readonly unknown[];
  /** What the new pod will not have. */
  readonly losses: readonly string[];
}

/** A pod that an interrupted run has deleted is created from its manifest, which is `pullSpec`, with this list. */
export interface Resumption {
  readonly action: 'resume';
  readonly list: readonly unknown[];
  readonly saved: SavedPod;
}

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

/** The template of a Job is immutable, even while the Job is suspended (batch/validation `ValidateJobSpecUpdate`). */
function jobProblem(
  { ref, imagePullSecrets: list, serviceAccountName }: PullSpec,
  { request }: PlanContext,
): UserError {
  const { verb, secret } = request;
  const text = `the template of ${describeRef(ref)} cannot be changed (a job's is immutable)`;
  const change = changeCommand(verb, { how: 'manifest' }, secret);
  if (verb === 'detach' || (list ?? []).length > 0) {
    return new UserError(text, change);
  }
  // The template has no list, so the next pod gets the list of the service account.
  return new UserError(text, accountCommand(ref.namespace, serviceAccountName, request), [
    'its next pod uses the imagePullSecrets of its service account',
    prose`to change its manifest and create the job again: ${change}`,
  ]);
}

/** Plans the change for a workload that is named or selected, or that owns a named pod. Throws UserError. */
async function planWorkload(pullSpec: PullSpec, context: PlanContext): Promise<PlanItem> {
  const { ref, controller } = pullSpec;
  const { verb, secret } = context.request;
  const owner = knownOwner(pullSpec);
  const changes = changedList(verb, pullSpec.imagePullSecrets, [secret]) !== undefined;
  if (!changes && verb === 'attach') return { action: 'nothing', pullSpec, notes: [] };
  if (owner !== undefined) {
    const text = `${describeRef(ref)} belongs to ${describeRef(owner)}, which manages its template`;
    throw new UserError(text, changeCommand(verb, { how: 'template', target: owner }, secret));
  }
  if (ref.kind === 'Job' && changes) throw jobProblem(pullSpec, context);
  const account = await context.accountOf(ref.namespace, pullSpec.serviceAccountName);
  const owned: Note[] = controller === undefined ? [] : [{ code: 'owned', ref, owner: controllerName(controller) }];
  if (verb === 'detach') {
    const planner: ListRule = ({ imagePullSecrets: list }) => changedList(verb, list, [secret]);
    const still = inheritedNotes(pullSpec, account, changes, context);
    return {
      action: 'write',
      pullSpec,
      planner,
      // These notes are true only once the workload's own list lacks the Secret.
      notes: changes ? [] : still,
      changeNotes: changes ? [...owned, ...still] : owned,
    };
  }
  if (account !== undefined) checkAllowed(account, pullSpec, context);
  // A new list in the template hides the list of the service account, because admission copies that only into pods without one.
  // So the names that the pods had from the account go into the template as well.
  const inherited = listedNames(account?.imagePullSecrets).filter((name) => name !== secret);
  const planner: ListRule = ({ imagePullSecrets: list }) =>
    changedList('attach', list, (list ?? []).length === 0 ? [...inherited, secret] : [secret]);
  const kept = keptNotes(pullSpec, inherited);
  const notes = await imageNotes(pullSpec, context);
  return { action: 'write', pullSpec, planner, notes, changeNotes: [...owned, ...kept] };
}

function keptNotes({ ref, imagePullSecrets: list, serviceAccountName }: PullSpec, names: readonly string[]): Note[] {
  if (names.length === 0 || (list ?? []).length > 0) return [];
  return [{ code: 'kept', ref, account: serviceAccountName, names }];
}

/** Notes where the pods get the list of their service account because the template has none, or none any more (`changes`). */
function inheritedNotes(
  { ref, imagePullSecrets: list, serviceAccountName: name }: PullSpec,
  account: PullSpec | undefined,
  changes: boolean,
  { request }: PlanContext,
): Note[] {
  const { secret } = request;
  const isDetached = namesAccount(request, name);
  const names = listedNames(account?.imagePullSecrets).filter((one) => one !== secret || !isDetached);
  if ((changedList('detach', list, [secret]) ?? list ?? []).length > 0) return [];
  const isOther = changes && names.some((one) => one !== secret);
  return [
    ...(isOther ? [{ code: 'account-list', ref, account: name, names } as const] : []),
    ...(names.includes(secret) ? [{ code: 'account-has-it', ref, account: name } as const] : []),
  ];
}

/** Throws UserError where the account allows only its own list (plugin/pkg/admission/serviceaccount `limitSecretReferences`). */
function checkAllowed(account: PullSpec, { ref }: Pick<PullSpec, 'ref'>, { request }: PlanContext): void {
  const { secret } = request;
  const { namespace, name } = account.ref;
  if (!isEnforced(account) || listedNames(account.imagePullSecrets).includes(secret)) return;
  if (namesAccount(request, name)) return;
  throw new UserError(
    `serviceaccount ${namespace}/${name} enforces its imagePullSecrets (enforce-mountable-secrets), so pods of ${describeRef(ref)} that use ${secret} would be rejected`,
    accountCommand(namespace, name, request),
  );
}

/** A note when the Secret has a login for none of the images. */
async function imageNotes({ ref, images }: PullSpec, context: PlanContext): Promise<Note[]> {
  const secret = await context.secretIn(ref.namespace);
  if (secret === undefined || images.length === 0 || images.some((image) => opensImage(secret, image))) return [];
  return [{ code: 'opens-none', ref, images }];
}

/** Throws UserError where regsecret cannot make the change, with a way to make it. */
async function planPod(pod: PullSpec, context: PlanContext): Promise<PlanItem> {
  const { verb, secret } = context.request;
  const list = changedList(verb, pod.imagePullSecrets, [secret]);
  if (isStaticPod(pod)) throw staticPodProblem(pod, context);
  if (list === undefined) return { action: 'nothing', pullSpec: pod, notes: [] };
  if (pod.controller === undefined) return planRecreation(pod, list, context);
  const { top, chain, unknownOwner } = await walkOwners(context.transport, pod);
  if (unknownOwner !== undefined) {
    const change = changeCommand(verb, remedyOfPod(pod, chain, unknownOwner), secret);
    throw unknownOwnerProblem({ pod, top, owner: unknownOwner, change }, context);
  }
  if (top.ref.kind === 'Job') throw jobProblem(top, context);
  if (verb === 'detach' && !listedNames(top.imagePullSecrets).includes(secret)) {
    throw new UserError(
      `${describeRef(pod.ref)} has ${secret} from serviceaccount ${pod.serviceAccountName}, not from ${describeRef(top.ref)}`,
      accountCommand(pod.ref.namespace, pod.serviceAccountName, context.request),
    );
  }
  const item = await planWorkload(top, context);
  return { ...item, notes: [ownerNote(pod, pod.controller, top), ...item.notes] };
}

function ownerNote({ ref }: PullSpec, controller: Controller, { ref: owner }: PullSpec): Note {
  return owner.kind === 'CronJob'
    ? { code: 'job-stays', ref: { ...ref, kind: 'Job', name: controller.name }, owner }
    : { code: 'belongs', ref, owner };
}

/** core/validation `ValidatePodSpec`: a mirror pod may not reference secrets. */
function staticPodProblem(pod: PullSpec, { request: { verb, secret } }: PlanContext): UserError {
  const { ref, object } = pod;
  const node = `${fieldOf(object, 'spec', 'nodeName')}`;
  const text = `${describeRef(ref)} is a static pod, which cannot use Secrets: node ${node} creates it from a file on the node`;
  return new UserError(text, changeCommand(verb, remedyOfPod(pod, []), secret), [
    "its image needs a login on that node: in the kubelet's config.json or from a credential provider plugin",
  ]);
}

interface Unknown {
  readonly pod: PullSpec;
  /** The topmost owner of a known kind, or the pod itself. */
  readonly top: PullSpec;
  readonly owner: Controller;
  readonly change: Command;
}

function unknownOwnerProblem({ pod, top, owner, change }: Unknown, { request }: PlanContext): UserError {
  const name = controllerName(owner);
  const { verb, secret } = request;
  const through = top === pod ? '' : `, through ${describeRef(top.ref)}`;
  const edit = verb === 'attach' ? `add {"name": "${secret}"} to` : `take ${secret} out of`;
  const details: (string | Prose)[] = [`${edit} imagePullSecrets in its pod template`];
  if (verb === 'attach' && (top.imagePullSecrets ?? []).length === 0) {
    details.push(
      prose`or to all pods of its service account: ${accountCommand(pod.ref.namespace, pod.serviceAccountName, request)}`,
    );
  }
  const text = `${describeRef(pod.ref)} is created by ${name}${through}, whose template regsecret does not know`;
  return new UserError(text, change, details);
}

/** Admission copies the list of the service account into a pod without a list. Throws UserError when that list has the Secret. */
async function checkInherited({ ref, serviceAccountName: name }: PullSpec, context: PlanContext): Promise<void> {
  const { secret } = context.request;
  const account = await context.accountOf(ref.namespace, name);
  if (!listedNames(account?.imagePullSecrets).includes(secret)) return;
  if (namesAccount(context.request, name)) return;
  throw new UserError(
    `${describeRef(ref)} would have ${secret} again from serviceaccount ${name}`,
    accountCommand(ref.namespace, name, context.request),
  );
}

/** Throws UserError where the pod is being deleted, or where it may not be deleted and no one can be asked. */
async function planRecreation(pod: PullSpec, list: readonly unknown[], context: PlanContext): Promise<PlanItem> {
  const { ref } = pod;
  const { verb, recreate, agree } = context.request;
  if (isBeingDeleted(pod)) {
    throw new UserError(
      `${describeRef(ref)} is being deleted`,
      command`kubectl get pod ${ref.name} ${scope(ref.namespace)}`,
    );
  }
  if (verb === 'detach' && list.length === 0) await checkInherited(pod, context);
  if (!recreate && agree === undefined) throw notRecreated(pod, context.request);
  const notes = verb === 'attach' ? await imageNotes(pod, context) : [];
  return { action: 'recreate', pullSpec: pod, list, losses: recreationLosses(pod), notes };
}

/** The question to ask before the pod is deleted. */
export function recreationQuestion({ ref }: PullSpec, losses: readonly string[]): string {
  const price = losses.length === 0 ? '' : ` It loses ${losses.join(', and ')}.`;
  return `The pull secrets of ${describeRef(ref)} cannot be changed. Delete it and create it again?${price}`;
}

/** Plans to create a pod that is gone. Throws UserError without `--recreate`, or where the saved file holds no pod. */
export function planResumption(saved: SavedPod, { request }: PlanContext): PlanItem {
  const { verb, secret, recreate } = request;
  const pod = pullSpecOf(pullKind('Pod'), saved.manifest);
  if (pod === undefined) throw new UserError(`${saved.file} holds no pod`, words`cat ${saved.file}`);
  const { ref } = pod;
  if (!recreate) {
    const text = `${describeRef(ref)} is missing: an interrupted run left its manifest in ${saved.file}`;
    throw new UserError(text, recreationCommand(ref, request));
  }
  const list = changedList(verb, pod.imagePullSecrets, [secret]) ?? pod.imagePullSecrets ?? [];
  const notes: Note[] = [{ code: 'resumed', ref, file: saved.file }];
  return { action: 'resume', pullSpec: pod, list, saved, notes };
}

/** The same change for a service account. */
function accountCommand(namespace: string, account: string, request: AttachRequest): Command {
  const { verb, secret } = request;
  return command`regsecret ${verb} ${secret} ${scope(namespace)} --serviceaccount ${account} ${dryRunFlag(request)}`;
}

function recreationCommand({ namespace, name }: ObjectRef, request: AttachRequest): Command {
  const { verb, secret } = request;
  return command`regsecret ${verb} ${secret} ${scope(namespace)} --pod ${name} --recreate ${dryRunFlag(request)}`;
}

/** The error for a pod that nobody agreed to delete, with the command that agrees. */
export function notRecreated(pod: PullSpec, request: AttachRequest): UserError {
  const { ref } = pod;
  const { verb, secret } = request;
  const text = `the pull secrets of ${describeRef(ref)} cannot be changed, and it has no controller to recreate it`;
  return new UserError(text, recreationCommand(ref, request), [
    ...recreationLosses(pod).map((loss) => `deleting and creating it again loses ${loss}`),
    prose`to change its manifest instead: ${changeCommand(verb, { how: 'manifest' }, secret)}`,
  ]);
}
