/** Builds the commands that change Secrets. */

import { andThen, type Command, command, fileWord, words } from '../line/command.ts';
import { lineOf } from '../line/deed.ts';
import { nameWord, scope } from '../line/object-name.ts';
import { type ContentEntry, loginServers } from '../secret/contents.ts';
import type { CopyOrigin, CopySourceName } from '../secret/copy.ts';
import { bareServer, type ShownServer, shownServer } from '../secret/display-server.ts';
import { imageName, parseImage } from '../secret/image.ts';
import { sameKey } from '../secret/key.ts';
import { isFor } from '../secret/keyring.ts';
import { imageServer, onlyEntry, serverFlags, serverProblem, serverToType, serverWords } from '../secret/server.ts';

import type { Remedy } from '../workloads/remedy.ts';
import type { FindingObject, FixContext, ImmutableSecret, KnownSecret } from './finding-record.ts';
import { editFile, exchange } from './pod-commands.ts';

/**
 * Replaces the Secret by a copy under another name, in which `create` changes a login. Without a `dataKey` nothing is copied.
 * Under the old name, kubelets do not see a new Secret as long as their pods name it
 * (pkg/kubelet/util/manager/watch_based_manager.go `Get`).
 */
export function replaceSecret(
  object: FindingObject,
  { remedy, dataKey }: ImmutableSecret,
  context: FixContext,
  create?: (name: string) => Command,
): Command {
  const next = nextName(object.name, context);
  const exchanged = exchange(remedy, object.name, next);
  const made = create === undefined ? exchanged : andThen(create(next), exchanged);
  if (create !== undefined && dataKey === undefined) return made;
  const copy = command`regsecret create ${nameWord(next)} ${scope(object.namespace)} --from-file -`;
  return { ...contentCommand(object, dataKey), pipe: andThen(copy, made) };
}

/** `regcred-2` for `regcred`, `regcred-3` for `regcred-2`. Skips names that are known to be taken. */
function nextName(name: string, { secretOf }: FixContext): string {
  const [, base = name, number = '1'] = /^(.*)-(\d{1,3})$/.exec(name) ?? [];
  let next = Number(number) + 1;
  while (secretOf?.(`${base}-${next}`) !== undefined) next += 1;
  return `${base}-${next}`;
}

interface SecretSwap {
  readonly near?: string | undefined;
  readonly usable?: string | undefined;
  readonly listed?: true | undefined;
  readonly remedy?: Remedy | undefined;
}

/**
 * Puts another Secret in the place of a missing one. If that Secret is for another image of the pod, it also gets a login for
 * this image. Undefined if there is no other Secret.
 */
export function exchangeMissing(
  object: FindingObject,
  { near, usable, listed, remedy }: SecretSwap,
  context: FixContext,
): Command | undefined {
  const next = near ?? usable;
  if (next === undefined || remedy === undefined) return undefined;
  const exchanged = exchange(remedy, object.name, next, listed);
  // A note on a list is about no image.
  if (usable !== undefined || context.image === undefined) return exchanged;
  return andThen(exchanged, createSecretCommand({ ...object, name: next }, context, here(context)));
}

/**
 * Writes logins for `server`, one or several, into the Secret, with `flag`. Without any, `create` decides which servers. Without
 * `--force`, it refuses a Secret that is immutable or has another type.
 */
export function createSecretCommand(
  object: FindingObject,
  context: FixContext,
  server: string | readonly string[] | undefined,
  flag?: '--force' | '--replace',
): Command {
  const known = context.secretOf?.(object.name);
  if (isInManifest(object)) return createText(object, server, known);
  const copyOf = known?.copyOf;
  // What is in another cluster cannot be changed from here.
  if (known !== undefined && copyOf !== undefined && copyOf.state !== 'missing' && copyOf.state !== 'elsewhere')
    return lookAtSource(object, copyOf, lacksLogin(known, context));
  const create = (secret: string, flags: readonly string[] = []): Command =>
    lineOf({ do: 'create', secret, namespace: object.namespace, servers: serverWords(server), flags });
  if (context.immutable !== undefined) return replaceSecret(object, context.immutable, context, create);
  const force = known?.secret.immutable === true && flag !== '--force' ? ['--force'] : [];
  return create(object.name, [...(flag === undefined ? [] : [flag]), ...force]);
}

