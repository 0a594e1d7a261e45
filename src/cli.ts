/** Builds the program with commander, and runs command lines with it. */
import { Command, type Option } from 'commander';
import { COMMANDS } from './command-table.ts';
import { checkSwallowed, commandFirst, commandNamed, plainFlags } from './commands/command-line.ts';
import { checkArguments, checkValues } from './commands/flag-values.ts';
import type { ParsedLine } from './commands/rbac/command-rights.ts';
import { readLine } from './commands/read-line.ts';
import { examples } from './commands/shared-flags.ts';
import { shortHelp } from './commands/short-help.ts';
import { UsageError } from './errors.ts';
import { command } from './line/command.ts';
import { formatCommand } from './line/format-command.ts';
import type { TypedLine } from './line/typed-line.ts';
import { usageText } from './line/usage-text.ts';
import type { Io } from './system/io.ts';
import { printableLines } from './text/printable.ts';
import { DOCUMENTS, VERSION } from './version.ts';

/** The first steps, below the list of all commands. */
const FIRST = [
  ['create --attach sa/default', 'create a pull secret from your docker login, for new pods'],
  ['why pod/web', 'explain why a pod cannot pull its image'],
  ['doctor -A', 'check the whole cluster'],
] as const;

/** The program for the command line `args`; actions report their exit code through `exit`. */
export function buildProgram(args: readonly string[], io: Io, name: string, exit: (code: number) => void): Command {
  const program = new Command(name)
    .description('Kubernetes image pull secrets, from the login on your machine to the pod that runs')
    .version(VERSION, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .helpCommand(false)
    .addHelpText('after', `${examples(name, FIRST)}\n\nDocuments: ${DOCUMENTS}/README.md`)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.stdout.write(printableLines(text)),
      writeErr: (text) => io.stderr.write(printableLines(text)),
      outputError: (text, write) => write(usageErrorText(text, args, program, io)),
      getOutHelpWidth: () => io.stdout.columns() ?? 80,
      getErrHelpWidth: () => io.stderr.columns() ?? 80,
      getOutHasColors: () => false, // left to commander, it would open process.stdout to find out
      getErrHasColors: () => false,
    })
    .showHelpAfterError(`hint: ${name} --help`)
    .configureHelp({
      subcommandTerm: (command) => [...command.aliases(), command.name()].join(', '),
      ...shortHelp(name, args),
    });
  // The flags after `rbac` belong to another command.
  if (args.includes('rbac')) program.enablePositionalOptions();
  for (const { title, alias, group, description, flags, run, examples: shown, more = '' } of COMMANDS) {
    const command = program.command(title).description(description).helpGroup(group);
    if (alias !== undefined) command.alias(alias);
    // Forty flags take a millisecond at startup, so only the command that is named gets its own.
    if (!args.includes(title) && (alias === undefined || !args.includes(alias))) continue;
    flags(command.addHelpText('after', examples(name, shown) + more).allowExcessArguments()).action(
      run(io, exit, (words) => parseLine(words, io)),
    );
    // The help hint of `why` says `why`.
    if (alias !== undefined && alias === args[0]) command.showHelpAfterError(`hint: ${name} ${alias} --help`);
  }
  return program;
}

/** The flags of the command that `line` begins with. */
export function optionsOf(program: Command, [name = '']: readonly string[]): readonly Option[] {
  return commandNamed(program, name)?.options ?? [];
}

function usageErrorText(text: string, args: readonly string[], program: Command, io: Io): string {
  const options = optionsOf(program, args);
  const namesOf = (some: readonly Option[]): string[] =>
    some.flatMap(({ long, short }) => [long ?? [], short ?? []].flat());
  return usageText(text, plainFlags(args, []), {
    commands: COMMANDS.flatMap(({ title, alias }) => [title, alias ?? []].flat()),
    flags: namesOf(options),
    bare: namesOf(options.filter(({ required }) => !required)),
    shown: (words) => formatCommand(readWhole(words, io).command, { ...io.commands, given: {} }),
  });
}

/** The line that `action` runs for, for hints. `rbac` is followed by the line that is meant. */
export function typedLine(action: Command, io: Io): TypedLine {
  const { rawArgs = [] } = action.parent as { readonly rawArgs?: readonly string[] };
  if (action.name() !== 'rbac') return readLine(rawArgs, { options: action.options, env: io.env });
  return readWhole(commandFirst(action.args), io, action.options);
}

/** Reads a line that commander has not parsed. Its flags are those of its command, and `others`. Throws UsageError. */
function readWhole(line: readonly string[], io: Io, others: readonly Option[] = []): TypedLine {
  const program = buildProgram(line, io, 'regsecret', () => undefined);
  const options = [...optionsOf(program, line), ...others];
  return readLine(plainFlags(line, options), { options, env: io.env, isWhole: true });
}

/** Runs `line`, as returned by {@link commandFirst}, with flags in any of their forms. Throws CommanderError and UsageError. */
export async function runLine(program: Command, line: readonly string[]): Promise<void> {
  const options = optionsOf(program, line);
  checkSwallowed(line, options);
  // Added after the hooks of the caller, which note the flags that a hint has to repeat.
  program.hook('preAction', (_, action) => {
    checkValues(action);
    return checkArguments(action);
  });
  await program.parseAsync(plainFlags(line, options), { from: 'user' });
}

/** Parses `words` without running the command. Throws CommanderError and UsageError. */
async function parseLine(words: readonly string[], io: Io): Promise<ParsedLine> {
  const line = commandFirst(words);
  const program = buildProgram(line, io, 'regsecret', () => undefined);
  let parsed: ParsedLine | undefined;
  for (const command of program.commands) {
    command.action(() => {
      const [argument] = command.processedArgs;
      parsed = { command: command.name(), argument, options: command.opts() };
    });
  }
  await runLine(program, line);
  if (parsed === undefined) throw new UsageError('rbac needs a command of regsecret', command`regsecret rbac list`);
  return parsed;
}
