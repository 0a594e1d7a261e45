/** Takes proposed commands apart, and makes them from nasty texts. */
import type { Command } from '../../src/line/command.ts';
import { argvOf, formatCommand } from '../../src/line/format-command.ts';
import type { GivenFlags } from '../../src/line/given-flags.ts';
import { some } from './cases.ts';
import { NASTY_TEXTS } from './nasty-texts.ts';

/** The argv of each program of a command, including those after a pipe or a following command. */
export function programsOf({ pipe, next, output: _, ...alone }: Command, given: GivenFlags = {}): string[][] {
  const first = argvOf(alone, { shell: 'posix', given });
  if (first === undefined) throw new Error(`no argv: ${JSON.stringify(alone.words)}`);
  return [...first, ...[pipe, next].flatMap((more) => (more === undefined ? [] : programsOf(more, given)))];
}

/** Copies of `value`, each with one string that contains a `7` replaced by `text`. */
export function variants<T>(value: T, text: string): T[] {
  if (typeof value === 'string') return value.includes('7') ? [text as T] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.keys(value).flatMap((key) => {
    const inner = (value as Record<string, unknown>)[key];
    return variants(inner, text).map((other) => {
      const copy = Array.isArray(value) ? [...value] : { ...value };
      (copy as Record<string, unknown>)[key] = other;
      return copy as T;
    });
  });
}

/** The commands in which a nasty text in `value` changes more than the word that contains it. */
export function unlike<T>(value: T, propose: (value: T) => Command): string[] {
  const plain = variants(value, '7plain7').map(propose);
  const differences = new Set<string>();
  // An empty namespace counts as no namespace.
  for (const text of some(NASTY_TEXTS, 20).filter((one) => one !== '')) {
    for (const [index, command] of variants(value, text).map(propose).entries()) {
      if (formatCommand(command, { shell: 'posix', given: {} }) === undefined) continue;
      const expected = programsOf(plain[index] as Command);
      const programs = programsOf(command);
      if (!isLike(programs, expected)) differences.add(`${JSON.stringify(programs)}, not ${JSON.stringify(expected)}`);
    }
  }
  return [...differences];
}

function isLike(programs: readonly (readonly string[])[], expected: readonly (readonly string[])[]): boolean {
  const meant = expected.flat();
  const sizes = (all: readonly (readonly string[])[]): string => all.map(({ length }) => length).join();
  // The value of --server is derived from the image, so it may differ.
  const isOpen = (place: number): boolean => meant[place]?.includes('7plain7') || meant[place - 1] === '--server';
  return (
    sizes(programs) === sizes(expected) &&
    programs.flat().every((word, place) => word === meant[place] || isOpen(place))
  );
}
