/** The flags of `rotate`. */
import type { Command } from 'commander';
import {
  collect,
  credentialFlags,
  differentFlag,
  fleetOutputFlags,
  fleetScopeFlags,
  kubernetesFlags,
  registryFlags,
  secretNamesArgument,
} from '../shared-flags.ts';

/** Adds its argument and its flags to `rotate`, and returns it. */
export function rotateFlags(rotate: Command): Command {
  return kubernetesFlags(
    differentFlag(
      fleetOutputFlags(
        registryFlags(
          fleetScopeFlags(
            credentialFlags(
              rotate.argument('[names...]', 'names of Secrets (default: all)', secretNamesArgument),
              'New login:',
            ),
          )
            .option('--to <namespaces>', 'choose these namespaces; names and patterns (repeatable)', collect)
            .option('--below', 'include entries with a path, or under another name; trusts every part of the registry')
            .option('--any-user', 'include logins of other users in the namespace of -n')
            .option('--owned', 'include Secrets that another tool manages, such as Helm; trust the people who run it')
            .optionsGroup('Old login (default: that in the namespace of -n):')
            .option('--old-password-stdin', 'read the old password from stdin')
            .option('--old-password-file <file>', 'read the old password from a file')
            .option('--old-password-env <variable>', 'take the old password from an environment variable')
            .optionsGroup('More:')
            .option('--no-verify', 'do not check any login with its registry'),
        )
          .optionsGroup('More:')
          .option('--restart', 'restart controllers of failing pods')
          .option('--yes', 'do not ask'),
      ),
    ),
  );
}
