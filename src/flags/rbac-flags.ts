/** The flags of `regsecret rbac`, and the error for two commands after it. */
import { type Command, Option } from 'commander';
import { closest } from '../domain/text/closest.ts';
import { type Command as Proposal, type Word, words } from '../domain/text/command.ts';
import { type Hint, prose } from '../domain/text/hint.ts';
import { SCOPE_FLAGS, typedAgain } from '../domain/text/typed-again.ts';
import { UsageError } from '../errors.ts';

/** As commander parses them. */
export interface RbacFlags {
  readonly for: string;
  readonly name?: string;
  readonly output: string;
}

const DEFAULT_SUBJECT = 'sa/regsecret';

export function rbacFlags(rbac: Command): Command {
  return rbac
    .argument('<command...>', 'a command of regsecret, with its arguments and flags')
    .passThroughOptions()
    .showHelpAfterError(`hint: ${rbac.parent?.name()} rbac --help`)
    .option(
      '--for <subject>',
      'who gets the rights: sa/NAME, sa/NAMESPACE:NAME, user/NAME, group/NAME',
      DEFAULT_SUBJECT,
    )
    .option('--name <name>', 'name of the role (default: the command, its Secret and who gets the rights)')
    .addOption(new Option('-o, --output <format>', 'print').choices(['yaml', 'json', 'name']).default('yaml'));
}

/**
 * The error for a line in which a command of `names` follows another one, or follows a subject; undefined when there is only one
 * command. The error proposes what is meant, if nothing in it can be a password.
 */
export function twoCommands(
  line: readonly string[],
  names: readonly string[],
  flags: RbacFlags,
): UsageError | undefined {
  const second = line.findIndex((word, index) => index > 0 && names.includes(word));
  if (second < 0) return undefined;
  const [who = ''] = line;
  if (!names.includes(who))
    return second === 1 && closest(who, names) === undefined ? misplaced(line, flags) : undefined;
  const own = ownWords(flags);
  const first = typedAgain([...line.slice(0, second), ...scopeIn(line.slice(second))]);
  return new UsageError(
    'rbac takes one command: each gets a role of its own',
    own === undefined || first === undefined
      ? prose`run ${words`regsecret rbac`} once for each command`
      : words`regsecret rbac ${own} ${first}`,
  );
}

/** The error for a subject in place of the command: `rbac sa/ci create`. */
function misplaced([who = '', ...line]: readonly string[], flags: RbacFlags): UsageError | undefined {
  const subject = who.includes('/') ? who : `sa/${who}`;
  const own = ownWords({ ...flags, for: subject });
  if (own === undefined || flags.for !== DEFAULT_SUBJECT) return undefined;
  const meant = typedAgain(line);
  return new UsageError(
    'who gets the rights is named with --for',
    meant === undefined
      ? prose`name who gets the rights with ${words`--for ${subject}`}`
      : words`regsecret rbac ${own} ${meant}`,
  );
}

/**
 * Throws an error about `line`, which follows rbac, with a hint that prints a role as well. If the hint were pasted without
 * `rbac`, it would do what the role is for.
 */
export function behindRbac(line: readonly string[], flags: RbacFlags): (error: unknown) => never {
  return (error) => {
    if (!(error instanceof UsageError) || error.hint === undefined) throw error;
    throw new UsageError(error.message, hintBehind(error.hint, line, flags));
  };
}

function hintBehind(hint: Hint, line: readonly string[], flags: RbacFlags): Hint {
  const behind = <T extends Hint>(part: T): T => hintBehind(part, line, flags) as T;
  if ('prose' in hint) return { prose: hint.prose.map((part) => (typeof part === 'string' ? part : behind(part))) };
  if ('add' in hint) {
    const otherwise = behind(hint.otherwise);
    // The flags of the line are arguments here, so they cannot be dropped from it.
    const added = rightsOf(hint.add.words, line);
    const isThere = added.some((word) => typeof word === 'string' && word.startsWith('-') && line.includes(word));
    if (isThere || (hint.drop ?? []).length > 0) return otherwise;
    return { ...hint, add: { ...hint.add, words: added }, otherwise };
  }
  const [program, verb, ...rest] = hint.words;
  if (program !== 'regsecret' || verb === undefined || verb === 'rbac') return hint;
  const own = ownWords(flags)?.words ?? [];
  const next = hint.next === undefined ? {} : { next: behind(hint.next) };
  return { ...hint, ...next, words: [program, 'rbac', ...own, verb, ...rightsOf(rest, line)] };
}

/** Drops a dry run that is only proposed, because it needs fewer rights than what is meant. */
function rightsOf(proposed: readonly Word[], line: readonly string[]): Word[] {
  return proposed.filter((word) => word !== '--dry-run=client' || line.includes(word));
}

/** The flags of rbac itself; undefined when a value does not have the form it needs. */
function ownWords({ for: who, name, output }: RbacFlags): Proposal | undefined {
  if (!/^(sa|serviceaccounts?|user|group)\/[\w.:@-]+$/.test(who)) return undefined;
  if (name !== undefined && !/^[\w.:@-]+$/.test(name)) return undefined;
  const subject = who === DEFAULT_SUBJECT ? undefined : words`--for ${who}`;
  const named = name === undefined ? undefined : words`--name ${name}`;
  return words`${subject} ${named} ${output === 'yaml' ? undefined : words`-o ${output}`}`;
}

/** The flags after the second command that are about both commands. */
function scopeIn(line: readonly string[]): string[] {
  return line.flatMap((word, index) => (SCOPE_FLAGS.includes(word) ? [word, line[index + 1] ?? ''] : []));
}