/** Whether a copy that equals its source lacks a login for the image, too. If the source may not be read, the copy decides. */
function lacksLogin({ contents, copyOf, sourceServers }: KnownSecret, { image }: FixContext): boolean {
  const servers = copyOf?.state === 'not readable' ? loginServers(contents) : sourceServers;
  if (image === undefined || servers === undefined) return false;
  const name = imageName(parseImage(image));
  return !servers.some((server) => isFor(server, name));
}

/**
 * Removes the entry `server` from the Secret. Undefined if nothing is known of the Secret, or `remove` would refuse: it keeps the
 * last entry, unless another one `comes` first, and changes no Secret that is immutable or no pull secret.
 */
export function removeEntry(
  object: FindingObject,
  server: ShownServer,
  { secretOf }: FixContext,
  comes = false,
): Command | undefined {
  const known = isInManifest(object) ? undefined : secretOf?.(object.name);
  if (known === undefined || known.secret.immutable === true) return undefined;
  const { entries, type, format } = known.contents;
  const entry = entries.find((one) => shownServer(one.server) === server);
  // User info is not part of the key.
  const typed = onlyEntry(entry?.server === server ? server : bareServer(entry?.server ?? ''));
  const isMeant = (one: ContentEntry): boolean => sameKey(typed, one.server);
  if (entry === undefined || !isMeant(entry) || format !== type || !(comes || !entries.every(isMeant)))
    return undefined;
  const { copyOf } = known;
  // `sync` would bring the entry back.
  if (copyOf !== undefined && copyOf.state !== 'missing') return undefined;
  return lineOf({ do: 'remove', secret: object.name, namespace: object.namespace, servers: [typed] });
}

/** For a Secret in a manifest: prints it with its servers and `server`. A docker config file is edited, or read as it is. */
function createText(
  object: FindingObject,
  server: string | readonly string[] | undefined,
  known: KnownSecret | undefined,
): Command {
  const { kind, name, namespace } = object;
  if (kind === 'File' && server !== undefined) return editFile(object);
  if (kind === 'File')
    return words`regsecret create --from-file ${fileWord(name)} ${serverFlags(server)} --dry-run=client -o yaml`;
  const there = server === undefined ? [] : (known?.contents.entries ?? []);
  const kept = there.flatMap((entry) => (serverProblem(entry.server) === undefined ? [entry.server] : []));
  // There is no login to take for a pattern, and nobody reads a line with hundreds of servers.
  if (kept.length > 10 || kept.some((one) => one.includes('*'))) return editFile(object);
  const servers = server && [...kept.map((one) => serverToType(one, undefined)), server].flat();
  return words`regsecret create ${nameWord(name)} ${scope(namespace)} ${serverFlags(servers)} --dry-run=client -o yaml`;
}

/**
 * Shows what `sync` would do to a copy, or to those in `namespaces`. It is only a preview: everyone who can write a Secret can
 * mark it as a copy, and a pasted command must not give them the login of another namespace.
 */
export function syncPreview(
  { namespace, name }: CopySourceName,
  copy: Pick<FindingObject, 'namespace'>,
  namespaces: readonly string[] = [copy.namespace ?? ''],
): Command {
  return lineOf({ do: 'preview', secret: name, namespace, to: namespaces });
}

/**
 * A look at the source of a copy: everyone who can write a Secret can mark it as a copy of another, so a finding about the copy
 * changes nothing there. Where the two differ, `sync` shows what the copy would get, unless the source `lacks` it as well.
 */
function lookAtSource(copy: Pick<FindingObject, 'namespace'>, origin: CopyOrigin, lacks: boolean): Command {
  const { namespace, name, state } = origin;
  return state === 'same' || lacks ? lineOf({ do: 'inspect', secret: name, namespace }) : syncPreview(origin, copy);
}

/** Prints the content of the Secret into a pipe, so that it is stored nowhere on the way. */
function contentCommand({ name, namespace }: FindingObject, dataKey = '.dockerconfigjson'): Command {
  const template = `go-template={{index .data "${dataKey}" | base64decode}}`;
  return command`kubectl get secret ${nameWord(name)} ${scope(namespace)} -o ${template}`;
}

/** Whether the object is a Secret in a manifest, or a docker config file. */
export function isInManifest({ kind, file }: FindingObject): boolean {
  return file !== undefined && (kind === 'Secret' || kind === 'File');
}

/** The server of the image in the context. */
export function here({ image }: FixContext): string | undefined {
  return image === undefined ? undefined : imageServer(image);
}
