/** The flags of every command that talks to a cluster. */
import type { GivenFlags } from '../../domain/text/given-flags.ts';

/** Named as in kubectl; `apiServer` is its `--server`. An empty text counts as not given. */
export interface KubeFlags extends GivenFlags {
  readonly token?: string | undefined;
  readonly requestTimeout?: string | undefined;
  /** Whether it is for days, in which a network forgets connections that nobody uses. */
  readonly lasting?: boolean | undefined;
  /** How many requests are sent at once. */
  readonly concurrency?: number | undefined;
}

/** For the user of a registry, who was typed as one of the kubeconfig. */
export const MISPLACED_USER = '--user is a user of the kubeconfig; that of a registry is --username';
