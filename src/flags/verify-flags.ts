/** The flags of `regsecret verify`. */
import { type Command, Option } from 'commander';
import {
  collect,
  credentialFlags,
  kubernetesFlags,
  registryFlags,
  SECRET_FILES,
  secretNamesArgument,
} from './shared-flags.ts';

export function verifyFlags(verify: Command): Command {
  return kubernetesFlags(
    credentialFlags(
      registryFlags(
        verify
          .argument('[names...]', 'names of Secrets (default: regsecret; with -A all)', secretNamesArgument)
          .option('-A, --all-namespaces', 'of all namespaces')
          .option('--image <image>', 'check whether this image can be pulled (repeatable)', collect)
          .option(...SECRET_FILES)
          .optionsGroup('Registries:'),
      )
        .optionsGroup('Output:')
        .addOption(new Option('-o, --output <format>', 'print').choices(['wide', 'json', 'yaml'])),
      'A login to check instead of a Secret, the first that applies:',
    ),
  );
}
