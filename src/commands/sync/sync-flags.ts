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
          .option('-l, --selector <labels>', 'choose those with these labels')
          .option('-A, --all-namespaces', 'choose all except kube-*, openshift-* and its own')
          .option('--exclude <namespaces>', 'skip these; names and patterns, as in --to (repeatable)', collect)
          .optionsGroup('What is done there:')
          .option('--attach <accounts>', 'attach it: sa/default, sa/NAME, used, or all (repeatable)', collect)
          .option('--admission', 'add it to new pods by a policy of the API server')
          .option('--restart', 'restart the controllers of pods that keep failing')
          .option('--merge', 'merge the logins into Secrets that sync did not make')
          .option('--adopt', 'turn them into copies, which drops other logins')
          .option('--prune', 'detach and delete copies in other namespaces')
          .option('--watch', 'keep running, and update copies as things change')
          .option('--listen <address>', 'answer /healthz and /metrics there, say :8080')
          .option('--refresh <duration>', 'renew a login from here this often, if its end is not known (default: 6h)')
          .option('--yes', 'do not ask; without a terminal, --prune needs it')
          .optionsGroup('Output:'),
      ),
      outputOption('print names, JSON, or only the policy', ['yaml']),
    ),
  );
}
