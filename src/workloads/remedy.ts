/** How pods get another list of pull secrets, or are recreated, and the commands for that. */

import {
  andThen,
  type Command,
  clusterCommand,
  command,
  fileWord,
  kubectlPath,
  type Word,
  words,
} from '../line/command.ts';
import { lineOf } from '../line/deed.ts';
import { nameWord, nodeWord, scope } from '../line/object-name.ts';
import { serverWord } from '../secret/server.ts';
import { fieldOf } from './api-object.ts';
import { pullKindOf } from './kind.ts';
import type { Verb } from './list-change.ts';
import { type ObjectRef, targetWord } from './object-ref.ts';
import { MAX_PODS } from './pod-group.ts';
import { type Controller, controllerName, controllerWord, isStaticPod, type PullSpec } from './pull-spec.ts';
import { effectOf, hasFinished, waitsForPods } from './rollout.ts';

/** What the controller does not do by itself after the template was changed. */
export type Step =
  | { readonly step: 'delete pods'; readonly pods: readonly string[] }
  | { readonly step: 'resume'; readonly pods: readonly string[] }
  /** A CronJob creates its next job at the next scheduled time. `job` has not ended, and keeps the old template. */
  | { readonly step: 'run again'; readonly job?: string | undefined };

/** `allow` is the service account that must have a Secret before its pods may name it (`enforce-mountable-secrets`). */
export type Remedy =
  | {
      readonly how: 'template';
      readonly target: ObjectRef;
      readonly next?: Step | undefined;
      /** The images of the template before, whose pods are ready. Left out where it is not known. */
      readonly before?: readonly string[] | undefined;
      readonly allow?: ObjectRef | undefined;
    }
  /** A pod that no controller creates again. */
  | { readonly how: 'recreate'; readonly target: ObjectRef; readonly allow?: ObjectRef | undefined }
  /** New pods get the list of the service account. If a template makes them, it cannot be changed, and has no list. */
  | { readonly how: 'account'; readonly target: ObjectRef; readonly pods: readonly string[] }
  /** The object is in a manifest. */
  | { readonly how: 'file'; readonly file: string }
  /** The controller of the pods is of a kind that we do not know: `rollout.argoproj.io/web`. */
  | { readonly how: 'owner'; readonly owner: string; readonly namespace: string }
  /** Only the manifest that it was created from can be changed, and we do not know that. */
  | { readonly how: 'manifest' }
  /** A static pod may use no Secret: its node needs the login. The name is empty if it is not known. */
  | { readonly how: 'node'; readonly node: string };

/** The remedy for the pods of a template. `pods` are those of its pods that need the new list. */
export function remedyOfTemplate(template: PullSpec, pods: readonly string[] = []): Remedy {
  const { ref, imagePullSecrets: list, serviceAccountName, controller } = template;
  if (controller !== undefined) return remedyOfOwner(controller, ref.namespace);
  if (ref.kind === 'ServiceAccount') return { how: 'account', target: ref, pods: some(pods) };
  if (ref.kind === 'Job') {
    const left = failuresLeft(template);
    if ((list ?? []).length > 0 || left <= 0) return { how: 'manifest' };
    const target = { kind: 'ServiceAccount', namespace: ref.namespace, name: serviceAccountName } as const;
    return { how: 'account', target, pods: some(pods).slice(0, left) };
  }
  const next = stepOf(template, pods);
  return { how: 'template', target: ref, next };
}

/**
 * The remedy for a pod, and for the identical pods `alike`. `owners` are its controllers, from the nearest to the topmost. That
 * one is owned by `unknownOwner`, which is of a kind that we do not know, or may not be read.
 */
export function remedyOfPod(
  pod: PullSpec,
  owners: readonly PullSpec[],
  unknownOwner?: Controller,
  alike: readonly string[] = [pod.ref.name],
): Remedy {
  const { ref, object } = pod;
  if (isStaticPod(pod)) return { how: 'node', node: `${fieldOf(object, 'spec', 'nodeName') ?? ''}` };
  if (unknownOwner !== undefined) return remedyOfOwner(unknownOwner, ref.namespace);
  return owners.length === 0 ? { how: 'recreate', target: ref } : remedyOfOwners(owners, alike);
}

