/** The flags of `regsecret sync`. */
import type { Command } from 'commander';
import {
  collect,
  concurrencyFlag,
  contextsFlag,
  differentFlag,
  kubernetesFlags,
  loginFlags,
  outputOption,
  secretNameArgument,
  writeOutputFlags,
} from '../shared-flags.ts';

export function syncFlags(sync: Command): Command {
  const named = sync.argument('[name]', 'Secret in the namespace of -n', secretNameArgument, 'regsecret');
  const source = loginFlags(named, 'A login to use instead of a Secret:');
  return kubernetesFlags(
    writeOutputFlags(
      concurrencyFlag(
        differentFlag(
          contextsFlag(source, 'copy into the clusters of these contexts; the source stays where it is (repeatable)'),
        )
          .optionsGroup('Target namespaces:')
          .option('--to <namespaces>', "choose by name and pattern: team-a,team-b, 'team-*' (repeatable)", collect)
          .option('-l, --selector <labels>', 'choose namespaces with these labels')
          .option('-A, --all-namespaces', "choose all except kube-*, openshift-* and the source's")
          .option('--exclude <namespaces>', 'skip these; names and patterns, as in --to (repeatable)', collect)
          .optionsGroup('What is done there:')
          .option('--attach <accounts>', 'attach it: sa/default, sa/NAME, used, or all (repeatable)', collect)
          .option('--admission', 'add it to new pods by a policy of the API server')
          .option('--restart', 'restart the controllers of pods that keep failing')
          .option('--merge', 'merge into existing Secrets not created by sync')
          .option('--adopt', 'turn such Secrets into copies without other logins')
          .option('--prune', 'detach and delete copies in other namespaces')
          .option('--watch', 'keep running, and update copies as things change')
          .option('--listen <address>', 'answer /healthz and /metrics there, such as :8080')
          .option(
            '--refresh <duration>',
            'renew a login of this machine this often, if its expiry is not known (default: 6h)',
          )
          .option('--yes', 'do not ask; without a terminal, --prune needs it')
          .optionsGroup('Output:'),
      ),
      outputOption('print this', ['yaml']),
    ),
  );
}
