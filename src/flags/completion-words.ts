/** What a command line that is being typed may go on with. Loaded only for completion. */
import type { Command, Option } from 'commander';
import type { CandidateSource, Candidates, Completion } from '../operations/completion/candidates.ts';
import { commandFirst } from './command-line.ts';
import { FILE_FLAGS } from './flag-values.ts';

/** The program with all flags of the command that stands first in `line`. */
export type Program = (line: readonly string[]) => Command;

/** Of flags whose value is a name; also of kubectl's form `--flag=value`. */
const VALUES: Readonly<Record<string, CandidateSource | 'files'>> = {
  '--namespace': 'namespaces',
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

/** The candidates for the last of `words`, and the flags that say in which cluster they are. Throws UsageError. */
export function completionAt(words: readonly string[], program: Program): Completion {
  const before = words.slice(0, -1);
  const current = words.at(-1) ?? '';
  if (before[0] === 'rbac') {
    const inner = before.findIndex((word, index) => index > 0 && commandNamed(program, word) !== undefined);
    if (inner > 0) return completionAt(words.slice(inner), program);
  }
  const line = commandFirst(before);
  const command = commandNamed(program, line[0] ?? '');
  // A word that is no command: whatever follows is unknown, too.
  if (command === undefined && /^[^-]/.test(line[0] ?? '')) return { flags: {}, wanted: NOTHING };
  const options = (command ?? commandNamed(program, 'options'))?.options ?? [];
  return { flags: clusterFlags(before, options), wanted: wantedAt(before, current, command, options, program) };
}

function wantedAt(
  before: readonly string[],
  current: string,
  command: Command | undefined,
  options: readonly Option[],
  program: Program,
): Candidates {
  const [, flag = ''] = /^(-[^=]*)=/.exec(current) ?? [];
  const valued = optionNamed(options, flag) ?? optionNamed(options, before.at(-1) ?? '');
  if (valued?.required) return valuesOf(valued, command?.name());
  // Of a flag that takes none, or that there is not.
  if (flag !== '') return NOTHING;
  if (current.startsWith('-')) return flagsOf(options);
  if (command === undefined || command.name() === 'rbac') return commandsOf(program);
  return positional(command);
}

function commandNamed(program: Program, word: string): Command | undefined {
  const [name = ''] = word === 'help' ? [] : commandFirst([word]);
  return program([name]).commands.find((one) => one.name() === name || one.aliases().includes(name));
}

function optionNamed(options: readonly Option[], flag: string): Option | undefined {
  return flag === '' ? undefined : options.find(({ long, short }) => long === flag || short === flag);
}

function valuesOf({ long = '', argChoices, defaultValue }: Option, command: string | undefined): Candidates {
  if (argChoices !== undefined) return { values: argChoices.map((value) => [value, '']) };
  if (defaultValue === 'none') return { values: ['none', 'client', 'server'].map((value) => [value, '']) };
  // What attach takes for a target, sync takes for a namespace.
  const isNamespace = command === 'sync' && (long === '--to' || long === '--exclude');
  const source = isNamespace ? 'namespaces' : VALUES[long];
  if (source === undefined) return NOTHING;
  return source === 'files' ? { files: true } : { from: source };
}

function flagsOf(options: readonly Option[]): Candidates {
  const shown = options.filter(({ hidden, long }) => !hidden && long !== undefined);
  return { values: shown.map(({ long = '', description }) => [long, description]) };
}

function commandsOf(program: Program): Candidates {
  const { commands } = program([]);
  return {
    values: commands.flatMap((command) =>
      [command.name(), ...command.aliases()].map((name) => [name, command.description()] as const),
    ),
  };
}

function positional(command: Command): Candidates {
  const [argument] = command.registeredArguments;
  if (argument === undefined) return NOTHING;
  if (argument.argChoices !== undefined) return { values: argument.argChoices.map((value) => [value, '']) };
  return { from: command.name() === 'doctor' ? 'targets' : 'secrets' };
}

/** The values of the flags that say which cluster and who, as commander would name them. */
function clusterFlags(words: readonly string[], options: readonly Option[]): Completion['flags'] {
  const flags: Record<string, string> = {};
  for (const [index, word] of words.entries()) {
    const [, name = word, value = words[index + 1] ?? ''] = /^(-[^=]*)=(.*)$/s.exec(word) ?? [];
    const option = optionNamed(options, name);
    if (option?.required && CLUSTER.has(option.attributeName())) flags[option.attributeName()] = value;
  }
  return flags;
}

const CLUSTER = new Set(['namespace', 'context', 'kubeconfig', 'cluster', 'user', 'apiServer', 'token', 'as']);