/** `owners` are from the nearest to the topmost, whose template decides. `pods` are those of the nearest that need it. */
export function remedyOfOwners(owners: readonly PullSpec[], pods: readonly string[] = []): Remedy {
  const [nearest, top] = [owners[0] as PullSpec, owners.at(-1) as PullSpec];
  const remedy = remedyOfTemplate(top, pods);
  if (nearest.ref.kind !== 'Job' || top.ref.kind !== 'CronJob' || remedy.how !== 'template') return remedy;
  return { ...remedy, next: { step: 'run again', job: hasFinished(nearest) ? undefined : nearest.ref.name } };
}

/** `remedy`, if its template had the images `before`. Only these kinds keep a history (kubectl pkg/polymorphichelpers/rollback.go). */
export function withBefore(remedy: Remedy, before: readonly string[] | undefined): Remedy {
  const hasHistory =
    remedy.how === 'template' && ['Deployment', 'StatefulSet', 'DaemonSet'].includes(remedy.target.kind);
  return hasHistory && before !== undefined ? { ...remedy, before } : remedy;
}

/** An owner of a kind that we know, but that was not read, is gone, or may have an owner itself. */
function remedyOfOwner(owner: Controller, namespace: string): Remedy {
  const isKnown = pullKindOf(owner.apiVersion, owner.kind) !== undefined;
  return isKnown ? { how: 'manifest' } : { how: 'owner', owner: controllerName(owner), namespace };
}

/** Whether the commands of the remedy do everything that is needed. */
export function isComplete({ how }: Remedy): boolean {
  return how !== 'owner' && how !== 'manifest' && how !== 'node';
}

/** `remedy` for pods of a service account that allows only the Secrets of its list. */
export function remedyUnder(remedy: Remedy, allow: ObjectRef): Remedy {
  return remedy.how === 'template' || remedy.how === 'recreate' ? { ...remedy, allow } : remedy;
}

function stepOf(template: PullSpec, pods: readonly string[]): Step | undefined {
  const { kind } = effectOf(template);
  // The next job has the new template. Without pods to replace, no job has to run again.
  if (template.ref.kind === 'CronJob') return pods.length === 0 ? undefined : { step: 'run again' };
  if (kind === 'paused') return { step: 'resume', pods: some(pods) };
  if (kind === 'rolls out' && !waitsForPods(template)) return undefined;
  return pods.length === 0 ? undefined : { step: 'delete pods', pods: some(pods) };
}

/** How many deleted pods a Job still replaces: each counts as failed (job_controller.go `exceedsBackoffLimit`). */
export function failuresLeft({ object }: Pick<PullSpec, 'object'>): number {
  const limit = fieldOf(object, 'spec', 'backoffLimit');
  const failed = fieldOf(object, 'status', 'failed');
  return (typeof limit === 'number' ? limit : 6) - (typeof failed === 'number' ? failed : 0);
}

function some(pods: readonly string[]): readonly string[] {
  return pods.slice(0, MAX_PODS);
}

/** Attaches or detaches `secret` (SECRET if it has no name yet), and does what the controller does not do by itself. */
export function changeCommand(verb: Verb, remedy: Remedy, secret: string | undefined): Command {
  const change = words`regsecret ${verb} ${secret === undefined ? 'SECRET' : nameWord(secret)}`;
  const allowed = (allow: ObjectRef | undefined) => (verb === 'attach' ? allow?.name : undefined);
  switch (remedy.how) {
    case 'template': {
      const { target, next, allow } = remedy;
      const { namespace } = target;
      const deed = { do: verb, secret, namespace, account: allowed(allow), workloads: [targetWord(target)] };
      return andThen(lineOf(deed), next && stepCommand(next, target));
    }
    case 'recreate': {
      const { target, allow } = remedy;
      const { namespace } = target;
      const again = command`${change} ${scope(namespace)} --pod ${nameWord(target.name)} --recreate`;
      const account = allowed(allow);
      // The new pod is tried before anything is written, so the service account has to be changed first.
      return account === undefined ? again : andThen(lineOf({ do: verb, secret, namespace, account }), again);
    }
    case 'account': {
      const { target, pods } = remedy;
      const { namespace, name } = target;
      const changed = lineOf({ do: verb, secret, namespace, account: name });
      return pods.length === 0 ? changed : andThen(changed, deleteCommand(pods, namespace));
    }
    case 'file':
      return words`${change} -f ${fileWord(remedy.file)} --write`;
    case 'manifest':
      return words`${change} -f FILE --write`;
    default:
      return elsewhereCommand(remedy);
  }
}

