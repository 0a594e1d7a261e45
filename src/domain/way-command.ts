/** Commands that give the pods at hand another list of pull secrets, or make them again. */
import { scope } from './fix-command.ts';
import type { ObjectRef } from './object-ref.ts';
import { targetName } from './object-ref.ts';
import { fileWord, serverWord } from './shell-word.ts';
import type { Step, Way } from './way.ts';

/** The name of a Secret that is still to be made. */
const NEW = 'regsecret';

/** Puts `secret` into the list. */
export function attachCommand(way: Way, secret: string): string {
  switch (way.how) {
    case 'template':
      return withNext(`${attach(way, secret)} --to ${targetName(way.target)}`, way);
    case 'recreate': {
      const pod = `--pod ${way.target.name} --recreate`;
      if (way.allow === undefined) return `${attach(way, secret)} ${pod}`;
      // The new pod is tried before anything is written, so the service account has to be first.
      return `${attach(way, secret)} && ${attach({ ...way, allow: undefined }, secret)} ${pod}`;
    }
    case 'account':
      return withNext(`regsecret attach ${secret}${scope(way.target)} --serviceaccount ${way.target.name}`, way);
    case 'file':
      return `regsecret attach ${secret} -f ${fileWord(way.file)} --write`;
    case 'owner':
      return `regsecret attach ${secret} -f FILE --write`;
  }
}

function attach({ target, allow }: Extract<Way, { how: 'template' | 'recreate' }>, secret: string): string {
  return `regsecret attach ${secret}${scope(target)}${allow === undefined ? '' : ` --serviceaccount ${allow.name}`}`;
}

/** Makes a Secret with a login for `server`, and puts it into the list. */
export function createAndAttach(way: Way, server: string): string {
  if (way.how === 'owner') return `regsecret create --server ${serverWord(server)}`;
  if (way.how === 'file') return `regsecret create --server ${serverWord(server)} && ${attachCommand(way, NEW)}`;
  const create = `regsecret create${scope(way.target)} --server ${serverWord(server)}`;
  if (way.how === 'recreate') return `${create} && ${attachCommand(way, NEW)}`;
  const allowed = way.how === 'template' && way.allow !== undefined ? ` --attach sa/${way.allow.name}` : '';
  const target = way.how === 'account' ? `sa/${way.target.name}` : targetName(way.target);
  return withNext(`${create}${allowed} --attach ${target}`, way);
}

/** Takes `secret` out of the list. */
export function detachCommand(way: Way, secret: string): string {
  const only = 'allow' in way ? { ...way, allow: undefined } : way;
  return attachCommand(only as Way, secret)
    .replace('regsecret attach', 'regsecret detach')
    .replace(' --to ', ' --from ');
}

/** Makes the pods again, with the list that pods have which are made now: that has `secret`. */
export function renewCommand(
  way: Way,
  secret: string,
  pod: { readonly namespace: string; readonly name: string },
): string {
  switch (way.how) {
    case 'template':
      if (way.next !== undefined && 'pods' in way.next) return deletePods(way.next.pods, way.target.namespace);
      if (way.next !== undefined) return runAgain(way.target);
      return `kubectl rollout restart ${targetName(way.target)}${scope(way.target)}`;
    case 'recreate':
      return attachCommand(way, secret);
    case 'account':
      return deletePods(way.pods, way.target.namespace);
    case 'file':
      return `kubectl apply -f ${fileWord(way.file)}`;
    case 'owner':
      return deletePods([pod.name], pod.namespace);
  }
}

function withNext(command: string, way: Extract<Way, { how: 'template' | 'account' }>): string {
  const next = way.how === 'template' ? stepCommand(way.next, way.target) : deleteSome(way.pods, way.target);
  return next === undefined ? command : `${command} && ${next}`;
}

function stepCommand(step: Step | undefined, target: ObjectRef): string | undefined {
  switch (step?.step) {
    case undefined:
      return undefined;
    case 'delete pods':
      return deleteSome(step.pods, target);
    case 'resume':
      return `kubectl rollout resume ${targetName(target)}${scope(target)}`;
    case 'run again':
      return runAgain(target);
  }
}

function runAgain(target: ObjectRef): string {
  return `kubectl create job --from=${targetName(target)} ${target.name}-again${scope(target)}`;
}

function deleteSome(pods: readonly string[], { namespace }: ObjectRef): string | undefined {
  return pods.length === 0 ? undefined : deletePods(pods, namespace);
}

function deletePods(pods: readonly string[], namespace: string): string {
  return `kubectl delete pod ${pods.join(' ')}${scope({ namespace })}`;
}
