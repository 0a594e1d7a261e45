/** Where else there is a Secret of the same name; and what changes a copy at its source. */
import { displayServer } from '../keyring/display-server.ts';
import type { CopyOrigin, CopySourceName, StaleCopy } from '../pull-secret/copy-origin.ts';
import { andThen, type Command, command } from '../text/command.ts';
import { many, nounFor } from '../text/enumerate.ts';
import { isNamespaceName, nameWord, scope } from '../text/object-name.ts';

/** The name of a Secret, and its namespace where that is known. */
interface Named {
  readonly name: string;
  readonly namespace?: string | undefined;
}

/** Other namespaces that have one of that name: whose login that is only they know, so none is copied. */
export interface Elsewhere {
  readonly namespaces: readonly string[];
}

/** What becomes of an object in manifests that names no namespace, behind its name. */
export const UNPLACED = 'names no namespace, so it goes into that of the context';

/** In manifests; the line is from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
}

/** Where a Secret comes from that names no namespace, and how it gets into `namespace`. */
export function placeIt({ file }: Place, namespace = ''): string {
  // It is there to be typed, and nobody has checked it.
  if (!isNamespaceName(namespace)) return `in these files ${UNPLACED}`;
  return file === '-'
    ? `from stdin ${UNPLACED}: add -n ${namespace} to the command that makes it`
    : `in ${file} ${UNPLACED}: add namespace: ${namespace} to its metadata`;
}

/** What is known to stand in for a Secret that is missing. */
interface Meant {
  /** One there that is nearly called so. */
  readonly near?: string | undefined;
  /** One there that has a login for the image. */
  readonly usable?: string | undefined;
  /** The list has that one, too. */
  readonly listed?: true | undefined;
  readonly elsewhere?: Elsewhere | undefined;
}

/** Behind the sentence that it is missing, from manifests where there is a `file`: what was meant, or may take its place. */
export function describeMeant({ near, usable, listed, elsewhere }: Meant, file: string | undefined): string {
  if (near !== undefined) return `; did you mean ${near}?`;
  if (usable !== undefined && listed) return `; secret ${usable} in the same list has a login for the image`;
  if (usable !== undefined) return `; secret ${usable} has a login for that registry`;
  if (elsewhere === undefined) return '';
  const { namespaces } = elsewhere;
  const there = `${nounFor(namespaces.length, 'namespace')} ${many(namespaces, { limit: 4 })}`;
  return file === undefined
    ? `; one of that name is in ${there}, and a pod can use only Secrets of its own namespace`
    : `; the one of that name there is for ${there}`;
}

/** `kubectl` and `regsecret` together: what is in the Secret passes through the pipe only. */
export function copyTo({ name, namespace }: Named, create: Command, dataKey = '.dockerconfigjson'): Command {
  const template = `go-template={{index .data "${dataKey}" | base64decode}}`;
  const pipe = { ...create, words: [...create.words, '--from-file', '-'] };
  return { ...command`kubectl get secret ${nameWord(name)} ${scope(namespace)} -o ${template}`, pipe };
}

/** That a copy, which is `shown`, differs from its source. */
export function describeStale({ name, namespace }: Named, shown: string, stale: StaleCopy): string {
  const { source, namespaces, refusedBy } = stale;
  const which = namespaces ? `secret ${name} in ${namespaces.length} namespaces` : shown;
  const where = namespaces ? 'these namespaces' : `namespace ${namespace}`;
  const whole = `${source.namespace}/${source.name}`;
  const end =
    refusedBy === undefined
      ? `sync gives ${where} the login in secret ${whole}`
      : `${displayServer(refusedBy)} rejects the login in secret ${whole}, and accepts the one in its copy ${namespace}/${name}`;
  return `${which} is marked as a copy of ${whole}, but differs from it; ${end}`;
}

/** Nothing that would replace a login which works. */
export function fixStale(copy: Named, { source, namespaces, refusedBy }: StaleCopy): Command {
  if (refusedBy === undefined) return syncPreview(source, copy, namespaces);
  return command`regsecret verify ${nameWord(source.name)} ${scope(source.namespace)}`;
}

/**
 * What `sync` would do to a copy, or to those in `namespaces`. It only shows that: everyone who can write a Secret can mark it as a copy, and a command that is
 * pasted must not give them the login of another namespace.
 */
export function syncPreview(
  { namespace, name }: CopySourceName,
  copy: Pick<Named, 'namespace'>,
  namespaces: readonly string[] = [copy.namespace ?? ''],
): Command {
  const to = namespaces.every(isNamespaceName) ? namespaces.join(',') : { refused: '' };
  return command`regsecret sync ${nameWord(name)} ${scope(namespace)} --to ${to} --dry-run=client`;
}

/**
 * What changes a copy for good: `sync` would undo what is done to the copy itself. A source that was replaced meanwhile, or may
 * not be seen, is left as it is, unless it `lacks` what is to be there, too: else the copy may be all that is wrong.
 */
export function changeSource(
  copy: Pick<Named, 'namespace'>,
  origin: CopyOrigin,
  change: (source: Named & { readonly kind: 'Secret' }) => Command,
  lacks = false,
): Command {
  const sync = syncPreview(origin, copy);
  if (origin.state !== 'same' && !lacks) return sync;
  return andThen(change({ kind: 'Secret', namespace: origin.namespace, name: origin.name }), sync);
}
