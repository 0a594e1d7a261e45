/** One object of the cluster or of a manifest, and how it is called in results and errors. */
import type { Word } from '../line/command.ts';
import { isObjectName, objectTitle } from '../line/object-name.ts';
import { knownKind, type PullKindName } from './kind.ts';

export interface ObjectRef {
  readonly kind: PullKindName;
  readonly namespace: string;
  readonly name: string;
}

/** An object of a manifest, whose kind may be one that we do not know (`ManifestKind`). */
export interface ManifestRef extends Omit<ObjectRef, 'kind'> {
  readonly kind: string;
}

/** As kubectl prints results: `serviceaccount/default`, `deployment.apps/web` (cli-runtime `NamePrinter`). */
export function resultName({ kind, name }: Pick<ManifestRef, 'kind' | 'name'>): string {
  const { group } = knownKind(kind) ?? { group: '' };
  return objectTitle(group === '' ? kind : `${kind}.${group}`, '/', name);
}

/**
 * The line of `-o name`. It has the namespace unless that is `only`, the one namespace of the command, so that
 * `xargs -L 1 kubectl get` takes every line.
 */
export function nameLine(ref: ManifestRef, only: string | undefined): string {
  return `${resultName(ref)}${ref.namespace === only ? '' : ` -n ${ref.namespace}`}`;
}

/** As it is typed after `--to`: `deployment/web`. */
export function targetName({ kind, name }: Pick<ManifestRef, 'kind' | 'name'>): string {
  return objectTitle(kind, '/', name);
}

/** {@link targetName} in a command, refused if no object can have that name. */
export function targetWord(ref: Pick<ManifestRef, 'kind' | 'name'>): Word {
  return isObjectName(ref.name) ? targetName(ref) : { refused: ref.name };
}

/** As errors call it: `deployment team-a/web`. */
export function describeRef({ kind, namespace, name }: ObjectRef): string {
  return `${kind.toLowerCase()} ${namespace}/${name}`;
}

/** The key of an object in sets and maps. */
export function refKey({ kind, namespace, name }: ObjectRef): string {
  return `${kind}/${namespace}/${name}`;
}
