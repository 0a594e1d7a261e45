/** The flags of `regsecret doctor`. */
import { type Command, Option } from 'commander';
import { collect, kubernetesFlags, registryFlags } from '../shared-flags.ts';

export function doctorFlags(doctor: Command): Command {
  return kubernetesFlags(
    registryFlags(
      doctor
        .argument('[target...]', 'pod/web, deploy/web, sa/default, secret/x, a pod or an image (default: all)')
        .option('-A, --all-namespaces', 'everything in all namespaces')
        .option('-l, --selector <labels>', 'everything in the namespaces with these labels')
        .option(
          '-f, --filename <file>',
          'manifests or folders by themselves: no cluster, no registry (repeatable)',
          collect,
        )
        .option('-R, --recursive', 'with -f: also subfolders')
        .option('-w, --watch', 'look until it is fixed or changes, or --timeout')
        .option('-v, --verbose', 'show every step')
        .option('--offline', 'ask no registry')
        .option('--strict', 'exit 1 for warnings, too')
        .option('--errors', 'only errors')
        .option('--only <codes>', 'only findings with these codes, such as missing-secret (repeatable)', collect)
        .option('--ignore <codes>', 'no findings with these codes (repeatable)', collect)
        .optionsGroup('Images that are not deployed yet:')
        .option('--image <image>', 'whether the target, or a new pod, can pull it (repeatable)', collect)
        .option('--sa, --serviceaccount <name>', 'with this service account')
        .option('--secret <name>', 'with this pull secret in its own list', collect)
        .optionsGroup('Registries:')
        .option('--allow-local-registries', 'also ask registries on this machine and in private networks'),
      'how long to wait for each registry (default: 10s), and how long to --watch (default: for ever)',
    )
      .optionsGroup('Output:')
      .addOption(new Option('-o, --output <format>', 'print everything').choices(['json', 'yaml', 'github', 'sarif'])),
  );
}
