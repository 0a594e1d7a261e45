/** The help of a command: its purpose, and the flags that most users need. `regsecret options COMMAND` has all flags. */
import { type Command, Help, type Option } from 'commander';
import { commandNamed } from './command-line.ts';
import { EVERYWHERE } from './shared-flags.ts';

/** Flags of any command that few users need: for requests to registries and API servers, and for rare sources of logins. */
const RARE = [
  ...['--email', '--allow-helpers', '--timeout', '--plain-http', '--registry-ca'],
  ...['--field-manager', '--concurrency', '--append-hash', '--type', '--to-context', '--assume-different'],
  ...['--docker-server', '--docker-username', '--docker-password', '--docker-email'],
];

/** Such flags of single commands. */
const RARE_OF: Readonly<Record<string, readonly string[]>> = {
  create: ['--no-verify', '--all', '--yes'],
  attach: ['--no-checks', '--allow-missing', '--auto', '--secret-file', '--recursive'],
  detach: ['--no-checks', '--recursive'],
  sync: [
    '--password-env',
    '--username',
    '--password-stdin',
    '--password-file',
    '--from-file',
    '--all',
    '--listen',
    '--refresh',
  ],
  rotate: [
    '--password-env',
    '--below',
    '--owned',
    '--all',
    '--prompt',
    '--old-password-file',
    '--old-password-env',
    '--no-verify',
  ],
  verify: ['--password-env', '--serviceaccount'],
  doctor: ['--recursive', '--only', '--ignore', '--exclude', '--group-by', '--allow-local-registries'],
};

type HelpForm = Pick<Help, 'formatHelp' | 'commandDescription' | 'commandUsage'>;

/** `name` is the name by which the program was called, and `args` are its arguments: `why --help` is about `why`. */
export function shortHelp(name: string, args: readonly string[]): HelpForm {
  const typedName = (command: Command) => command.aliases().find((one) => args.includes(one)) ?? command.name();
  return {
    commandUsage(command) {
      return command.parent === null ? `${name} COMMAND [flags]` : `${name} ${typedName(command)} ${command.usage()}`;
    },
    commandDescription: sentenceOf,
    formatHelp(command, helper) {
      if (command.parent === null) return Help.prototype.formatHelp.call(helper, command, helper);
      const all = helper.visibleOptions(command).filter(({ long }) => long !== '--help');
      // The command `options` has exactly the flags that the others leave out.
      const options = command.name() === 'options' ? all : all.filter((option) => !isRare(command, option));
      const short = Object.assign(Object.create(helper) as Help, { visibleOptions: () => options, optionDescription });
      const more = `\nAll flags, including -n, --context and -q: ${name} options ${typedName(command)}\n`;
      return forOneCommand(command, short) + (options.length < all.length ? more : '');
    },
  };
}

/**
 * Prints every flag of the command called `name`. Without a name, prints the flags that every command has, which are those of
 * `options`.
 */
export function printFlags(name: string | undefined, options: Command): void {
  const named = name !== undefined && options.parent ? commandNamed(options.parent, name) : undefined;
  (named ?? options)
    .configureHelp({ commandDescription: sentenceOf, formatHelp: (command, helper) => forOneCommand(command, helper) })
    .outputHelp();
}

/** Puts the description of the command first. */
function forOneCommand(command: Command, helper: Help): string {
  const [usage, description, ...rest] = Help.prototype.formatHelp.call(helper, command, helper).split('\n\n');
  return [description, usage, ...rest].join('\n\n');
}

/** The description as a sentence. In the list of commands, it is a part of a line. */
function sentenceOf(command: Command): string {
  const text = command.description();
  return command.parent === null ? text : `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

function isRare(command: Command, { long, helpGroupHeading }: Option): boolean {
  if (helpGroupHeading === EVERYWHERE || long === undefined) return true;
  return RARE.includes(long) || (RARE_OF[command.name()] ?? []).includes(long);
}

/** The description with the choices as a list of words, without the default value and `(repeatable)`. */
function optionDescription(option: Option): string {
  const text = option.description.replace(/ \(repeatable\)$/, '');
  return option.argChoices === undefined ? text : `${text}: ${option.argChoices.join(', ')}`;
}
