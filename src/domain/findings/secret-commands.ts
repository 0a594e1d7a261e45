/** What the commands that change Secrets are made of. */
import { type ContentEntry, loginServers } from '../keyring/contents.ts';
import { bareServer, type ShownServer, shownServer } from '../keyring/display-server.ts';
import { imageName, parseImage } from '../keyring/image.ts';
import { sameKey } from '../keyring/key.ts';
import { isFor } from '../keyring/match.ts';
import { imageServer, onlyEntry, serverFlags, serverProblem, serverToType } from '../keyring/server.ts';
import { andThen, type Command, command, fileWord, words } from '../text/command.ts';
import { nameWord, scope } from '../text/object-name.ts';
import type { Remedy } from '../workloads/remedy.ts';
import type { DiagnosedSecret } from './diagnosed-secret.ts';
import { changeSource, copyTo } from './elsewhere.ts';
import type { FindingObject, FindingOf } from './finding.ts';
import { editFile, exchange } from './pod-commands.ts';

/** What is known of the surroundings of a finding. */
export interface FixContext {
  /** The image that it is about, where the finding itself names none. */
  readonly image?: string | undefined;
  /** All that are pulled with a Secret that is missing. */
  readonly images?: readonly string[] | undefined;
  /** The Secrets that were typed for a pod that is not there yet. */
  readonly secrets?: readonly string[] | undefined;
  /** Left out unless the Secret is immutable. */
  readonly immutable?: Immutable | undefined;
  /** What is known of a Secret in the namespace of the finding. */
  readonly secretOf?: ((name: string) => DiagnosedSecret | undefined) | undefined;
}

export interface Immutable {
  /** How its pods come to use another one. */
  readonly remedy: Remedy;
  /** The key of its data, where that holds more than one login. */
  readonly dataKey?: string | undefined;
}

/**
 * A copy under another name in the place of the Secret, with a login that `create` changes; where that is the only one, the Secret is
 * made anew. Under its old name kubelets do not see a new one as long as their pods name it
 * (pkg/kubelet/util/manager/watch_based_manager.go `Get`).
 */
export function replaceSecret(
  object: FindingObject,
  { remedy, dataKey }: Immutable,
  context: FixContext,
  create?: (name: string) => Command,
): Command {
  const next = nextName(object.name, context);
  const exchanged = exchange(remedy, object.name, next);
  const made = create === undefined ? exchanged : andThen(create(next), exchanged);
  if (create !== undefined && dataKey === undefined) return made;
  const copied = copyTo(object, command`regsecret create ${nameWord(next)} ${scope(object.namespace)}`, dataKey);
  return { ...copied, pipe: andThen(copied.pipe ?? words``, made) };
}

/** `regcred-2` for `regcred`, `regcred-3` for that or where there is one, as far as the names there are known. */
function nextName(name: string, { secretOf }: FixContext): string {
  const [, base = name, number = '1'] = /^(.*)-(\d{1,3})$/.exec(name) ?? [];
  let next = Number(number) + 1;
  while (secretOf?.(`${base}-${next}`) !== undefined) next += 1;
  return `${base}-${next}`;
}

/**
 * Another Secret in the place of one that is missing; with a login for this image, where it comes into the list for another one
 * of the pod. Undefined where there is none.
 */
export function exchangeMissing(
  object: FindingObject,
  { near, usable, listed, remedy }: FindingOf<'missing-secret'>['arguments'],
  context: FixContext,
): Command | undefined {
  const next = near ?? usable;
  if (next === undefined || remedy === undefined) return undefined;
  const exchanged = exchange(remedy, object.name, next, listed);
  // What is only noted of a list is about no image.
  if (usable !== undefined || context.image === undefined) return exchanged;
  return andThen(exchanged, createSecretCommand({ ...object, name: next }, context, here(context)));
}

/** For a Secret of another type, or one that is immutable: otherwise `create` refuses. */
export const FORCE = words`--force`;

/** Writes a login for `server`, or for each of several, into the Secret, with `flag`; without a server for those that are meant. */
export function createSecretCommand(
  object: FindingObject,
  context: FixContext,
  server: string | readonly string[] | undefined,
  flag?: Command,
): Command {
  const known = context.secretOf?.(object.name);
  if (isInManifest(object)) return createText(object, server, known);
  const copyOf = known?.copyOf;
  // What is in another cluster cannot be changed from here.
  if (known !== undefined && copyOf !== undefined && copyOf.state !== 'missing' && copyOf.state !== 'elsewhere') {
    // What the copy is replaced for may be right in its source.
    const own = copyOf.state === 'same' ? flag : undefined;
    const create = (source: FindingObject): Command => createSecretCommand(source, {}, server, own);
    return changeSource(object, copyOf, create, lacksLogin(known, context));
  }
  const create = (name: string): Command =>
    command`regsecret create ${nameWord(name)} ${scope(object.namespace)} ${serverFlags(server)}`;
  if (context.immutable !== undefined) return replaceSecret(object, context.immutable, context, create);
  const force = known?.secret.immutable === true && flag !== FORCE ? FORCE : undefined;
  return command`${create(object.name)} ${flag} ${force}`;
}

/** Whether a copy has no login for the image when it is as its source is, too; where that may not be read, as far as the copy shows. */
function lacksLogin({ contents, copyOf, sourceServers }: DiagnosedSecret, { image }: FixContext): boolean {
  const servers = copyOf?.state === 'not readable' ? loginServers(contents) : sourceServers;
  if (image === undefined || servers === undefined) return false;
  const name = imageName(parseImage(image));
  return !servers.some((server) => isFor(server, name));
}

/**
 * Takes the entry `server` out of the Secret. Undefined where nothing is known of the Secret, or `remove` would refuse: the last
 * entry stays, unless another one `comes` first, and so does everything in what is immutable or no pull secret.
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
  const removeFrom = ({ name, namespace }: FindingObject): Command =>
    command`regsecret remove ${nameWord(name)} ${scope(namespace)} --server ${typed}`;
  const { copyOf } = known;
  if (copyOf?.state === 'elsewhere') return undefined;
  const isOwn = copyOf === undefined || copyOf.state === 'missing';
  return isOwn ? removeFrom(object) : changeSource(object, copyOf, removeFrom);
}

/** For a Secret in a manifest: what is to stand there, beside what it has. A docker config has a program of its own. */
function createText(
  object: FindingObject,
  server: string | readonly string[] | undefined,
  known: DiagnosedSecret | undefined,
): Command {
  const { kind, name, namespace } = object;
  if (kind === 'File' && server !== undefined) return editFile(object);
  if (kind === 'File')
    return words`regsecret create --from-file ${fileWord(name)} ${serverFlags(server)} --dry-run=client -o yaml`;
  const there = server === undefined ? [] : (known?.contents.entries ?? []);
  const kept = there.flatMap((entry) => (serverProblem(entry.server) === undefined ? [entry.server] : []));
  // No login can be taken for a pattern, and nobody reads a line with hundreds of servers.
  if (kept.length > 10 || kept.some((one) => one.includes('*'))) return editFile(object);
  const servers = server && [...kept.map((one) => serverToType(one, undefined)), server].flat();
  return words`regsecret create ${nameWord(name)} ${scope(namespace)} ${serverFlags(servers)} --dry-run=client -o yaml`;
}

export function isInManifest({ kind, file }: FindingObject): boolean {
  return file !== undefined && (kind === 'Secret' || kind === 'File');
}

/** The server of the image that matters here. */
export function here({ image }: FixContext): string | undefined {
  return image === undefined ? undefined : imageServer(image);
}
