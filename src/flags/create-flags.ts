/** The flags of `regsecret create`. */
import { type Command, Option } from 'commander';
import {
  collect,
  credentialFlags,
  dryRunOption,
  kubernetesFlags,
  registryFlags,
  secretNameArgument,
} from './shared-flags.ts';

export function createFlags(create: Command): Command {
  return kubernetesFlags(
    registryFlags(
      credentialFlags(create.argument('[name]', 'name of the Secret', secretNameArgument, 'regsecret'))
        .optionsGroup('Secret:')
        .option('--replace', 'drop the registries that are in the Secret and not named here')
        .option('--force', 'delete and create a Secret that is immutable or of another type')
        .addOption(new Option('--type <type>', 'kind of Secret').choices(['dockerconfigjson', 'dockercfg']))
        .option('--append-hash', 'append a hash of the content to the name')
        .option('--attach <target>', 'attach it then: sa/default, deploy/web, see attach --to (repeatable)', collect)
        .optionsGroup('Checks (always done for a typed password):')
        .option('--verify', 'ask the registry whether it accepts the credential before anything is written'),
    )
      .optionsGroup('Output:')
      .addOption(dryRunOption())
      .addOption(new Option('-o, --output <format>', 'print the Secret').choices(['yaml', 'json', 'name']))
      .option('--field-manager <name>', 'owner of the written fields', 'regsecret')
      .optionsGroup('As in kubectl create secret docker-registry:')
      .option('--docker-server <server>', 'registry, written as it is')
      .option('--docker-username <user>', 'user name')
      .option('--docker-password <password>', 'password; visible to every user of this machine')
      .option('--docker-email <email>', 'e-mail address'),
  );
}
