/** What the commands that mend findings are made of. */
import type { FindingObject } from './finding.ts';
import { imageServer } from './image-server.ts';
import { fileWord, serverWord, shellWord } from './shell-word.ts';
import type { Way } from './way.ts';
import { attachCommand, createAndAttach, renewCommand } from './way-command.ts';

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
