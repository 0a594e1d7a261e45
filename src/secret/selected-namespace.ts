/**
 * The namespaces that a command line selects. They are the only ones in which a command writes a login: what others wrote (a mark,
 * a name, a label of a Secret, the answer of a registry) selects nothing. docs/security.md has the picture.
 */
import { matchesGlob } from '../codec/go/glob.ts';

/** Not exported, so that only this file makes one. */
declare const SELECTED: unique symbol;

/** A namespace that the command line of this run selects. */
export type SelectedNamespace = string & { readonly [SELECTED]: true };

/** A Secret, there already or not, into which this run may write a login. */
export interface LoginPlace {
  readonly namespace: SelectedNamespace;
  readonly name: string;
}

/** The namespace of `-n`, or else of the context. For what reads the command line, and for a program that names a namespace. */
export function ownNamespace(name: string): SelectedNamespace {
  return name as SelectedNamespace;
}

/** A namespace that the API server lists for `-A`, or for the labels of `-l`. */
export function listedNamespace(name: string, _by: 'all' | { readonly labelSelector: string }): SelectedNamespace {
  return name as SelectedNamespace;
}

/** The namespace if `selection` chooses it for copies; see {@link choiceOf}. */
export function chosenNamespace(
  namespace: NamespaceFacts,
  selection: NamespaceSelection,
  home: string | undefined,
): SelectedNamespace | undefined {
  return choiceOf(namespace, selection, home) === 'chosen' ? (namespace.name as SelectedNamespace) : undefined;
}

export interface NamespaceFacts {
  readonly name: string;
  /** Whether it is being deleted. */
  readonly isEnding: boolean;
  /** Whether the namespace opts out of `sync` by its annotation. */
  readonly isLeftAlone: boolean;
}

/** Which namespaces are selected. */
export interface NamespaceSelection {
  /** Namespaces that are named, including those of vendors. */
  readonly names: readonly string[];
  /** Patterns, as they are given to `--to`. */
  readonly globs: readonly string[];
  /** Whether every listed namespace is selected. */
  readonly all: boolean;
  readonly exclude: readonly string[];
}

/** A selection that the API server has to narrow by labels first. */
export interface LabelledSelection extends NamespaceSelection {
  readonly labelSelector: string | undefined;
}

/** Namespaces of vendors, who know best what is in them. They are selected only by name. */
export const RESERVED = ['kube-*', 'openshift-*'];

/** Whether a namespace is one of a vendor. */
export function isReserved(name: string): boolean {
  return RESERVED.some((pattern) => matchesGlob(pattern, name));
}

/**
 * Whether a namespace is selected, and if so why nothing is written there. `home` is the source's own namespace, where that is in
 * this cluster.
 */
export function choiceOf(
  { name, isEnding, isLeftAlone }: NamespaceFacts,
  { names, globs, all, exclude }: NamespaceSelection,
  home: string | undefined,
): 'chosen' | 'other' | 'ending' | 'left alone' {
  const matches = (pattern: string): boolean => matchesGlob(pattern, name);
  const isPicked = !isReserved(name) && (all || globs.some(matches));
  if (name === home || !(names.includes(name) || isPicked) || exclude.some(matches)) return 'other';
  if (isLeftAlone) return 'left alone';
  return isEnding ? 'ending' : 'chosen';
}
