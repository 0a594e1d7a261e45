/** Builds the commands that change pods and workloads. */

import { andThen, type Command, command, eachWith, fileWord, words } from '../line/command.ts';
import { lineOf } from '../line/deed.ts';
import { nameWord, scope } from '../line/object-name.ts';
import { imageServer } from '../secret/server.ts';
import { type NearTags, withNearTag } from '../verify/near-tags.ts';
import { type ObjectRef, targetWord } from '../workloads/object-ref.ts';
import { changeCommand, createCommand, elsewhereCommand, type Remedy, stepCommand } from '../workloads/remedy.ts';
import type { FindingObject } from './finding-record.ts';

/** Attaches `next`, unless it is there, and detaches `name`. Pods that have to be deleted for that are deleted only once. */
export function exchange(remedy: Remedy, name: string, next: string, isThere = false): Command {
  const removed = changeCommand('detach', remedy, name);
  // One editor, or one look at the node, is enough for both changes.
  if (isThere || remedy.how === 'owner' || remedy.how === 'node') return removed;
  return andThen(changeCommand('attach', withoutStep(remedy), next), removed);
}

/** `remedy` for pods that need not be recreated. */
export function withoutStep(remedy: Remedy): Remedy {
  if (remedy.how === 'template') return { ...remedy, next: undefined };
  return remedy.how === 'account' ? { ...remedy, pods: [] } : remedy;
}

/** Attaches the Secret `usable`. If there is none, creates one with a login for `image`. */
export function giveLogin(remedy: Remedy, image: string, usable: string | undefined): Command {
  if (usable !== undefined) return changeCommand('attach', remedy, usable);
  return createCommand(remedy, imageServer(image));
}

/** Lets the kubelet pull an image that the policy Never forbids to pull. */
export function allowPull(object: FindingObject, remedy: Remedy, volume = false): Command {
  return changeKept(object, remedy, volume ? editedAgain : pullIfMissing);
}

/** Edits what a pod keeps, which is all but its container images: in the workload, or in a copy that replaces the pod. */
export function editKept(object: FindingObject, remedy: Remedy): Command {
  return object.kind === 'ServiceAccount' ? edit(object) : changeKept(object, remedy, editedAgain);
}

/** Changes what a pod keeps: in the workload, or by recreating the pod with `again`. */
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
  // The suffix keeps a manifest called `NAME.yaml` from being overwritten.
  const output = `${name}-live.yaml`;
  const saved = { ...command`kubectl get pod ${nameWord(name)} ${scope(namespace)} -o yaml`, output };
  return andThen(
    saved,
    andThen(words`vi ${output}`, command`kubectl replace --force ${scope(namespace)} -f ${output}`),
  );
}

/** Whether the image was only typed: no container and no manifest has it yet. */
export function isTyped({ file }: FindingObject, container: string): boolean {
  return container === '' && file === undefined;
}

/** Runs `why` for `image` with the nearest tag, for a pod with these `secrets`. Without a tag, nobody knows what was meant. */
export function askAbout(
  object: FindingObject,
  image: string,
  { names }: Pick<NearTags, 'names'> = { names: [] },
  secrets: readonly string[] = [],
): Command {
  if (names.length === 0) return words``;
  const isAccount = object.kind === 'ServiceAccount';
  const named = isAccount && object.name !== 'default' ? words`--serviceaccount ${nameWord(object.name)}` : undefined;
  const list = eachWith('--secret', secrets.map(nameWord));
  return command`regsecret why ${isAccount ? [] : [targetWord(object)]} ${scope(object.namespace)} --image ${withNearTag(image, { names: names.slice(0, 1) })} ${named} ${list}`;
}

/** A pod as `--on-node` makes it. Without `secrets`, it has those of its service account. */
interface AskedPod {
  readonly image: string;
  readonly secrets: readonly string[];
  readonly account: string;
  readonly namespace: string;
  /** Empty where the scheduler chooses. */
  readonly node: string;
}

/** Has a node pull the image. */
export function askNode({ image, secrets, account, namespace, node }: AskedPod): Command {
  const list = command`regsecret verify ${secrets.map(nameWord)} ${scope(namespace)} --image ${image}`;
  const owner = account === 'default' ? undefined : words`--serviceaccount ${nameWord(account)}`;
  return command`${list} ${owner} ${node === '' ? words`--on-node` : words`--on-node=${nameWord(node)}`}`;
}

/** Gives the container of that name the image `image`. */
export function setImage(object: FindingObject, remedy: Remedy, container: string, image: string): Command {
  if (isTyped(object, container)) return words``;
  // kubectl set image changes every object of the file with such a container.
  if (object.file !== undefined) return editFile(object);
  const change = { do: 'set image', container: container === '' ? 'CONTAINER' : nameWord(container), image } as const;
  return changeMaker(object, remedy, (target) =>
    lineOf({ ...change, target: targetWord(target), namespace: object.namespace }),
  );
}

/** Brings the template back whose pods still run, if it had another image than `image`. Undefined where none do. */
export function undone(remedy: Remedy, image: string): Command | undefined {
  if (remedy.how !== 'template' || remedy.before?.includes(image) !== false) return undefined;
  const { target, next } = remedy;
  const undo = lineOf({ do: 'undo', target: targetWord(target), namespace: target.namespace });
  return andThen(undo, next && stepCommand(next, target));
}

/** `change` of the workload, or of the object itself. A Job in the cluster cannot be changed, so it is replaced. */
function changeMaker(object: FindingObject, remedy: Remedy, change: (made: FindingObject) => Command): Command {
  if (remedy.how === 'template') {
    const { target, next } = remedy;
    return andThen(change(target), next && stepCommand(next, target));
  }
  return object.kind === 'Job' && object.file === undefined ? replaceCommand(object) : change(object);
}

/** For an object that cannot be changed. FILE is the manifest that it was created from, which we do not know. */
function replaceCommand({ namespace }: FindingObject): Command {
  return command`kubectl replace --force ${scope(namespace)} -f FILE`;
}

/** Watches the pod. For any other object, watches all pods of its namespace. */
export function watch({ kind, name, namespace }: FindingObject): Command {
  return kind === 'Pod'
    ? command`kubectl get pod ${nameWord(name)} ${scope(namespace)} --watch`
    : command`kubectl get pods ${scope(namespace)} --watch`;
}

/** Opens the workload, or else the pod, in an editor. */
export function editMaker(object: FindingObject, remedy: Remedy): Command {
  return changeMaker(object, remedy, edit);
}

/** Opens the object, or the manifest that holds it, in an editor. */
export function edit(object: FindingObject): Command {
  if (object.file !== undefined) return editFile(object);
  return command`kubectl edit ${object.kind.toLowerCase()} ${nameWord(object.name)} ${scope(object.namespace)}`;
}

/** Opens the place in the manifest. The editor is always vi, because fish has no `${EDITOR:-vi}`. */
export function editFile({ file = '-', line = 1 }: Pick<FindingObject, 'file' | 'line'>): Command {
  return words`vi +${line} ${fileWord(file)}`;
}
