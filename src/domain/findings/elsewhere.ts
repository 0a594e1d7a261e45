/** Secrets of the same name in other places, and the commands that change a copy at its source. */
import { displayServer } from '../keyring/display-server.ts';
import type { CopyOrigin, CopySourceName, StaleCopy } from '../pull-secret/copy-origin.ts';
import { andThen, type Command, command } from '../text/command.ts';
import { many, nounFor } from '../text/enumerate.ts';
import { isNamespaceName, nameWord, scope } from '../text/object-name.ts';
import { lineOf } from '../workloads/deed.ts';

/** The name of a Secret, and its namespace if that is known. */
interface Named {
  readonly name: string;
  readonly namespace?: string | undefined;
}

/** Other namespaces with a Secret of that name. Only they know whose login it is, so no copy is proposed. */
export interface Elsewhere {
  readonly namespaces: readonly string[];
}

/** Follows the name of an object in manifests that names no namespace. */
export const UNPLACED = 'names no namespace, so it goes into that of the context';

/** A place in manifests. The first line is 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
}

/** Says where a Secret without a namespace comes from, and how it gets into `namespace`. */
export function placeIt({ file }: Place, namespace = ''): string {
  // The user may copy the name, and nobody has checked it.
  if (!isNamespaceName(namespace)) return `in these files ${UNPLACED}`;
  return file === '-'
    ? `from stdin ${UNPLACED}: add -n ${namespace} to the command that makes it`
    : `in ${file} ${UNPLACED}: add namespace: ${namespace} to its metadata`;
}

/** What may stand in for a missing Secret. */
interface Meant {
  /** A Secret of the namespace with a similar name. */
  readonly near?: string | undefined;
  /** A Secret of the namespace with a login for the image. */
  readonly usable?: string | undefined;
  /** The list has that Secret already. */
  readonly listed?: true | undefined;
  readonly elsewhere?: Elsewhere | undefined;
}

/** Follows the sentence that a Secret is missing: what was meant, or may take its place. `file` is set for manifests. */
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

/** Pipes the content of the Secret from `kubectl` to `create`, so that it is stored nowhere on the way. */
export function copyTo({ name, namespace }: Named, create: Command, dataKey = '.dockerconfigjson'): Command {
  const template = `go-template={{index .data "${dataKey}" | base64decode}}`;
  const pipe = { ...create, words: [...create.words, '--from-file', '-'] };
  return { ...command`kubectl get secret ${nameWord(name)} ${scope(namespace)} -o ${template}`, pipe };
}

/** Says that a copy, called `shown`, differs from its source. */
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

/** Never proposes to replace a login that works. */
export function fixStale(copy: Named, { source, namespaces, refusedBy }: StaleCopy): Command {
  if (refusedBy === undefined) return syncPreview(source, copy, namespaces);
  return command`regsecret verify ${nameWord(source.name)} ${scope(source.namespace)}`;
}

/**
 * Shows what `sync` would do to a copy, or to those in `namespaces`. It is only a preview: everyone who can write a Secret can
 * mark it as a copy, and a pasted command must not give them the login of another namespace.
 */
export function syncPreview(
  { namespace, name }: CopySourceName,
  copy: Pick<Named, 'namespace'>,
  namespaces: readonly string[] = [copy.namespace ?? ''],
): Command {
  return lineOf({ do: 'preview', secret: name, namespace, to: namespaces });
}

/**
 * Changes a copy at its source: `sync` would undo a change of the copy itself. A source that differs from the copy, or may not be
 * read, stays as it is, unless it `lacks` what the copy needs, too. Otherwise the copy alone may be wrong.
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
