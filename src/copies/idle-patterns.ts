/** The patterns of a command line that select no namespace. Pure: works only on what has been read. */
import { matchesGlob } from '../codec/go/glob.ts';
import { isReserved, type NamespaceFacts } from '../secret/selected-namespace.ts';
import { isSlip } from '../text/closest.ts';

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
