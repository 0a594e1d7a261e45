/** The flags of `rotate`. */
import type { Command } from 'commander';
import {
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
    ),
  );
}
