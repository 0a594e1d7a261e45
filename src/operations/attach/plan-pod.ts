/** Plans the change for a pod, whose own list is immutable. */
import { walkOwners } from '../../cluster/owners.ts';
import { type Command, command, dryRunFlag, words } from '../../domain/text/command.ts';
import { type Prose, prose } from '../../domain/text/hint.ts';
import { scope } from '../../domain/text/object-name.ts';
import { fieldOf } from '../../domain/workloads/api-object.ts';
import { pullKind } from '../../domain/workloads/kind.ts';
import { changedList } from '../../domain/workloads/list-change.ts';
import { describeRef, type ObjectRef } from '../../domain/workloads/object-ref.ts';
import {
  type Controller,
  controllerName,
  isBeingDeleted,
  isStaticPod,
  listedNames,
  type PullSpec,
  pullSpecOf,
} from '../../domain/workloads/pull-spec.ts';
import { recreationLosses } from '../../domain/workloads/recreation.ts';
import { changeCommand, remedyOfPod } from '../../domain/workloads/remedy.ts';
import { UserError } from '../../errors.ts';
import type { SavedPod } from '../pods/saved-pod.ts';
import type { PlanContext } from './context.ts';
import type { Note } from './notes.ts';
import type { PlanItem } from './plan-item.ts';
import { imageNotes, jobProblem, planWorkload } from './plan-workload.ts';
import { type AttachRequest, namesAccount } from './request.ts';

/** Throws UserError where regsecret cannot make the change, with a way to make it. */
export async function planPod(pod: PullSpec, context: PlanContext): Promise<PlanItem> {
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
      command`regsecret detach ${secret} ${scope(pod.ref.namespace)} --serviceaccount ${pod.serviceAccountName} ${dryRunFlag(context.request)}`,
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
  const text = `${describeRef(ref)} is a static pod, which cannot use Secrets: node ${node} makes it from a file of its own`;
  return new UserError(text, changeCommand(verb, remedyOfPod(pod, []), secret), [
    "its image needs a credential on that node: in the kubelet's config.json or from a credential provider plugin",
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
      prose`or to all pods of its service account: ${command`regsecret attach ${secret} ${scope(pod.ref.namespace)} --serviceaccount ${pod.serviceAccountName} ${dryRunFlag(request)}`}`,
    );
  }
  const text = `${describeRef(pod.ref)} is made by ${name}${through}, whose template regsecret does not know`;
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
    command`regsecret detach ${secret} ${scope(ref.namespace)} --serviceaccount ${name} ${dryRunFlag(context.request)}`,
  );
}

/** Throws UserError where the pod is being deleted, or where it may not be deleted and nobody can be asked. */
async function planRecreation(pod: PullSpec, list: readonly unknown[], context: PlanContext): Promise<PlanItem> {
  const { ref } = pod;
  const { verb, recreate, confirm } = context.request;
  if (isBeingDeleted(pod)) {
    throw new UserError(
      `${describeRef(ref)} is being deleted`,
      command`kubectl get pod ${ref.name} ${scope(ref.namespace)}`,
    );
  }
  if (verb === 'detach' && list.length === 0) await checkInherited(pod, context);
  if (!recreate && confirm === undefined) throw notRecreated(pod, context.request);
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
    const text = `${describeRef(ref)} is gone: a run that was interrupted has left its manifest in ${saved.file}`;
    throw new UserError(text, recreationCommand(ref, request));
  }
  const list = changedList(verb, pod.imagePullSecrets, [secret]) ?? pod.imagePullSecrets ?? [];
  const notes: Note[] = [{ code: 'resumed', ref, file: saved.file }];
  return { action: 'resume', pullSpec: pod, list, saved, notes };
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
    prose`or change its manifest yourself: ${changeCommand(verb, { how: 'manifest' }, secret)}`,
  ]);
}
