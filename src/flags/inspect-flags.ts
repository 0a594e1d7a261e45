/** The flags of `regsecret inspect`. */
import { type Command, Option } from 'commander';
import { kubernetesFlags, SECRET_FILES, secretNameArgument } from './shared-flags.ts';

export function inspectFlags(inspect: Command): Command {
  return kubernetesFlags(
    inspect
      .argument('[name]', 'name of the Secret (default: regsecret)', secretNameArgument)
      .option(...SECRET_FILES)
      .optionsGroup('Output:')
      .option('--reveal', 'show passwords')
      .addOption(new Option('-o, --output <format>', 'everything, cut nowhere').choices(['wide', 'json', 'yaml'])),
  );
}
