/** Builds the command line of `doctor -f` again, for the same check with other files or with the output of another program. */
import { relative } from 'node:path';
import { type Command, eachWith, pathWord, words } from '../line/command.ts';
import { scope } from '../line/object-name.ts';
import { TypedLine } from '../line/typed-line.ts';

export interface LintLine {
  readonly filename?: readonly string[] | undefined;
  readonly recursive?: boolean | undefined;
  readonly namespace?: string | undefined;
  readonly typed?: TypedLine | undefined;
}

/** The same command line, with `files` in place of those that were typed. */
export function lintAgain(
  files: readonly string[],
  { namespace, typed = new TypedLine('doctor', [], []) }: LintLine,
): Command {
  const add = words`${eachWith('-f', files.map(pathWord))} ${scope(namespace)}`;
  const drop = files.some((file) => file !== '-') ? [] : ['-R'];
  return words`${typed.corrected({ names: [], add, drop }).command}`;
}

/**
 * Pipes the output of `program`, made from the file or folder `source`, into the same check. When stdin is already taken, only
 * the program is returned.
 */
export function lintBuilt(source: string, program: Command, typed: LintLine): Command {
  const { filename = [] } = typed;
  if (source !== '-' && filename.includes('-')) return program;
  const isApart = (name: string): boolean => isOutside(relative(source, name)) && isOutside(relative(name, source));
  return { ...program, pipe: lintAgain(['-', ...filename.filter(isApart)], typed) };
}

function isOutside(path: string): boolean {
  return path.startsWith('..');
}
