/** The flags of `regsecret list`. */
import { type Command, Option } from 'commander';
import { kubernetesFlags, secretNamesArgument } from './shared-flags.ts';

export function listFlags(list: Command): Command {
  return kubernetesFlags(
    list
      .argument('[names...]', 'names of Secrets (default: all)', secretNamesArgument)
      .option('-A, --all-namespaces', 'of all namespaces')
      .option('-l, --selector <labels>', 'Secrets with these labels')
      .option('--problems', 'only those with a problem')
      .optionsGroup('Output:')
      .addOption(sortOption())
      .option('--no-headers', 'do not print the header line')
      .addOption(new Option('-o, --output <format>', 'print').choices(['wide', 'json', 'yaml', 'name'])),
  );
}

/** Also as kubectl has it, which takes a path. */
const PATHS: Readonly<Record<string, string>> = {
  '.metadata.name': 'name',
  '.metadata.namespace': 'namespace',
  '.metadata.creationTimestamp': 'age',
  '.type': 'type',
};

function sortOption(): Option {
  const option = new Option('--sort-by <column>', 'order of the lines').choices([
    ...['name', 'namespace', 'type', 'problems', 'age'],
  ]);
  const check = option.parseArg;
  return option.argParser((text, previous) => check?.(PATHS[text.replace(/^\{(.*)\}$/, '$1')] ?? text, previous));
}
