/** The flags of `regsecret attach` and `detach`. */
import { type Command, Option } from 'commander';
import { collect, dryRunOption, kubernetesFlags, secretNameArgument } from './shared-flags.ts';

export function attachFlags(attach: Command): Command {
  return kubernetesFlags(
    targetFlags(attach, 'to')
      .optionsGroup('More:')
      .option('--restart', 'restart the controllers of pods that fail now and will not recover by themselves')
      .option('--wait', 'wait until the pods run, or say why they do not')
      .option('--allow-missing', 'attach a Secret that does not exist yet')
      .option('--auto', 'with -f: only to pods with an image that the Secret opens')
      .option('--secret-file <file>', 'with --auto: the Secret, which is otherwise read from the cluster'),
  );
}

export function detachFlags(detach: Command): Command {
  return kubernetesFlags(
    targetFlags(detach, 'from').optionsGroup('More:').option('--wait', 'wait until the pods run without it'),
  );
}

/** The flags that attach and detach share. */
function targetFlags(command: Command, preposition: 'to' | 'from'): Command {
  const to = preposition === 'to' ? '--to <target>' : '--from, --to <target>';
  return command
    .argument('[secret]', 'name of the Secret', secretNameArgument, 'regsecret')
    .optionsGroup('Targets, repeatable and mixed (none on a terminal: a list to choose from):')
    .option('--pod <name>', 'pod, by the template of what makes it', collect)
    .option('--sa, --serviceaccount <name>', 'service account', collect)
    .option(to, 'KIND/NAME as in kubectl: deploy/web, sts/db, cj/nightly, sa/default; or KIND with -l', collect)
    .option('--all-serviceaccounts', 'every service account')
    .option('--used', 'the service accounts that pods and workloads use')
    .option('-l, --selector <labels>', 'which of --to KIND or --all-serviceaccounts')
    .option('-A, --all-namespaces', 'in every namespace that has the Secret')
    .option('-f, --filename <file>', 'what is in a manifest or a folder of them; - is stdin', collect)
    .optionsGroup('Manifests (-f), whose every other byte stays as it is:')
    .option('--write', 'change the files in place instead of printing them')
    .option('-R, --recursive', 'folders in folders, too')
    .optionsGroup('Pods without a controller:')
    .option('--recreate', 'delete and create them again, after the server has accepted the new one')
    .option('--timeout <duration>', 'how long to wait: for the default service account (30s), for pods (5m)')
    .optionsGroup('Checks:')
    .option('--no-checks', 'look neither at the Secret nor at workloads and pods: 2 requests for a service account')
    .optionsGroup('Output:')
    .addOption(dryRunOption('change nothing and print the plan: client only reads, server checks the writes'))
    .addOption(new Option('-o, --output <format>', 'print names, or everything as JSON').choices(['name', 'json']))
    .option('--field-manager <name>', 'owner of the written fields', 'regsecret');
}
