/** The flags of the commands that only read Secrets: `inspect`, `list` and `verify`. */
import { type Command, Option } from 'commander';
import { prose } from '../../line/hint.ts';
import {
  collect,
  credentialFlags,
  kubernetesFlags,
  once,
  registryFlags,
  SECRET_FILES,
  secretNamesArgument,
} from '../shared-flags.ts';

/** Adds its arguments and its flags to `inspect`, and returns it. */
export function inspectFlags(inspect: Command): Command {
  return kubernetesFlags(
    inspect
      .argument('[names...]', 'names of Secrets (default: regsecret)', secretNamesArgument)
      .option(...SECRET_FILES)
      .optionsGroup('Output:')
      .option('--reveal', 'show passwords')
      .addOption(new Option('-o, --output <format>', 'print everything in full').choices(['wide', 'json', 'yaml'])),
  );
}

/** Adds its arguments and its flags to `list`, and returns it. */
export function listFlags(list: Command): Command {
  return kubernetesFlags(
    list
      .argument('[names...]', 'names of Secrets (default: all)', secretNamesArgument)
      .option('-A, --all-namespaces', 'include all namespaces')
      .option('-l, --selector <labels>', 'choose Secrets with these labels')
      .option('--problems', 'show only Secrets with a problem')
      .option('--server <server>', 'show only Secrets with a login for this registry (repeatable)', collect)
      .option('--username <user>', 'show only Secrets with a login of this user', once('--username', ONE_USER))
      .optionsGroup('Output:')
      .addOption(sortOption())
      .option('--no-headers', 'do not print the header line')
      .addOption(new Option('-o, --output <format>', 'print').choices(['wide', 'json', 'yaml', 'name'])),
  );
}

const ONE_USER = { rule: 'one run looks for one user', hint: prose`run it once for each` };

/** kubectl's values, which are paths. */
const PATHS: Readonly<Record<string, string>> = {
  '.metadata.name': 'name',
  '.metadata.namespace': 'namespace',
  '.metadata.creationTimestamp': 'age',
  '.type': 'type',
};

function sortOption(): Option {
  const option = new Option('--sort-by <column>', 'sort by this column').choices([
    ...['name', 'namespace', 'type', 'problems', 'age'],
  ]);
  const check = option.parseArg;
  return option.argParser((text, previous) => check?.(PATHS[text.replace(/^\{(.*)\}$/, '$1')] ?? text, previous));
}

/** Adds its arguments and its flags to `verify`, and returns it. */
export function verifyFlags(verify: Command): Command {
  return kubernetesFlags(
    credentialFlags(
      registryFlags(
        verify
          .argument('[names...]', 'names of Secrets (default: regsecret; with -A all)', secretNamesArgument)
          .option('-A, --all-namespaces', 'include all namespaces')
          .option('--image <image>', 'check whether this image can be pulled (repeatable)', collect)
          .option('--on-node <node>', 'ask a node to pull it, and run nothing (=NODE, =all)')
          .option('--serviceaccount <name>', 'ask for a pod of this service account (default: default)')
          .option(...SECRET_FILES)
          .optionsGroup('Registries:'),
        'wait this long for each registry (default: 10s), or for the nodes (default: 2m)',
      )
        .optionsGroup('Output:')
        .addOption(new Option('-o, --output <format>', 'print').choices(['wide', 'json', 'yaml'])),
      'A login to check instead of a Secret:',
    ),
  );
}
