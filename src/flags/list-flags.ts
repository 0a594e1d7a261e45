/** The flags of `regsecret list`. */
import { type Command, Option } from 'commander';
import { kubernetesFlags } from './shared-flags.ts';

export function listFlags(list: Command): Command {
  return kubernetesFlags(
    list
      .option('-A, --all-namespaces', 'of all namespaces')
      .optionsGroup('Output:')
      .addOption(new Option('-o, --output <format>', 'print').choices(['wide', 'json', 'yaml', 'name'])),
  );
}
