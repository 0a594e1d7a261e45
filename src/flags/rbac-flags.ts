/** The flags of `regsecret rbac`. */
import { type Command, Option } from 'commander';

export function rbacFlags(rbac: Command): Command {
  return rbac
    .argument('<command...>', 'a command of regsecret, with its arguments and flags')
    .passThroughOptions()
    .showHelpAfterError(`hint: ${rbac.parent?.name()} rbac --help`)
    .option('--for <subject>', 'who gets the rights: sa/NAME, sa/NAMESPACE:NAME, user/NAME, group/NAME', 'sa/regsecret')
    .option('--name <name>', 'name of the role (default: regsecret-COMMAND)')
    .addOption(new Option('-o, --output <format>', 'print').choices(['yaml', 'json']).default('yaml'));
}
