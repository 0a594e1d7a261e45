/** Which namespaces a command line selects for copies. Pure: works only on what has been read. */
import { matchesGlob } from '../codec/go/glob.ts';
import type { NamespaceFacts } from '../gather/namespace.ts';
import { isSlip } from '../text/closest.ts';

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

/** A pattern that selects no namespace. */
export interface IdlePattern {
  readonly glob: string;
  /** Namespaces of vendors that match the pattern, but are selected only by name. */
  readonly reserved: readonly string[];
  /** The pattern that was probably meant. */
  readonly near: string | undefined;
}

/** The patterns that select none of `namespaces`. */
export function idlePatterns(namespaces: readonly NamespaceFacts[], globs: readonly string[]): IdlePattern[] {
  const names = namespaces.map(({ name }) => name);
  return globs.flatMap((glob) => {
    const matched = names.filter((name) => matchesGlob(glob, name));
    const reserved = matched.filter(isReserved);
    return reserved.length === matched.length ? [{ glob, reserved, near: nearPattern(glob, names) }] : [];
  });
}

/** For a mistyped pattern such as `taem-*`, finds the pattern that differs by one typo and matches. */
function nearPattern(glob: string, names: readonly string[]): string | undefined {
  const [, start] = /^([-a-z0-9]+)\*$/.exec(glob) ?? [];
  if (start === undefined) return undefined;
  const lengths = [start.length, start.length - 1, start.length + 1];
  const starts = names.filter((name) => !isReserved(name)).flatMap((name) => lengths.map((to) => name.slice(0, to)));
  const near = [...new Set(starts)].find((other) => other.at(-1) === start.at(-1) && isSlip(start, other));
  return near && `${near}*`;
}

/** Namespaces of vendors, who know best what is in them. They are selected only by name. */
const RESERVED = ['kube-*', 'openshift-*'];

function isReserved(name: string): boolean {
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
