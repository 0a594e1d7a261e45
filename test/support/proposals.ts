/** Proposed commands, taken apart, and made of nasty texts. */
import type { Command } from '../../src/domain/text/command.ts';
import { argvOf, formatCommand } from '../../src/domain/text/format-command.ts';
import type { GivenFlags } from '../../src/domain/text/given-flags.ts';
import { NASTY_TEXTS } from './nasty-texts.ts';

/** Each program with its arguments, also where it takes a shell to start them. */
export function programsOf({ pipe, next, output: _, ...alone }: Command, given: GivenFlags = {}): string[][] {
  const first = argvOf(alone, { shell: 'posix', given });
  if (first === undefined) throw new Error(`no argv: ${JSON.stringify(alone.words)}`);
  return [...first, ...[pipe, next].flatMap((more) => (more === undefined ? [] : programsOf(more, given)))];
}

/** `value` with `text` in place of one text with a `7`, for each of them. */
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

/** Where nasty texts in `value` change more of its command than the words that they are in. */
export function unlike<T>(value: T, propose: (value: T) => Command): string[] {
  const plain = variants(value, '7plain7').map(propose);
  const differences = new Set<string>();
  // An empty namespace is none.
  for (const text of NASTY_TEXTS.filter((one) => one !== '')) {
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
  // A server is made of the image that is said.
  const isOpen = (place: number): boolean => meant[place]?.includes('7plain7') || meant[place - 1] === '--server';
  return (
    sizes(programs) === sizes(expected) &&
    programs.flat().every((word, place) => word === meant[place] || isOpen(place))
  );
}
