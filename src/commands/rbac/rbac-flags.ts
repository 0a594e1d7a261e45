/** The flags of `regsecret rbac`. */
import { type Command, Option } from 'commander';

/** As commander parses them. */
export interface RbacFlags {
  readonly for: string;
  readonly name?: string;
  readonly guard?: boolean;
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
      'give the permissions to sa/NAME, sa/NAMESPACE:NAME, user/NAME or group/NAME',
      DEFAULT_SUBJECT,
    )
    .option('--name <name>', 'name the role (default: the command, its Secret and who gets the permissions)')
    .option('--guard', 'print an admission policy beside the role, for an account that runs only this command')
    .addOption(new Option('-o, --output <format>', 'print').choices(['yaml', 'json', 'name']).default('yaml'));
}

/** What stands before the command in a proposed line: `rbac --for sa/ci`. A value that has not the form it needs is left out. */
export function wordsBehind({ for: who, name = '', guard, output }: RbacFlags): string[] {
  const isSubject = who !== DEFAULT_SUBJECT && /^(sa|serviceaccounts?|user|group)\/[\w.:@-]+$/.test(who);
  return [
    'rbac',
    ...(isSubject ? ['--for', who] : []),
    ...(/^[\w.:@-]+$/.test(name) ? ['--name', name] : []),
    ...(guard ? ['--guard'] : []),
    ...(output === 'yaml' ? [] : ['-o', output]),
  ];
}
