/** The help of a command: what it is for, and the flags that most people need. `regsecret options COMMAND` has all of them. */
import { type Command, Help, type Option } from 'commander';
import { EVERYWHERE } from './shared-flags.ts';

/** Of every command: what registries and API servers are asked with, and what few logins come from. */
const RARE = [
  ...['--email', '--password-env', '--allow-helpers', '--timeout', '--plain-http', '--registry-ca'],
  ...['--field-manager', '--concurrency', '--append-hash', '--type', '--to-context'],
  ...['--docker-server', '--docker-username', '--docker-password', '--docker-email'],
];

/** And of one command. */
const RARE_OF: Readonly<Record<string, readonly string[]>> = {
  attach: ['--no-checks', '--allow-missing', '--auto', '--secret-file', '--recursive'],
  detach: ['--no-checks', '--recursive'],
  sync: ['--username', '--password-stdin', '--password-file', '--from-file', '--all', '--listen', '--refresh'],
  rotate: ['--below', '--owned', '--all'],
  doctor: ['--only', '--ignore', '--allow-local-registries'],
};

type HelpForm = Pick<Help, 'formatHelp' | 'commandDescription'>;

/** `name` is what the program is called as. */
export function shortHelp(name: string): HelpForm {
  return {
    commandDescription: sentenceOf,
    formatHelp(command, helper) {
      if (command.parent === null) return Help.prototype.formatHelp.call(helper, command, helper);
      const all = helper.visibleOptions(command).filter(({ long }) => long !== '--help');
      // Its own flags are those that the others leave out.
      const options = command.name() === 'options' ? all : all.filter((option) => !isRare(command, option));
      const short = Object.assign(Object.create(helper) as Help, { visibleOptions: () => options, optionDescription });
      const more = `\nAll flags, including -n, --context and -q: ${name} options ${command.name()}\n`;
      return forOneCommand(command, short) + (options.length < all.length ? more : '');
    },
  };
}

/** Prints every flag of the command called `name`, and without one those that every command has, which `options` has. */
export function printFlags(name: string | undefined, options: Command): void {
  const named = options.parent?.commands.find(
    (one) => name !== undefined && [one.name(), ...one.aliases()].includes(name),
  );
  (named ?? options)
    .configureHelp({ commandDescription: sentenceOf, formatHelp: (command, helper) => forOneCommand(command, helper) })
    .outputHelp();
}

/** What the command does stands first. */
function forOneCommand(command: Command, helper: Help): string {
  const [usage, description, ...rest] = Help.prototype.formatHelp.call(helper, command, helper).split('\n\n');
  return [description, usage, ...rest].join('\n\n');
}

/** In the list of commands it is a part of a line. */
function sentenceOf(command: Command): string {
  const text = command.description();
  return command.parent === null ? text : `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

function isRare(command: Command, { long, helpGroupHeading }: Option): boolean {
  if (helpGroupHeading === EVERYWHERE || long === undefined) return true;
  return RARE.includes(long) || (RARE_OF[command.name()] ?? []).includes(long);
}

/** What it takes as a list of words, and not what is said by leaving it out, or twice. */
function optionDescription(option: Option): string {
  const text = option.description.replace(/ \(repeatable\)$/, '');
  return option.argChoices === undefined ? text : `${text}: ${option.argChoices.join(', ')}`;
}
