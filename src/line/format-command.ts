/** Proposed commands as texts to be pasted into a shell, and as lists of arguments. */

import { showsAsItIs } from '../text/printable.ts';
import type { Command, Word } from './command.ts';
import { clusterWords, configWords, type GivenFlags } from './given-flags.ts';
import { type Selection, withinReach } from './reach.ts';
import { quoteFor, type Shell } from './shell.ts';

/** The shell that a command will be pasted into, and the command line that it is proposed to. */
export interface CommandContext extends Selection {
  readonly shell: Shell;
  /** What stands before the commands of regsecret: `rbac --for sa/ci`. Pasted without it, they would do what the role is for. */
  readonly behind?: readonly string[] | undefined;
}

/**
 * `command` as one line. Undefined where no line would start exactly these programs with exactly these arguments: with a text
 * that is shown with escapes, a name that no object can have, a word that the shell cannot pass on, or no program.
 */
export function formatCommand(command: Command, context: CommandContext): string | undefined {
  const text = textOf(withinReach(command, context), context);
  return text && showsAsItIs(text) ? text : undefined;
}

/** The arguments of each program, one after the other. Undefined where the command needs a shell. */
export function argvOf(proposed: Command, context: CommandContext): string[][] | undefined {
  const command = withinReach(proposed, context);
  const { next, pipe, output } = command;
  if ((pipe ?? output) !== undefined) return undefined;
  const argv = withFlags(command, context);
  if (!argv.every((word) => typeof word === 'string')) return undefined;
  const rest = next === undefined ? [] : argvOf(next, context);
  return rest === undefined ? undefined : [argv, ...rest];
}

function textOf(command: Command, context: CommandContext): string | undefined {
  const { next, pipe, output } = command;
  const { shell } = context;
  const all = withFlags(command, context);
  const quoted = (shell === 'powershell' ? inPowerShell(all) : all).map((word) => quoteFor(shell, word));
  const to = output === undefined ? [] : ['>', quoteFor(shell, output)];
  const words = [...quoted, ...to];
  if (!words.every((word) => word !== undefined)) return undefined;
  const line = words.join(' ');
  if (pipe !== undefined) return joined(`${line} | `, textOf(pipe, context), '');
  if (next === undefined) return line;
  // Windows PowerShell has no `&&`.
  const [and, end] = shell === 'powershell' ? ['; if ($?) { ', ' }'] : [' && ', ''];
  return joined(`${line}${and}`, textOf(next, context), end);
}

/** The PowerShell names of some programs, for a machine that may have no others. */
const POWERSHELL: readonly (readonly [posix: readonly string[], powershell: readonly string[]])[] = [
  [['ls', '-l'], ['Get-Item']],
  [['ls', '-ld'], ['Get-Item']],
  [
    ['ls', '-R'],
    ['Get-ChildItem', '-Recurse'],
  ],
  [['command', '-v'], ['Get-Command']],
  [['edit'], ['notepad']],
  [['vi'], ['notepad']],
  // In PowerShell 5.1, `curl` is another command.
  [['curl'], ['curl.exe']],
];

function inPowerShell(words: readonly Argument[]): readonly Argument[] {
  const [program, name] = words;
  if (program === 'unset' && typeof name === 'string') return ['Remove-Item', `Env:${name}`];
  const [posix, powershell] = POWERSHELL.find(([start]) => start.every((word, at) => words[at] === word)) ?? [[], []];
  return [...powershell, ...words.slice(posix.length)];
}

function joined(before: string, line: string | undefined, after: string): string | undefined {
  return line === undefined ? undefined : `${before}${line}${after}`;
}

type Argument = Exclude<Word, { namespace: string } | { namespaces: 'all' }>;

/** The words of one program, with the flags that it needs to ask the same cluster as the same user. */
function withFlags({ words, asks }: Command, { given, typed, behind = [] }: CommandContext): Argument[] {
  const [program, verb] = words;
  const all = words.flatMap((word) => argumentsOf(word));
  if (program !== 'kubectl' && program !== 'regsecret') return all;
  if (program === 'regsecret' && behind.length > 0 && verb !== 'rbac') {
    // A dry run that is only proposed needs fewer rights than what is meant.
    const rest = all.slice(1).filter((word) => word !== '--dry-run=client' || typed?.has('--dry-run'));
    return [program, ...(rest.includes('--for') ? withoutSubject(behind) : behind), ...rest];
  }
  // regsecret has no flags before its subcommand.
  const start = program === 'kubectl' ? 1 : 2;
  return [...all.slice(0, start), ...flagsFor(program, { words, asks }, given), ...all.slice(start)];
}

function withoutSubject(behind: readonly string[]): string[] {
  return behind.filter((word, index) => word !== '--for' && behind[index - 1] !== '--for');
}

function flagsFor(program: 'kubectl' | 'regsecret', { words, asks }: Command, given: GivenFlags): string[] {
  switch (asks) {
    case 'nothing':
      return [];
    case 'kubeconfig':
      return configWords(given);
    case 'cluster':
      return clusterWords(given, program);
    case 'namespace': {
      const scope = words.some(isScope) || !given.namespace ? [] : ['-n', given.namespace];
      return [...clusterWords(given, program), ...scope];
    }
  }
}

function isScope(word: Word): boolean {
  return typeof word === 'object' && ('namespaces' in word || ('namespace' in word && word.namespace !== ''));
}

function argumentsOf(word: Word): Argument[] {
  if (typeof word === 'string') return [word];
  if ('namespace' in word) return word.namespace === '' ? [] : ['-n', word.namespace];
  return 'namespaces' in word ? ['-A'] : [word];
}
