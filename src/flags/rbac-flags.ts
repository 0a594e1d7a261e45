/** The flags of `regsecret rbac`, and what is said of two commands behind it. */
import { type Command, Option } from 'commander';
import { type Command as Proposal, words } from '../domain/text/command.ts';
import { prose } from '../domain/text/hint.ts';
import { isObjectName } from '../domain/text/object-name.ts';
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
    .option('--name <name>', 'name of the role (default: regsecret-COMMAND, or with a Secret regsecret-COMMAND-SECRET)')
    .addOption(new Option('-o, --output <format>', 'print').choices(['yaml', 'json', 'name']).default('yaml'));
}

/**
 * What is wrong with a command line in which another command of `names` follows the first; undefined where there is only one. The
 * first one is proposed where nothing in it can be a password.
 */
export function twoCommands(
  line: readonly string[],
  names: readonly string[],
  flags: RbacFlags,
): UsageError | undefined {
  const second = line.findIndex((word, index) => index > 0 && names.includes(word));
  if (second < 0) return undefined;
  const own = ownWords(flags);
  const first = typedAgain([...line.slice(0, second), ...scopeIn(line.slice(second))]);
  return new UsageError(
    'rbac takes one command: each gets a role of its own',
    own === undefined || first === undefined
      ? prose`run ${words`regsecret rbac`} once for each command`
      : words`regsecret rbac ${own} ${first}`,
  );
}

/** The flags of rbac itself; undefined where their values have not the form that they need. */
function ownWords({ for: who, name, output }: RbacFlags): Proposal | undefined {
  if (!/^(sa|serviceaccounts?|user|group)\/[\w.:@-]+$/.test(who)) return undefined;
  if (name !== undefined && !isObjectName(name)) return undefined;
  const subject = who === DEFAULT_SUBJECT ? undefined : words`--for ${who}`;
  const named = name === undefined ? undefined : words`--name ${name}`;
  return words`${subject} ${named} ${output === 'yaml' ? undefined : words`-o ${output}`}`;
}

/** What stands behind the second command and is about both. */
function scopeIn(line: readonly string[]): string[] {
  return line.flatMap((word, index) => (SCOPE_FLAGS.includes(word) ? [word, line[index + 1] ?? ''] : []));
}
