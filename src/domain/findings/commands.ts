/** What the commands that fix findings are made of. */
import { imageServer, serverWord } from '../keyring/server.ts';
import { type Command, command, fileWord, kubectlPath, words } from '../text/command.ts';
import { nameWord, scope } from '../text/object-name.ts';
import { knownKind } from '../workloads/kind.ts';
import { changeCommand, createCommand, type Remedy } from '../workloads/remedy.ts';
import type { FindingObject } from './finding.ts';
import type { Elsewhere } from './finding-arguments.ts';

/** What is known of the surroundings of a finding. */
export interface FixContext {
  /** The image that it is about, where the finding itself names none. */
  readonly image?: string | undefined;
  /** Whether the Secret may not be changed, only replaced. */
  readonly immutable?: boolean | undefined;
}

/** `kubectl` and `regsecret` together: what is in the Secret passes through the pipe only. */
export function copy(
  { name, namespace }: FindingObject,
  { namespaces, dataKey = '.dockerconfigjson' }: Elsewhere,
): Command {
  const template = `go-template={{index .data "${dataKey}" | base64decode}}`;
  const secret = nameWord(name);
  const pipe = command`regsecret create ${secret} ${scope(namespace)} --from-file -`;
  return { ...command`kubectl get secret ${secret} ${scope(namespaces[0])} -o ${template}`, pipe };
}

export function giveLogin(remedy: Remedy, image: string, usable: string | undefined): Command {
  if (usable !== undefined) return changeCommand('attach', remedy, usable);
  return createCommand(remedy, imageServer(image));
}

/** Writes a login for `server` into the Secret, with `flag`; without a server for those that are meant. */
export function createSecretCommand(
  object: FindingObject,
  { immutable = false }: FixContext,
  server: string | undefined,
  flag?: Command,
): Command {
  if (isInManifest(object)) return createText(object, server);
  const force = immutable ? words`--force` : undefined;
  return command`regsecret create ${nameWord(object.name)} ${scope(object.namespace)} ${serverFlag(server)} ${flag} ${force}`;
}

/** For a Secret in a manifest: what is to stand there. A docker config has a program of its own. */
function createText({ kind, name, namespace }: FindingObject, server: string | undefined): Command {
  if (kind === 'File' && server !== undefined) return command`docker login ${serverWord(server)}`;
  const from =
    kind === 'File'
      ? words`regsecret create --from-file ${fileWord(name)}`
      : words`regsecret create ${nameWord(name)} ${scope(namespace)}`;
  return words`${from} ${serverFlag(server)} --dry-run=client -o yaml`;
}

export function isInManifest({ kind, file }: FindingObject): boolean {
  return file !== undefined && (kind === 'Secret' || kind === 'File');
}

/** The server of the image that matters here. */
export function here({ image }: FixContext): string | undefined {
  return image === undefined ? undefined : imageServer(image);
}

function serverFlag(server: string | undefined): Command | undefined {
  return server === undefined ? undefined : words`--server ${serverWord(server)}`;
}

/** `image` for the container of that name. */
export function setImage(object: FindingObject, remedy: Remedy, container: string, image: string): Command {
  // Nothing has that image yet.
  if (object.kind === 'ServiceAccount') return command`regsecret why ${scope(object.namespace)} --image ${image}`;
  const pair = words`${container === '' ? 'CONTAINER' : nameWord(container)}=${image}`;
  // kubectl changes no image of a kind that it does not know.
  if (remedy.how === 'file' && knownKind(object.kind) === undefined) return editFile(object);
  if (remedy.how === 'file')
    return words`kubectl set image -f ${kubectlPath(fileWord(remedy.file))} ${pair} --local -o yaml`;
  const { kind, name } = remedy.how === 'template' ? remedy.target : object;
  return command`kubectl set image ${kind.toLowerCase()}/${nameWord(name)} ${pair} ${scope(object.namespace)}`;
}

export function watch({ kind, name, namespace }: FindingObject): Command {
  return kind === 'Pod'
    ? command`kubectl get pod ${nameWord(name)} ${scope(namespace)} --watch`
    : command`kubectl get pods ${scope(namespace)} --watch`;
}

export function edit(object: FindingObject): Command {
  if (object.file !== undefined) return editFile(object);
  return command`kubectl edit ${object.kind.toLowerCase()} ${nameWord(object.name)} ${scope(object.namespace)}`;
}

/** The place in the manifest. No variable names the editor, for fish has no `${EDITOR:-vi}`. */
export function editFile({ file = '-', line = 1 }: FindingObject): Command {
  return words`vi +${line} ${fileWord(file)}`;
}
