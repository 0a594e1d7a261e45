/** The flags of `regsecret attach` and `detach`. */
import type { Command } from 'commander';
import { collect, kubernetesFlags, secretNameArgument, writeOutputFlags } from '../shared-flags.ts';

export function attachFlags(attach: Command): Command {
  return kubernetesFlags(
    targetFlags(attach, 'to')
      .optionsGroup('More:')
      .option('--restart', 'restart workloads whose pods keep failing')
      .option('--wait', 'wait until the pods run, or print why they do not (not with -f)')
      .option('--yes', 'do not ask; to recreate a pod, add --recreate')
      .option('--allow-missing', 'attach a Secret that does not exist yet')
      .option('--auto', 'change files of -f only where the Secret has a login for an image')
      .option('--secret-file <file>', 'read the Secret of --auto from this file, not from the cluster'),
  );
}

export function detachFlags(detach: Command): Command {
  return kubernetesFlags(
    targetFlags(detach, 'from')
      .optionsGroup('More:')
      .option('--yes', 'detach without asking, even if an image has no other login')
      .option('--wait', 'wait until the pods run without it (not with -f)'),
  );
}

/** The flags that attach and detach share. */
function targetFlags(command: Command, preposition: 'to' | 'from'): Command {
  const to = preposition === 'to' ? '--to <target>' : '--from, --to <target>';
  const targets = command
    .argument('[secret]', 'name of the Secret', secretNameArgument, 'regsecret')
    .optionsGroup('Targets, one or several (with none, a terminal shows a list):')
    .option('--pod <name>', 'change the workload of this pod, or recreate it', collect)
    .option('--sa, --serviceaccount <name>', 'change this service account', collect)
    .option(to, 'change this object: deploy/web; KIND with -l', collect)
    .option('--all-serviceaccounts', 'change every service account')
    .option('--used', 'change the service accounts that pods use')
    .option('-l, --selector <labels>', 'choose objects with these labels')
    .option('-A, --all-namespaces', `work in every namespace${preposition === 'to' ? ' that has the Secret' : ''}`)
    .option('-f, --filename <file>', 'change manifests in a file or folder, or stdin', collect)
    .optionsGroup('More:')
    .option('--write', 'change the files of -f in place')
    .option('-R, --recursive', 'include subfolders')
    .option('--recreate', 'delete and recreate pods without a controller')
    .option('--timeout <duration>', 'wait this long for pods (5m) and accounts (30s)')
    .option('--no-checks', 'skip the checks of Secret, workloads and pods (2 requests for a service account)')
    .optionsGroup('Output:');
  return writeOutputFlags(targets);
}
