/** Builds the command line of `doctor -f` again, for the same check with other files or with the output of another program. */
import { relative } from 'node:path';
import type { SelectionFlags } from '../../domain/findings/selection.ts';
import { type Command, flagWords, pathWord, words } from '../../domain/text/command.ts';
import { scope } from '../../domain/text/object-name.ts';

export interface LintLine extends SelectionFlags {
  readonly filename?: readonly string[] | undefined;
  readonly recursive?: boolean | undefined;
  readonly namespace?: string | undefined;
  readonly output?: string | undefined;
}

/** The same command line, with `files` in place of those that were typed. */
export function lintAgain(
  files: readonly string[],
  { recursive, namespace, strict, errors, only = [], ignore = [], output }: LintLine,
): Command {
  const isFolders = recursive && files.some((file) => file !== '-');
  const bare = [isFolders && '-R', strict && '--strict', errors && '--errors'].filter(
    (flag) => typeof flag === 'string',
  );
  const flags = [
    ...files.map((file) => words`-f ${pathWord(file)}`),
    words`${scope(namespace)}`,
    flagWords(bare),
    ...only.map((code) => words`--only ${code}`),
    ...ignore.map((code) => words`--ignore ${code}`),
    ...(output === undefined ? [] : [words`-o ${output}`]),
  ];
  return flags.reduce((line, more) => words`${line} ${more}`, words`regsecret doctor`);
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
