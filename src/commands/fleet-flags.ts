/** The flags of commands over the Secrets of many namespaces: `rotate`, `remove` and `delete`. */
import type { Command } from 'commander';
import {
  collect,
  concurrencyFlag,
  contextsFlag,
  credentialFlags,
  kubernetesFlags,
  registryFlags,
  secretNameArgument,
  secretNamesArgument,
  writeOutputFlags,
} from './shared-flags.ts';

export function rotateFlags(rotate: Command): Command {
  return kubernetesFlags(
    outputFlags(
      registryFlags(
        scopeFlags(
          credentialFlags(
            rotate.argument('[names...]', 'names of Secrets (default: all)', secretNamesArgument),
            'New login:',
          ),
        )
          .option('--below', 'also entries with a path, or under another name of the registry')
          .option('--any-user', 'also entries of other users')
          .option('--any-password', 'also passwords that nothing shows to be the old one')
          .option('--owned', 'also Secrets that another tool manages, such as Helm')
          .optionsGroup('More:')
          .option('--no-verify', 'do not check any login with its registry'),
      )
        .optionsGroup('More:')
        .option('--restart', 'restart the controllers of pods that keep failing')
        .option('--yes', 'do not ask; without a terminal, nothing is asked'),
    ),
  );
}

export function removeFlags(remove: Command): Command {
  return kubernetesFlags(
    outputFlags(
      scopeFlags(
        remove
          .argument('[name]', 'name of the Secret (default: regsecret; with -A and -l all)', secretNameArgument)
          .option('--server <server>', 'the entry, as list and inspect show it (repeatable)', collect),
      )
        .optionsGroup('More:')
        .option('--owned', 'also Secrets that another tool manages, such as Helm')
        .option('--yes', 'remove it without asking, even if an image needs it'),
    ),
  );
}

export function deleteFlags(remove: Command): Command {
  return kubernetesFlags(
    outputFlags(
      remove
        .argument('[name]', 'name of the Secret', secretNameArgument, 'regsecret')
        .option('-A, --all-namespaces', 'also all copies that sync made of it')
        .option('--force', 'delete it even if an image needs it')
        .option('--owned', 'also Secrets that another tool manages, such as Helm')
        .option('--yes', 'do not ask; needed where there is no terminal'),
    ),
  );
}

function scopeFlags(command: Command): Command {
  return command
    .optionsGroup('Which Secrets (default: in the namespace):')
    .option('-A, --all-namespaces', 'of all namespaces')
    .option('-l, --selector <labels>', 'of the namespaces with these labels');
}

function outputFlags(command: Command): Command {
  const placed = contextsFlag(concurrencyFlag(command), 'do it in the clusters of these contexts (repeatable)');
  return writeOutputFlags(placed.optionsGroup('Output:'));
}
