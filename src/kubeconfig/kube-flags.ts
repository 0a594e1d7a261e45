/** The flags of every command that talks to a cluster. */
import type { GivenFlags } from '../line/given-flags.ts';

/** The names are kubectl's, except that `apiServer` is its `--server`. An empty text counts as not given. */
export interface KubeFlags extends GivenFlags {
  readonly token?: string | undefined;
  readonly requestTimeout?: string | undefined;
  /** Whether the run lasts for days, in which the network may drop idle connections. */
  readonly lasting?: boolean | undefined;
  /** The number of parallel requests. */
  readonly concurrency?: number | undefined;
}

/** The hint when the user of a registry was typed as --user. */
export const MISPLACED_USER = '--user is for a user of the kubeconfig; use --username for a registry';
