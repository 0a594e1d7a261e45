/** The flags of `regsecret inspect`. */
import { type Command, Option } from 'commander';
import { kubernetesFlags, SECRET_FILES, secretNamesArgument } from './shared-flags.ts';

export function inspectFlags(inspect: Command): Command {
  return kubernetesFlags(
    inspect
      .argument('[names...]', 'names of Secrets (default: regsecret)', secretNamesArgument)
      .option(...SECRET_FILES)
      .optionsGroup('Output:')
      .option('--reveal', 'show passwords')
      .addOption(
        new Option('-o, --output <format>', 'print everything, with nothing cut').choices(['wide', 'json', 'yaml']),
      ),
  );
}
