/** The flags of `remove` and `delete`. */
import type { Command } from 'commander';
import { collect, fleetOutputFlags, fleetScopeFlags, kubernetesFlags, secretNameArgument } from '../shared-flags.ts';

/** Adds its argument and its flags to `remove`, and returns it. */
export function removeFlags(remove: Command): Command {
  return kubernetesFlags(
    fleetOutputFlags(
      fleetScopeFlags(
        remove
          .argument('[name]', 'name of the Secret (default: regsecret; with -A and -l all)', secretNameArgument)
          .option('--server <server>', 'choose the entry, as list and inspect show it (repeatable)', collect),
      )
        .optionsGroup('More:')
        .option('--owned', 'include Secrets that another tool manages, such as Helm')
        .option('--yes', 'remove it without asking, even if an image needs it'),
    ),
  );
}

/** Adds its argument and its flags to `delete`, and returns it. */
export function deleteFlags(remove: Command): Command {
  return kubernetesFlags(
    fleetOutputFlags(
      remove
        .argument('[name]', 'name of the Secret', secretNameArgument, 'regsecret')
        .option('-A, --all-namespaces', 'delete the copies that sync created as well')
        .option('--force', 'delete it even if an image needs it, or a copy of it stays')
        .option('--owned', 'include Secrets that another tool manages, such as Helm')
        .option('--yes', 'do not ask; needed where there is no terminal'),
    ),
  );
}
