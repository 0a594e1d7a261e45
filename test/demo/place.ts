/** Chooses the cluster for the demo: its own if it can build or start one, else a namespace in an existing cluster. */
import { join } from 'node:path';

export type Place =
  /** Go builds the whole cluster, with registries and a node. */
  | { readonly kind: 'built' }
  /** An API server from the programs of setup-envtest, in `folder`. */
  | { readonly kind: 'programs'; readonly folder: string }
  /** A namespace on the cluster of the current context. */
  | { readonly kind: 'namespace'; readonly context: string }
  | { readonly kind: 'none'; readonly text: string };

export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  /** Why no cluster can be built here; undefined if one can. */
  readonly unbuildable: string | undefined;
  exists(path: string): boolean;
  /** The names in a folder; none if it does not exist. */
  list(folder: string): readonly string[];
  /** kubectl's current context; undefined if there is none, or no kubectl. */
  context(): string | undefined;
  /** Whether the user answers yes. Without a terminal the answer is no. */
  ask(question: string): Promise<boolean>;
}

/** The programs that an API server and the demo need. */
const NEEDED = ['etcd', 'kube-apiserver', 'kubectl'];

export const NO_PLACE =
  'the demo needs a cluster: install Go (it builds one), or run "setup-envtest use", or point kubectl at a cluster where you may create a namespace';

/** The first possible place. Uses an existing cluster only if the user says yes. */
export async function choosePlace(here: Surroundings): Promise<Place> {
  if (here.unbuildable === undefined) return { kind: 'built' };
  const folder = programFolders(here).find((one) => NEEDED.every((name) => here.exists(join(one, name))));
  if (folder !== undefined) return { kind: 'programs', folder };
  const context = here.context();
  if (context === undefined) return { kind: 'none', text: NO_PLACE };
  const question = `Play it in a new namespace on the cluster of context ${context}, and remove that afterwards? (y/N) `;
  return (await here.ask(question)) ? { kind: 'namespace', context } : { kind: 'none', text: NO_PLACE };
}

/**
 * The folders where setup-envtest (controller-runtime tools/setup-envtest/store/helpers.go) and envtest look, the newest version
 * first.
 */
function programFolders({ env, home, list }: Surroundings): string[] {
  const stores = [
    join(env.XDG_DATA_HOME || join(home, '.local', 'share'), 'kubebuilder-envtest', 'k8s'),
    join(home, 'Library', 'Application Support', 'io.kubebuilder.envtest', 'k8s'),
  ];
  const byVersion = new Intl.Collator('en', { numeric: true });
  const stored = stores.flatMap((store) =>
    list(store)
      .toSorted((one, other) => byVersion.compare(other, one))
      .map((name) => join(store, name)),
  );
  return [...(env.KUBEBUILDER_ASSETS ? [env.KUBEBUILDER_ASSETS] : []), ...stored, '/usr/local/kubebuilder/bin'];
}
