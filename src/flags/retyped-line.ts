/** Builds a typed command line again, corrected. Loaded only when something is wrong with it. */
import type { Command, Option } from 'commander';
import { clusterCommand, command, flagWords, type Command as Line, words } from '../domain/text/command.ts';
import { type Hint, type Prose, prose, type Retyped } from '../domain/text/hint.ts';
import { isRepeatable, typedAgain } from '../domain/text/typed-again.ts';
import { EVERYWHERE, secretNameArgument } from './shared-flags.ts';

/**
 * The command again, with `line` in place of its arguments. A flag cannot be repeated if its value may be a password in the wrong
 * place. Then only `line` is proposed, because the command without that flag would do something else.
 */
export function typedWith(typed: Command, line: Line, except: readonly string[] = []): Hint {
  const flags = typed.options.flatMap((option) => flagsOf(typed, option, except));
  if (flags.includes(undefined)) return prose`${line}, with the other flags as they are`;
  // `why` stays `why`.
  const [name = typed.name()] = rawArgs(typed);
  return flags.reduce<Line>((before, flag) => command`${before} ${flag}`, command`regsecret ${name} ${line}`);
}

/** The whole line, as the program received it. */
export const rawArgs = ({ parent }: Command) =>
  (parent as { readonly rawArgs?: readonly string[] } | null)?.rawArgs ?? [];

/** `typed` as corrected by `hint`, if all of it can be repeated; otherwise what `hint` says for that case. */
export function retype(typed: Command, { add: asked, drop = [], rename, file, otherwise }: Retyped): Line | Prose {
  if (file !== undefined) {
    const { filename = [] } = typed.opts<{ filename?: string | string[] }>();
    const files = [filename].flat();
    if (!files.includes(file.from)) return otherwise;
    const named = files.map((name) => (name === file.from ? file.to : name));
    typed.setOptionValueWithSource('filename', named, 'cli');
  }
  const add = withUser(typed, asked);
  const kept = typed.args.filter((word) => !drop.includes(word));
  const named = kept.map((word) => (secretNameArgument(word) === rename?.from ? rename.to : word));
  const isMissing = rename !== undefined && !named.includes(rename.to);
  // `rbac` is followed by the flags of another command as well.
  const all = typedAgain(isMissing ? [rename.to, ...named] : named);
  if (all === undefined) return otherwise;
  const inPlace = add.words.filter((word) => typeof word === 'string' && word.startsWith('-')) as string[];
  const line = typedWith(typed, words`${all} ${add}`, [...inPlace, ...drop]);
  if (!('words' in line)) return otherwise;
  return drop.includes('-n') ? clusterCommand`${line}` : line;
}

/** In `create --user bob`, when a login is wanted, bob becomes its user instead of a user of the kubeconfig. */
function withUser(typed: Command, add: Line): Line {
  const { user } = typed.opts();
  if (user === undefined || !add.words.includes('USER')) return add;
  // Otherwise every proposed command would repeat --user.
  typed.setOptionValue('user', undefined);
  return { ...add, words: add.words.map((word) => (word === 'USER' ? user : word)) };
}

/**
 * What was typed for `option`; undefined when it cannot be repeated. Flags of the cluster are left out, because they are added to
 * every command.
 */
export function flagsOf(typed: Command, option: Option, except: readonly string[]): readonly (Line | undefined)[] {
  const attribute = option.attributeName();
  const { long = '', helpGroupHeading } = option;
  if (typed.getOptionValueSource(attribute) !== 'cli' || helpGroupHeading === EVERYWHERE) return [];
  if (except.includes(long) || except.includes(option.short ?? '')) return [];
  const value = typed.getOptionValue(attribute);
  if (!option.required) {
    return value === option.negate ? [] : [flagWords([option.short ?? long])];
  }
  return [value].flat().map((one) => (mayRepeat(option, `${one}`) ? flagWith(option, `${one}`) : undefined));
}

function flagWith({ short, long = '' }: Option, value: string): Line {
  return long === '--dry-run'
    ? flagWords([`${long}=${value}`])
    : words`${flagWords([short ?? long])} ${flagWords([value])}`;
}

function mayRepeat({ long = '', argChoices }: Option, value: string): boolean {
  const isOneOfFew = argChoices !== undefined || long === '--dry-run';
  return (isOneOfFew && !value.startsWith('-')) || isRepeatable(long, value);
}
