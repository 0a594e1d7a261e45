/**
 * What may come next in a command line that is being typed. The library tells which word is a flag, its value, a command or a
 * name. Loaded only for completion.
 */
import { RootCommand, type Command as Words } from '@bomb.sh/tab';
import type { Argument, Command, Option } from 'commander';
import { commandFirst, commandNamed, plainFlags } from '../command-line.ts';
import { FILE_FLAGS } from '../flag-values.ts';
import { AFTER_EQUALS, EVERYWHERE } from '../shared-flags.ts';
import type { CandidateSource, Candidates, Completion } from './complete.ts';

/** Builds the program with all flags of the command that comes first in `line`. */
export type Program = (line: readonly string[]) => Command;

/** Where the names come from for flags whose value is a name, also in kubectl's form `--flag=value`. */
const VALUES: Readonly<Record<string, CandidateSource | 'files'>> = {
  '--namespace': 'namespaces',
  '--on-node': 'nodes',
  '--context': 'contexts',
  '--to-context': 'contexts',
  '--cluster': 'clusters',
  '--user': 'users',
  '--serviceaccount': 'accounts',
  '--sa': 'accounts',
  '--pod': 'pods',
  '--secret': 'secrets',
  '--to': 'targets',
  '--from': 'targets',
  '--attach': 'targets',
  ...Object.fromEntries(FILE_FLAGS.map((flag) => [flag, 'files'])),
};
const NOTHING: Candidates = { values: [] };

/** The candidates for the last of `words`, and the flags that select their cluster. Throws UsageError. */
export function completionAt(words: readonly string[], program: Program): Completion {
  const before = words.slice(0, -1);
  if (before[0] === 'rbac') {
    const inner = before.findIndex((word, index) => index > 0 && commandFor(program, word) !== undefined);
    if (inner > 0) return completionAt(words.slice(inner), program);
  }
  const line = commandFirst(before);
  const command = commandFor(program, line[0] ?? '');
  // After a word that is not a command, everything is unknown.
  if (command === undefined && /^[^-]/.test(line[0] ?? '')) return { flags: {}, wanted: NOTHING };
  const options = (command ?? commandFor(program, 'options'))?.options ?? [];
  const wanted = wantedAt(wordsFor(command, line, before), words.at(-1) ?? '', command, options, program);
  return { flags: clusterFlags(before, options), wanted };
}

/** The command that `word` stands for, also under a name of other programs, with its flags. */
function commandFor(program: Program, word: string): Command | undefined {
  const [name = ''] = word === 'help' ? [] : commandFirst([word]);
  return commandNamed(program([name]), name);
}

/** The words before the one in question, as the library reads them: the command first, and no flag with a `=`. */
function wordsFor(command: Command | undefined, line: readonly string[], before: readonly string[]): string[] {
  // rbac and help are followed by a command, as the start of the line is.
  const afterHelp = before.filter((word) => word !== 'help');
  const words = command === undefined ? afterHelp : line.slice(command.name() === 'rbac' ? 1 : 0);
  return words.filter((word) => !/^-[^=]*=/.test(word));
}

function wantedAt(
  before: readonly string[],
  current: string,
  command: Command | undefined,
  options: readonly Option[],
  program: Program,
): Candidates {
  const [equals] = /^-[^=]*=/.exec(current) ?? [];
  const isFlag = equals === undefined && current.startsWith('-');
  const wanted: Candidates[] = [];
  const root = new RootCommand();
  // Disabled, because it would print the candidates before the names from the cluster are known.
  Object.assign(root, { complete: () => undefined });
  for (const one of program([]).commands) {
    for (const name of [one.name(), ...one.aliases()]) root.command(name, one.description());
  }
  const typed = root.commands.get(before[0] ?? '') ?? root;
  for (const option of isFlag ? options.filter(isProposed) : options) {
    addOption(typed, option, { isFlag, equals }, () => void wanted.push(valuesOf(option, command?.name())));
  }
  for (const argument of typed === root ? [] : (command?.registeredArguments ?? [])) {
    typed.argument(argument.name(), () => void wanted.push(namesFor(command, argument)), argument.variadic);
  }
  // The start of the word is left out, so all candidates are found. The shell chooses from them, perhaps ignoring case.
  root.parse([...before, equals ?? (isFlag ? '--' : '')]);
  return wanted[0] ?? { values: root.completions.map(({ value, description = '' }) => [value, description]) };
}

function isProposed({ hidden, long }: Option): boolean {
  return !hidden && long !== undefined;
}

/** Adds the flag and, unless flags are to be proposed, its short form. The library calls `value` when it expects a value there. */
function addOption(
  words: Words,
  { long, short, description, required }: Option,
  { isFlag, equals }: { readonly isFlag: boolean; readonly equals: string | undefined },
  value: () => void,
): void {
  for (const flag of isFlag ? [long] : [long, short]) {
    const name = flag?.replace(/^-+/, '');
    if (name === undefined) continue;
    if (required && takesNext(long, equals)) words.option(name, description, value);
    else words.option(name, description);
  }
}

/** Whether the next word is the value, or `equals` is before it: the word behind `--on-node` is a name. */
function takesNext(long = '', equals: string | undefined): boolean {
  const { bare, also } = AFTER_EQUALS[long] ?? {};
  return equals !== undefined || bare === undefined || also !== undefined;
}

function optionNamed(options: readonly Option[], flag: string): Option | undefined {
  return options.find(({ long, short }) => long === flag || short === flag);
}

function valuesOf({ long = '', argChoices, defaultValue }: Option, command: string | undefined): Candidates {
  if (argChoices !== undefined) return fixed(argChoices);
  if (defaultValue === 'none') return fixed(['none', 'client', 'server']);
  // This flag takes a target in attach, and a namespace in sync.
  const isNamespace = command === 'sync' && (long === '--to' || long === '--exclude');
  const source = isNamespace ? 'namespaces' : VALUES[long];
  if (source === undefined) return NOTHING;
  return source === 'files' ? { files: true } : { from: source };
}

function namesFor(command: Command | undefined, { argChoices }: Argument): Candidates {
  if (argChoices !== undefined) return fixed(argChoices);
  return { from: command?.name() === 'doctor' ? 'targets' : 'secrets' };
}

function fixed(values: readonly string[]): Candidates {
  return { values: values.map((value) => [value, '']) };
}

/** The flags that select the cluster and the user, as commander parses them. Throws UsageError. */
function clusterFlags(before: readonly string[], options: readonly Option[]): Completion['flags'] {
  const flags: Record<string, unknown> = {};
  const words = plainFlags(before, options);
  for (const [index, word] of words.entries()) {
    const [, name = word, value = words[index + 1] ?? ''] = /^(-[^=]*)=(.*)$/s.exec(word) ?? [];
    const option = optionNamed(options, name);
    if (option?.helpGroupHeading !== EVERYWHERE) continue;
    const key = option.attributeName();
    flags[key] = option.required ? (option.parseArg?.(value, flags[key]) ?? value) : true;
  }
  return flags;
}
