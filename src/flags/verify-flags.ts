/** The flags of `regsecret verify`. */
import { type Command, Option } from 'commander';
import {
  collect,
  credentialFlags,
  kubernetesFlags,
  registryFlags,
  SECRET_FILES,
  secretNameArgument,
} from './shared-flags.ts';

export function verifyFlags(verify: Command): Command {
  return kubernetesFlags(
    credentialFlags(
      registryFlags(
        verify
          .argument('[name]', 'name of the Secret (default: regsecret)', secretNameArgument)
          .option('--image <image>', 'whether this image may be pulled (repeatable)', collect)
          .option(...SECRET_FILES)
          .optionsGroup('Registries:'),
      )
        .optionsGroup('Output:')
        .addOption(new Option('-o, --output <format>', 'print').choices(['wide', 'json', 'yaml'])),
      'A login instead of a Secret, the first that applies:',
    ),
  );
}
