/** What the commands that change pods, or what makes them, are made of. */
import { imageServer } from '../keyring/server.ts';
import { andThen, type Command, command, fileWord, words } from '../text/command.ts';
import { nameWord, scope } from '../text/object-name.ts';
import { type NearTags, withNearTag } from '../verify/near-tags.ts';
import { type ObjectRef, targetWord } from '../workloads/object-ref.ts';
import {
  changeCommand,
  createCommand,
  elsewhereCommand,
  type Remedy,
  renewCommand,
  stepCommand,
} from '../workloads/remedy.ts';
import type { FindingObject, FindingOf } from './finding.ts';

/** The Secret `next` into the list, unless it is there, and this one out of it; pods that have to be deleted for that only once. */
export function exchange(remedy: Remedy, name: string, next: string, isThere = false): Command {
  const removed = changeCommand('detach', remedy, name);
  // An editor, or a look at the node, does for both.
  if (isThere || remedy.how === 'owner' || remedy.how === 'node') return removed;
  return andThen(changeCommand('attach', withoutStep(remedy), next), removed);
}

/** `remedy` for pods that may stay. */
export function withoutStep(remedy: Remedy): Remedy {
  if (remedy.how === 'template') return { ...remedy, next: undefined };
  return remedy.how === 'account' ? { ...remedy, pods: [] } : remedy;
}

/** Attaches the Secret `usable`; where there is none, creates one with a login for `image`. */
export function giveLogin(remedy: Remedy, image: string, usable: string | undefined): Command {
  if (usable !== undefined) return changeCommand('attach', remedy, usable);
  return createCommand(remedy, imageServer(image));
}

export function attachTo(account: string, secret: string, { namespace }: FindingObject): Command {
  return command`regsecret attach ${nameWord(secret)} ${scope(namespace)} --serviceaccount ${nameWord(account)}`;
}

/** With what its pods need, where that is known. */
export function createAccount({ object, arguments: { account, usable } }: FindingOf<'missing-account'>): Command {
  const create = command`kubectl create serviceaccount ${nameWord(account)} ${scope(object.namespace)}`;
  return andThen(create, usable === undefined ? undefined : attachTo(account, usable, object));
}

/** Lets the kubelet pull what it may not. */
export function allowPull(object: FindingObject, remedy: Remedy, volume = false): Command {
  return changeKept(object, remedy, volume ? editedAgain : pullIfMissing);
}

/** Opens what makes the pods in an editor, or the pod itself for what it keeps: all but the images of its containers. */
export function editKept(object: FindingObject, remedy: Remedy): Command {
  return object.kind === 'ServiceAccount' ? edit(object) : changeKept(object, remedy, editedAgain);
}

/** What a pod keeps is changed in what makes it, or the pod is made again. */
function changeKept(object: FindingObject, remedy: Remedy, again: (pod: ObjectRef) => Command): Command {
  switch (remedy.how) {
    case 'recreate':
      return again(remedy.target);
    case 'template':
      return editMaker(object, remedy);
    case 'file':
      return editFile(object);
    case 'owner':
    case 'node':
      return elsewhereCommand(remedy);
    default:
      return replaceCommand(object);
  }
}

function pullIfMissing({ name, namespace }: ObjectRef): Command {
  const replace = command`kubectl replace --force ${scope(namespace)} -f -`;
  const change = words`sed ${'s/imagePullPolicy: Never/imagePullPolicy: IfNotPresent/'}`;
  return {
    ...command`kubectl get pod ${nameWord(name)} ${scope(namespace)} -o yaml`,
    pipe: { ...change, pipe: replace },
  };
}

function editedAgain({ name, namespace }: ObjectRef): Command {
  // Beside a manifest of that name, which it must not write over.
  const output = `${name}-live.yaml`;
  const saved = { ...command`kubectl get pod ${nameWord(name)} ${scope(namespace)} -o yaml`, output };
  return andThen(
    saved,
    andThen(words`vi ${output}`, command`kubectl replace --force ${scope(namespace)} -f ${output}`),
  );
}

/** Whether nothing in the cluster has the image yet. */
export function isTyped({ file }: FindingObject, container: string): boolean {
  return container === '' && file === undefined;
}

