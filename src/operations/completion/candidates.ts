/** Names from the cluster and the kubeconfig, to complete a command line that is being typed. Late names are dropped. */
import { connect, connectionOf, type Transport } from '../../cluster/client/transport.ts';
import { loadKubeConfig } from '../../cluster/config/kube-config.ts';
import type { KubeFlags } from '../../cluster/config/kube-flags.ts';
import { listNames } from '../../cluster/list-names.ts';
import { NAMESPACES, type Resource } from '../../cluster/object-request.ts';
import { pullSecretNames } from '../../cluster/read-secrets.ts';
import { type PullKindName, pullKind, WORKLOAD_KINDS } from '../../domain/workloads/kind.ts';
import type { Io } from '../../io.ts';

export type CandidateSource =
  | 'secrets'
  | 'namespaces'
  | 'accounts'
  | 'pods'
  | 'targets'
  | 'contexts'
  | 'clusters'
  | 'users';

/** What is proposed: values with a description, names of one source, or what the shell knows of files. */
export type Candidates =
  | { readonly values: readonly (readonly [value: string, description: string])[] }
  | { readonly from: CandidateSource }
  | { readonly files: true };

/** A place in a command line. */
export interface Completion {
  readonly wanted: Candidates;
  readonly flags: KubeFlags;
}

/** The shell waits for the names. With the start of the program, this stays below a second. */
const PATIENCE_MS = 700;

/**
 * Returns the names, sorted. Returns none for a user with a credential plugin, which may ask a person or open a browser, and
 * renews no token. Throws UserError, and the reason of the signal where the names do not arrive in time.
 */
export async function candidateNames(source: CandidateSource, flags: KubeFlags, io: Io): Promise<string[]> {
  if (source === 'contexts' || source === 'clusters' || source === 'users') {
    const config = await loadKubeConfig(flags.kubeconfig, io);
    return [...config[source].keys()].sort();
  }
  const { user } = await connectionOf(flags, io);
  if (user.exec !== undefined || user.authProvider !== undefined) return [];
  const signal = AbortSignal.timeout(PATIENCE_MS);
  const transport = await connect(flags, { ...io, signal });
  try {
    return (await namesIn(source, transport)).sort();
  } finally {
    transport.close();
  }
}

const TARGETS: readonly PullKindName[] = ['ServiceAccount', 'Pod', ...WORKLOAD_KINDS];

async function namesIn(
  source: 'secrets' | 'namespaces' | 'accounts' | 'pods' | 'targets',
  transport: Transport,
): Promise<string[]> {
  const { namespace } = transport;
  const list = (kind: Resource, where: string | undefined): Promise<string[]> =>
    listNames(transport, kind, { namespace: where, cached: true });
  switch (source) {
    case 'secrets':
      return pullSecretNames(transport, namespace);
    case 'namespaces':
      return list(NAMESPACES, undefined);
    case 'accounts':
      return list(pullKind('ServiceAccount'), namespace);
    case 'pods':
      return list(pullKind('Pod'), namespace);
    case 'targets': {
      const lists = TARGETS.map(async (kind) => {
        const names = await list(pullKind(kind), namespace);
        return names.map((name) => `${kind.toLowerCase()}/${name}`);
      });
      return (await Promise.all(lists)).flat();
    }
  }
}
