/** The flags of `regsecret doctor`. */
import { type Command, Option } from 'commander';
import { collect, kubernetesFlags, registryFlags } from '../shared-flags.ts';

const FORMATS = ['json', 'yaml', 'github', 'sarif', 'html', 'markdown'];

export function doctorFlags(doctor: Command): Command {
  return kubernetesFlags(
    registryFlags(
      doctor
        .argument(
          '[target...]',
          'pod/web, deploy/web, sa/default, secret/x, an image or a pod name (default: the namespace)',
        )
        .option('-A, --all-namespaces', 'check everything in all namespaces')
        .option('-l, --selector <labels>', 'check the namespaces with these labels')
        .option('--exclude <namespaces>', 'skip these, with -A or -l; names and patterns (repeatable)', collect)
        .option('-f, --filename <file>', 'check manifests only; no cluster, no registry (repeatable)', collect)
        .option('-R, --recursive', 'include subfolders of -f')
        .option('-w, --watch', 'check again until fixed, changed or timed out')
        .option('-v, --verbose', 'show every step')
        .option('--offline', 'contact no registry')
        .option('--strict', 'exit 1 for warnings as well')
        .option('--errors', 'show only errors')
        .option('--only <codes>', 'show only findings with these codes, such as missing-secret (repeatable)', collect)
        .option('--ignore <codes>', 'hide findings with these codes (repeatable)', collect)
        .optionsGroup('Images that are not deployed yet:')
        .option('--image <image>', 'check whether a pod could pull it (repeatable)', collect)
        .option('--sa, --serviceaccount <name>', 'check with this service account')
        .option('--secret <name>', 'check with this pull secret', collect)
        .optionsGroup('Registries:')
        .option('--allow-local-registries', 'contact registries on this machine and in private networks as well'),
      'wait this long for each registry (default: 10s); with --watch, stop after this long (default: never)',
    )
      .optionsGroup('Output:')
      .option('--summary', 'print only how many findings there are')
      .addOption(new Option('--group-by <what>', 'list findings by cause or namespace').choices(['cause', 'namespace']))
      .addOption(new Option('-o, --output <format>', 'print everything').choices(FORMATS)),
  );
}
