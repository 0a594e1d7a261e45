/** Builds the program with commander, and runs command lines with it. */
import { Command, CommanderError } from 'commander';
import { COMMANDS } from './command-table.ts';
import { command } from './domain/text/command.ts';
import { printableLines } from './domain/text/printable.ts';
import { withoutValues } from './domain/text/usage-text.ts';
import { UsageError } from './errors.ts';
import { type BooleanFlag, checkKustomize, checkSwallowed, commandFirst, plainFlags } from './flags/command-line.ts';
import { checkArguments, checkValues } from './flags/flag-values.ts';
import { type RbacFlags, twoCommands } from './flags/rbac-flags.ts';
import { examples } from './flags/shared-flags.ts';
import { shortHelp } from './flags/short-help.ts';
import type { Io } from './io.ts';
import type { ParsedLine } from './operations/rbac/command-rights.ts';
import { VERSION } from './version.ts';

/** The program for the command line `args`; actions report their exit code through `exit`. */
export function buildProgram(args: readonly string[], io: Io, name: string, exit: (code: number) => void): Command {
  const program = new Command(name)
    .description('Kubernetes image-pull secrets, from the login on your machine to the pod that runs')
    .version(VERSION, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .helpCommand(false)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.stdout.write(printableLines(text)),
      writeErr: (text) => io.stderr.write(printableLines(text)),
      outputError: (text, write) => write(withoutValues(text, flagsOf(program, args), args)),
      getOutHelpWidth: () => io.stdout.columns() ?? 80,
      getErrHelpWidth: () => io.stderr.columns() ?? 80,
      getOutHasColors: () => false, // left to commander, it would open process.stdout to find out
      getErrHasColors: () => false,
    })
    .showHelpAfterError(`hint: ${name} --help`)
    .configureHelp({
      subcommandTerm: (command) => [command.name(), ...command.aliases()].join(', '),
      ...shortHelp(name),
    });
  // The flags after `rbac` belong to another command.
  if (args.includes('rbac')) program.enablePositionalOptions();
  for (const { title, alias, description, flags, run, examples: shown, more = '' } of COMMANDS) {
    const command = program.command(title).description(description);
    if (alias !== undefined) command.alias(alias);
    // Forty flags take a millisecond at startup, so only the command that is named gets its own.
    if (!args.includes(title) && (alias === undefined || !args.includes(alias))) continue;
    flags(command.addHelpText('after', examples(name, shown) + more).allowExcessArguments()).action(
      run(io, exit, (words, own) => parseLine(words, own, io)),
    );
    // The help hint of `why` says `why`.
    if (alias !== undefined && alias === args[0]) command.showHelpAfterError(`hint: ${name} ${alias} --help`);
  }
  return program;
}

/** Runs `line`, as returned by {@link commandFirst}, with flags in any of their forms. Throws CommanderError and UsageError. */
export async function runLine(program: Command, line: readonly string[]): Promise<void> {
  const plain = plainFlags(line, booleanFlags(program, line));
  checkKustomize(plain);
  checkSwallowed(plain, commandOf(program, line)?.options ?? []);
  // Added after the hooks of the caller, which note the flags that a hint has to repeat.
  program.hook('preAction', (_, action) => {
    checkValues(action);
    return checkArguments(action);
  });
  await program.parseAsync(plain, { from: 'user' });
}

/** The flags of the command that `args` begin with, by all their names. */
function flagsOf(program: Command, args: readonly string[]): string[] {
  return (commandOf(program, args)?.options ?? []).flatMap(({ long, short }) => [long ?? [], short ?? []].flat());
}

function commandOf(program: Command, [name = '']: readonly string[]): Command | undefined {
  return program.commands.find((one) => one.name() === name || one.aliases().includes(name));
}

/** The flags without a value of the command that `line` begins with. */
function booleanFlags(program: Command, line: readonly string[]): BooleanFlag[] {
  return (commandOf(program, line)?.options ?? []).flatMap((option) =>
    option.isBoolean() || option.negate ? [[option.long, option.short].filter((one) => one !== undefined)] : [],
  );
}

/** Parses `words` without running the command. Throws CommanderError and UsageError. */
async function parseLine(words: readonly string[], own: RbacFlags, io: Io): Promise<ParsedLine> {
  const line = commandFirst(words);
  const program = buildProgram(line, io, 'regsecret', () => undefined);
  let parsed: ParsedLine | undefined;
  // The mistake in the first command may be that a second one follows it.
  const errors: string[] = [];
  for (const command of [program, ...program.commands])
    command.configureOutput({ writeErr: (text) => errors.push(text) });
  for (const command of program.commands) {
    command.action(() => {
      const [argument] = command.processedArgs;
      parsed = { command: command.name(), argument, options: command.opts() };
    });
  }
  try {
    await runLine(program, line);
  } catch (error) {
    const names = COMMANDS.flatMap(({ title, alias }) => [title, alias ?? []].flat());
    const isHelp = error instanceof CommanderError && error.exitCode === 0;
    const two = isHelp ? undefined : twoCommands(words, names, own);
    if (two !== undefined) throw two;
    // The line without rbac would do what the role is for.
    const near = /\(Did you mean regsecret (?!rbac)(\S+)[^\n]*\?\)/;
    for (const text of errors) {
      const kept = text.replace(/(unknown option .*\n\(Did you mean )regsecret (?!rbac)/, '$1rbac ');
      io.stderr.write(printableLines(kept.replace(near, '(Did you mean $1?)')));
    }
    throw error;
  }
  if (parsed === undefined) throw new UsageError('rbac needs a command of regsecret', command`regsecret rbac list`);
  return parsed;
}
