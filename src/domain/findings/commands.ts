/** What the commands that mend findings are made of. */
import { imageServer, serverWord } from '../keyring/server.ts';
import { fileWord, shellWord } from '../text/shell-word.ts';
import { type ObjectRef, targetName } from '../workloads/ref.ts';
import type { Step, Way } from '../workloads/remedy.ts';
import type { FindingObject } from './finding.ts';

/** What is known of the surroundings of a finding. */
export interface FixContext {
  /** The image that it is about, where the finding itself names none. */
  readonly image?: string | undefined;
  /** Whether the Secret may not be changed, only replaced. */
  readonly immutable?: boolean | undefined;
}

/** `kubectl` and `regsecret` together: what is in the Secret passes through the pipe only. */
export function copy(
  object: FindingObject,
  { namespaces, dataKey = '.dockerconfigjson' }: { namespaces: readonly string[]; dataKey?: string },
): string {
  const template = `'{{index .data "${dataKey}" | base64decode}}'`;
  const read = `kubectl get secret ${object.name} -n ${namespaces[0]} -o go-template=${template}`;
  return `${read} | regsecret create ${object.name}${scope(object)} --from-file -`;
}

export function giveLogin(way: Way, image: string, usable: string | undefined): string {
  return usable === undefined ? createAndAttach(way, imageServer(image)) : attachCommand(way, usable);
}

export function renew({ namespace = '', name }: FindingObject, way: Way, secret: string | undefined): string {
  return renewCommand(way, secret ?? 'SECRET', { namespace, name });
}

export function create(object: FindingObject, { immutable = false }: FixContext, rest?: string, more?: string): string {
  if (isInManifest(object)) return createText(object, rest?.startsWith('--server ') ? rest : undefined);
  const words = [`regsecret create ${object.name}${scope(object)}`, rest, more, immutable ? '--force' : undefined];
  return words.filter((word) => word !== undefined).join(' ');
}

/** For a Secret in a manifest: what is to stand there. A docker config has a program of its own. */
function createText({ kind, name, namespace }: FindingObject, server: string | undefined): string {
  if (kind === 'File' && server !== undefined) return server.replace('--server', 'docker login');
  const from =
    kind === 'File'
      ? `regsecret create --from-file ${fileWord(name)}`
      : `regsecret create ${name}${scope({ namespace })}`;
  return [from, server, '--dry-run=client -o yaml'].filter((word) => word !== undefined).join(' ');
}

export function isInManifest({ kind, file }: FindingObject): boolean {
  return file !== undefined && (kind === 'Secret' || kind === 'File');
}

/** The flag for the registry of the image that matters here. */
export function here({ image }: FixContext): string | undefined {
  return image === undefined ? undefined : server(imageServer(image));
}

export function server(name: string): string {
  return `--server ${serverWord(name)}`;
}

export function setImage(object: FindingObject, way: Way, container: string, image: string): string {
  // Nothing has that image yet.
  if (object.kind === 'ServiceAccount') return `regsecret why${scope(object)} --image ${shellWord(image)}`;
  const pair = `${container || 'CONTAINER'}=${shellWord(image)}`;
  if (way.how === 'file') return `kubectl set image -f ${fileWord(way.file)} ${pair} --local -o yaml`;
  const target = way.how === 'template' ? way.target : object;
  return `kubectl set image ${target.kind.toLowerCase()}/${target.name} ${pair}${scope(object)}`;
}

export function watch(object: FindingObject): string {
  return object.kind === 'Pod'
    ? `kubectl get pod ${object.name}${scope(object)} --watch`
    : `kubectl get pods${scope(object)} --watch`;
}

export function edit(object: FindingObject): string {
  if (object.file !== undefined) return editFile(object);
  return `kubectl edit ${object.kind.toLowerCase()} ${object.name}${scope(object)}`;
}

/** The place in the manifest, in the editor of whoever pastes it. */
export function editFile({ file = '-', line = 1 }: FindingObject): string {
  return `\${EDITOR:-vi} +${line} ${fileWord(file)}`;
}

export function scope({ namespace }: { readonly namespace?: string | undefined }): string {
  return namespace === undefined || namespace === '' ? '' : ` -n ${namespace}`;
}

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