/** Asks about `image` with the nearest of `tags`, of a pod with these `secrets`; without a tag nobody knows what was meant. */
export function askAbout(
  object: FindingObject,
  image: string,
  { names }: Pick<NearTags, 'names'> = { names: [] },
  secrets: readonly string[] = [],
): Command {
  if (names.length === 0) return words``;
  const isAccount = object.kind === 'ServiceAccount';
  const named = isAccount && object.name !== 'default' ? words`--serviceaccount ${nameWord(object.name)}` : undefined;
  const list = secrets.reduce((line, name) => words`${line} --secret ${nameWord(name)}`, words``);
  return command`regsecret why ${isAccount ? [] : [targetWord(object)]} ${scope(object.namespace)} --image ${withNearTag(image, { names: names.slice(0, 1) })} ${named} ${list}`;
}

/** `image` for the container of that name. */
export function setImage(object: FindingObject, remedy: Remedy, container: string, image: string): Command {
  if (isTyped(object, container)) return words``;
  // kubectl set image changes every object of the file with such a container.
  if (object.file !== undefined) return editFile(object);
  const pair = words`${container === '' ? 'CONTAINER' : nameWord(container)}=${image}`;
  return changeMaker(
    object,
    remedy,
    ({ kind, name }) =>
      command`kubectl set image ${kind.toLowerCase()}/${nameWord(name)} ${pair} ${scope(object.namespace)}`,
  );
}

/** `change` of what makes the pods, or of the pod itself where that has no template that can be changed. */
function changeMaker(object: FindingObject, remedy: Remedy, change: (made: FindingObject) => Command): Command {
  if (remedy.how === 'template') {
    const { target, next } = remedy;
    return andThen(change(target), next && stepCommand(next, target));
  }
  return object.kind === 'Job' && object.file === undefined ? replaceCommand(object) : change(object);
}

/** For what cannot be changed, with the manifest that it was made of, which we do not know. */
function replaceCommand({ namespace }: FindingObject): Command {
  return command`kubectl replace --force ${scope(namespace)} -f FILE`;
}

/** Makes the pod again, unless a roll-out does: a restart in the middle of it would be another one. */
export function renewPod(
  { code, object, arguments: { remedy, rollout, stuck, ...rest } }: FindingOf<'attached-later' | 'outdated-pod'>,
  secret?: string,
): Command {
  if (remedy.how !== 'template') return renewCommand(remedy, secret, object);
  const { target, next } = remedy;
  if ('newFails' in rest && rest.newFails)
    return command`regsecret why ${targetWord(target)} ${scope(object.namespace)}`;
  // A quota says itself how much of it is used.
  if (stuck?.includes('exceeded quota')) return command`kubectl describe quota ${scope(object.namespace)}`;
  if (stuck !== undefined) return command`kubectl describe ${targetWord(target)} ${scope(object.namespace)}`;
  if (rollout !== undefined) return command`kubectl rollout status ${targetWord(target)} ${scope(object.namespace)}`;
  // Until then new pods are of the old template, too; the list of a service account they get in any case.
  if (code === 'outdated-pod' && next?.step === 'resume') return stepCommand(next, target);
  return renewCommand(remedy, secret, object);
}

/** Shows the pods that the object makes, or the pod that it is, as they change. */
export function watch({ kind, name, namespace }: FindingObject): Command {
  return kind === 'Pod'
    ? command`kubectl get pod ${nameWord(name)} ${scope(namespace)} --watch`
    : command`kubectl get pods ${scope(namespace)} --watch`;
}

/** Takes out a login that does not work. Where it is not known which does, shows that, or the list in a manifest. */
export function keepAccepted({ object, arguments: args }: FindingOf<'different-credentials'>): Command {
  const { secrets, works, remedy } = args;
  if (works !== undefined)
    return changeCommand('detach', remedy, secrets.findLast((name) => !works.includes(name)) ?? secrets.at(-1));
  if (object.file !== undefined) return editFile(object);
  return command`regsecret verify ${[...new Set(secrets)].map(nameWord)} ${scope(object.namespace)}`;
}

/** Opens what makes the pods in an editor, or the pod. */
export function editMaker(object: FindingObject, remedy: Remedy): Command {
  return changeMaker(object, remedy, edit);
}

/** Opens the object, or the manifest that holds it, in an editor. */
export function edit(object: FindingObject): Command {
  if (object.file !== undefined) return editFile(object);
  return command`kubectl edit ${object.kind.toLowerCase()} ${nameWord(object.name)} ${scope(object.namespace)}`;
}

/** The place in the manifest. No variable names the editor, for fish has no `${EDITOR:-vi}`. */
export function editFile({ file = '-', line = 1 }: Pick<FindingObject, 'file' | 'line'>): Command {
  return words`vi +${line} ${fileWord(file)}`;
}
