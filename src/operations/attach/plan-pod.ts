/** What has to be done to a pod, whose own list cannot be changed. */
import { controllerName, controllerWord, walkOwners } from '../../cluster/owners.ts';
import { clusterCommand, command, words } from '../../domain/text/command.ts';
import { type Prose, prose } from '../../domain/text/hint.ts';
import { scope } from '../../domain/text/object-name.ts';
import { fieldOf } from '../../domain/workloads/api-object.ts';
import { changedList } from '../../domain/workloads/list-change.ts';
import { type Controller, listedNames, type PullSpec } from '../../domain/workloads/pull-spec.ts';
import { recreationLosses } from '../../domain/workloads/recreation.ts';
import { describeRef } from '../../domain/workloads/ref.ts';
import { UserError } from '../../errors.ts';
import type { AttachContext } from './context.ts';
import { jobProblem, noteImages, type PlanItem, planWorkload } from './plan-workload.ts';

/** Throws UserError where it is not for us to do, with the way to do it. */
export async function planPod(pod: PullSpec, context: AttachContext): Promise<PlanItem> {
  const { verb, secret } = context.request;
  const list = changedList(verb, pod.imagePullSecrets, [secret]);
  if (pod.annotations['kubernetes.io/config.mirror'] !== undefined) throw mirrorProblem(pod);
  if (list === undefined) return { way: 'nothing', pullSpec: pod };
  if (pod.controller === undefined) return planRecreation(pod, list, context);
  const { top, unknownOwner: beyond } = await walkOwners(context.transport, pod);
  if (beyond !== undefined) throw unknownOwner(pod, top, beyond, context);
  if (top.ref.kind === 'Job') throw jobProblem(top, context);
  if (verb === 'detach' && !listedNames(top.imagePullSecrets).includes(secret)) {
    throw new UserError(
      `${describeRef(pod.ref)} has ${secret} from serviceaccount ${pod.serviceAccountName}, not from ${describeRef(top.ref)}`,
      command`regsecret detach ${secret} ${scope(pod.ref.namespace)} --serviceaccount ${pod.serviceAccountName}`,
    );
  }
  context.listener.note(
    top.ref.kind === 'CronJob'
      ? { code: 'job-stays', ref: { ...pod.ref, kind: 'Job', name: pod.controller.name }, owner: top.ref }
      : { code: 'belongs', ref: pod.ref, owner: top.ref },
  );
  return planWorkload(top, context);
}

/** core/validation `ValidatePodSpec`: a mirror pod may not reference secrets. */
function mirrorProblem({ ref, object }: PullSpec): UserError {
  const node = `${fieldOf(object, 'spec', 'nodeName')}`;
  const text = `${describeRef(ref)} is a static pod, which may use no Secret: node ${node} makes it from a file of its own`;
  return new UserError(text, clusterCommand`kubectl describe node ${node}`, [
    "its image needs a credential on that node: in the kubelet's config.json or from a credential provider plugin",
  ]);
}

function unknownOwner(pod: PullSpec, top: PullSpec, owner: Controller, { request }: AttachContext): UserError {
  const name = controllerName(owner);
  const { verb, secret } = request;
  const through = top === pod ? '' : `, through ${describeRef(top.ref)}`;
  const change = verb === 'attach' ? `add {"name": "${secret}"} to` : `take ${secret} out of`;
  const details: (string | Prose)[] = [`${change} imagePullSecrets in its pod template`];
  if (verb === 'attach' && (top.imagePullSecrets ?? []).length === 0) {
    details.push(
      prose`or to all pods of its service account: ${command`regsecret attach ${secret} ${scope(pod.ref.namespace)} --serviceaccount ${pod.serviceAccountName}`}`,
    );
  }
  const text = `${describeRef(pod.ref)} is made by ${name}${through}, whose template regsecret does not know`;
  return new UserError(text, command`kubectl edit ${controllerWord(owner)} ${scope(pod.ref.namespace)}`, details);
}

/** Admission copies the list of the service account into a pod without one; throws UserError when that has the Secret. */
async function checkInherited({ ref, serviceAccountName: name }: PullSpec, context: AttachContext): Promise<void> {
  const { secret, targets } = context.request;
  const account = await context.accountOf(ref.namespace, name);
  if (!listedNames(account?.imagePullSecrets).includes(secret)) return;
  if (targets.some((target) => target.kind === 'ServiceAccount' && target.name === name)) return;
  throw new UserError(
    `${describeRef(ref)} would have ${secret} again from serviceaccount ${name}`,
    command`regsecret detach ${secret} ${scope(ref.namespace)} --serviceaccount ${name}`,
  );
}

/** Throws UserError unless the person has agreed. */
async function planRecreation(pod: PullSpec, list: readonly unknown[], context: AttachContext): Promise<PlanItem> {
  const { ref } = pod;
  const { verb, secret, recreate, confirm } = context.request;
  if (fieldOf(pod.object, 'metadata', 'deletionTimestamp') !== undefined) {
    throw new UserError(
      `${describeRef(ref)} is being deleted`,
      command`kubectl get pod ${ref.name} ${scope(ref.namespace)}`,
    );
  }
  if (verb === 'detach' && list.length === 0) await checkInherited(pod, context);
  const losses = recreationLosses(pod);
  const agreed = recreate || (confirm !== undefined && (await confirm(ref, losses)));
  if (!agreed) {
    const text = `the pull secrets of ${describeRef(ref)} cannot be changed, and it has no controller to recreate it`;
    throw new UserError(
      text,
      command`regsecret ${verb} ${secret} ${scope(ref.namespace)} --pod ${ref.name} --recreate`,
      [
        ...losses.map((loss) => `deleting and creating it again loses ${loss}`),
        prose`or change its manifest yourself: ${words`regsecret ${verb} ${secret} -f FILE --write`}`,
      ],
    );
  }
  const notes: Parameters<typeof noteImages>[2] = [];
  if (verb === 'attach') await noteImages(pod, context, notes);
  for (const note of notes) context.listener.note(note);
  return { way: 'recreate', pullSpec: pod, list };
}
