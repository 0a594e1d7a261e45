/** The flags of `regsecret create`. */
import { type Command, Option } from 'commander';
import {
  checkFlags,
  collect,
  credentialFlags,
  dryRunOption,
  kubernetesFlags,
  secretNameArgument,
} from '../shared-flags.ts';

export function createFlags(create: Command): Command {
  return kubernetesFlags(
    checkFlags(
      credentialFlags(create.argument('[name]', 'name of the Secret', secretNameArgument, 'regsecret'))
        .optionsGroup('Secret:')
        .option('--replace', 'drop the other registries in the Secret')
        .option('--force', 'recreate a Secret that is immutable or of another type')
        .addOption(typeOption())
        .option('--append-hash', 'append a hash of the content to the name')
        .option('--attach <target>', 'attach it as well: sa/default, deploy/web (repeatable)', collect)
        .option('--yes', 'do not ask before your own login goes into another namespace'),
      'Checks (always done at the prompt):',
      'check the login with its registry first',
    )
      .optionsGroup('Output:')
      .addOption(dryRunOption())
      .addOption(
        new Option('-o, --output <format>', 'print the Secret, with passwords').choices(['yaml', 'json', 'name']),
      )
      .option('--field-manager <name>', 'own the written fields under this name', 'regsecret')
      .optionsGroup('As in kubectl create secret docker-registry:')
      .option('--docker-server <server>', 'write this registry unchanged')
      .option('--docker-username <user>', 'log in as this user')
      .option('--docker-password <password>', 'use this password; every user of this machine can see it')
      .option('--docker-email <email>', 'write this e-mail address'),
  );
}

/** The whole type is accepted too, as in a manifest: `kubernetes.io/dockercfg`. */
function typeOption(): Option {
  const option = new Option('--type <type>', 'write this type of Secret').choices(['dockerconfigjson', 'dockercfg']);
  const check = option.parseArg;
  return option.argParser((text, previous) => check?.(text.replace(/^kubernetes\.io\//, ''), previous));
}
