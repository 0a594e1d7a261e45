/** The flags of `regsecret doctor`. */
import { type Command, Option } from 'commander';
import { collect, kubernetesFlags, registryFlags } from './shared-flags.ts';

export function doctorFlags(doctor: Command): Command {
  return kubernetesFlags(
    registryFlags(
      doctor
        .argument('[target...]', 'pod/web, deploy/web, sa/default, secret/regcred, or a pod; none: all of them')
        .option('-A, --all-namespaces', 'everything in the cluster, not only in one namespace')
        .optionsGroup('Images that are not deployed yet:')
        .option('--image <image>', 'whether a new pod could pull it (repeatable)', collect)
        .option('--sa, --serviceaccount <name>', 'with this service account (default: default)')
        .option('--secret <name>', 'with this pull secret in its own list (repeatable)', collect)
        .optionsGroup('Manifests:')
        .option(
          '-f, --filename <file>',
          'manifests, docker configs or folders, without asking cluster or registries (repeatable)',
          collect,
        )
        .option('-R, --recursive', 'with -f: folders in folders, too')
        .optionsGroup('How:')
        .option('--offline', 'ask no registry')
        .option('--strict', 'exit 1 for warnings, too')
        .option('-v, --verbose', 'show every step')
        .optionsGroup('Registries:')
        .option('--allow-local-registries', 'ask registries on this machine although the cluster is elsewhere'),
    )
      .optionsGroup('Output:')
      .addOption(new Option('-o, --output <format>', 'print everything').choices(['json', 'yaml'])),
  );
}
