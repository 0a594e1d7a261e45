/** Where else there is a Secret of the same name, and the commands that copy it from there. */
import type { CopyOrigin, CopySourceName } from '../pull-secret/copy-origin.ts';
import { andThen, type Command, command } from '../text/command.ts';
import { many, nounFor } from '../text/enumerate.ts';
import { isNamespaceName, nameWord, scope } from '../text/object-name.ts';

/** The name of a Secret, and its namespace where that is known. */
interface Named {
  readonly name: string;
  readonly namespace?: string | undefined;
}

/** The same content of another namespace, to be copied from there. */
export interface Elsewhere {
  readonly namespaces: readonly string[];
  readonly dataKey?: string | undefined;
  /** Nobody chose this namespace to look at: no copy of another's login into it is proposed. */
  readonly copy?: false | undefined;
}

/** What becomes of an object in manifests that names no namespace, behind its name. */
export const UNPLACED = 'names no namespace, so it goes into that of the context';

/** Where one of the same name is than the one that is missing in `namespace`, and what a copy of it would mean. */
export function describeElsewhere(elsewhere: Elsewhere, namespace = 'this namespace'): string {
  const { namespaces } = elsewhere;
  const there = `${nounFor(namespaces.length, 'namespace')} ${many(namespaces, { limit: 4 })}`;
  const gives = isCopied(elsewhere) ? `; a copy gives ${namespace} the login of ${namespaces[0]}` : '';
  return `one of that name is in ${there}, and a pod can use only Secrets of its own${gives}`;
}

/** Whether a copy is proposed of a Secret that is in other namespaces. */
export function isCopied(elsewhere: Elsewhere | undefined): elsewhere is Elsewhere {
  return elsewhere !== undefined && elsewhere.copy !== false;
}

/** From another namespace. */
export function copy({ name, namespace }: Named, { namespaces, dataKey }: Elsewhere): Command {
  return copyTo(
    { name, namespace: namespaces[0] },
    command`regsecret create ${nameWord(name)} ${scope(namespace)}`,
    dataKey,
  );
}

/** `kubectl` and `regsecret` together: what is in the Secret passes through the pipe only. */
export function copyTo({ name, namespace }: Named, create: Command, dataKey = '.dockerconfigjson'): Command {
  const template = `go-template={{index .data "${dataKey}" | base64decode}}`;
  const pipe = { ...create, words: [...create.words, '--from-file', '-'] };
  return { ...command`kubectl get secret ${nameWord(name)} ${scope(namespace)} -o ${template}`, pipe };
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
 * not be seen, is left as it is: the copy may be all that is wrong.
 */
export function changeSource(
  copy: Pick<Named, 'namespace'>,
  origin: CopyOrigin,
  change: (source: Named & { readonly kind: 'Secret' }) => Command,
): Command {
  const sync = syncPreview(origin, copy);
  if (origin.state !== 'same') return sync;
  return andThen(change({ kind: 'Secret', namespace: origin.namespace, name: origin.name }), sync);
}