/** The command for a remedy in which regsecret changes nothing itself. */
export function elsewhereCommand(remedy: Extract<Remedy, { how: 'owner' | 'node' }>): Command {
  if (remedy.how === 'owner') return command`kubectl edit ${controllerWord(remedy.owner)} ${scope(remedy.namespace)}`;
  return clusterCommand`kubectl describe node ${nodeWord(remedy.node)}`;
}

/** The name of the Secret that `regsecret create` makes without a name. */
const NEW = 'regsecret';

/** Creates a Secret with a login for `server`, and attaches it. */
export function createCommand(remedy: Remedy, server: string): Command {
  const createIn = (namespace?: string, attach?: readonly Word[]): Command =>
    lineOf({ do: 'create', namespace, servers: [serverWord(server)], attach });
  switch (remedy.how) {
    case 'manifest':
      return createIn();
    case 'owner':
      return andThen(createIn(remedy.namespace), elsewhereCommand(remedy));
    case 'node':
      return elsewhereCommand(remedy);
    case 'file':
      return andThen(createIn(), changeCommand('attach', remedy, NEW));
    case 'recreate':
      return andThen(createIn(remedy.target.namespace), changeCommand('attach', remedy, NEW));
    case 'account': {
      const { target, pods } = remedy;
      const create = createIn(target.namespace, accountWords(target));
      return pods.length === 0 ? create : andThen(create, deleteCommand(pods, target.namespace));
    }
    case 'template': {
      const { target, next, allow } = remedy;
      const create = createIn(target.namespace, [...(allow ? accountWords(allow) : []), targetWord(target)]);
      return andThen(create, next && stepCommand(next, target));
    }
  }
}

/** Recreates the pods, with the list that new pods get. That list has `secret`. */
export function renewCommand(
  remedy: Remedy,
  secret: string | undefined,
  pod: { readonly namespace?: string | undefined; readonly name: string },
): Command {
  switch (remedy.how) {
    case 'template': {
      const { target, next } = remedy;
      if (next === undefined) return command`kubectl rollout restart ${targetWord(target)} ${scope(target.namespace)}`;
      return 'pods' in next ? deleteCommand(next.pods, target.namespace) : stepCommand(next, target);
    }
    case 'recreate':
      return changeCommand('attach', remedy, secret);
    case 'account':
      return deleteCommand(remedy.pods, remedy.target.namespace);
    case 'file':
      return command`kubectl apply -f ${kubectlPath(fileWord(remedy.file))}`;
    case 'owner':
    case 'manifest':
      return deleteCommand([pod.name], pod.namespace);
    case 'node':
      return elsewhereCommand(remedy);
  }
}

/** The command for what the controller does not do by itself. */
export function stepCommand(step: Step, target: ObjectRef): Command {
  switch (step.step) {
    case 'delete pods':
      return deleteCommand(step.pods, target.namespace);
    case 'resume':
      return resumeCommand(target);
    case 'run again': {
      if (step.job === undefined) return againCommand(target);
      // The old job never ends, and the CronJob may wait for it (`concurrencyPolicy: Forbid`).
      const ended = command`kubectl delete job ${nameWord(step.job)} ${scope(target.namespace)}`;
      return andThen(ended, againCommand(target));
    }
  }
}

/** Resumes a paused Deployment. */
export function resumeCommand(target: ObjectRef): Command {
  return command`kubectl rollout resume ${targetWord(target)} ${scope(target.namespace)}`;
}

/** Creates another job of a CronJob. */
export function againCommand(target: ObjectRef): Command {
  const job = words`--from=${targetWord(target)} ${nameWord(target.name)}-again`;
  return command`kubectl create job ${job} ${scope(target.namespace)}`;
}

/** Deletes pods that their controller creates again. */
export function deleteCommand(pods: readonly string[], namespace: string | undefined): Command {
  return command`kubectl delete pod ${pods.length === 0 ? 'NAME' : pods.map(nameWord)} ${scope(namespace)}`;
}

function accountWords({ name }: ObjectRef): readonly Word[] {
  return words`sa/${nameWord(name)}`.words;
}
