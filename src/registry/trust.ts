/** Which registries a command may ask, from its flags and from where the cluster is. */
import { isOnThisMachine, type Trust } from '../domain/verify/destination.ts';
import { NetworkError } from '../http/network-error.ts';
import type { Locate } from './locate.ts';

/** Who says which registries are asked. */
export type RegistryOrigin =
  | { readonly from: 'person' }
  | {
      readonly from: 'cluster';
      /** Its API server. */
      readonly cluster: string | undefined;
      readonly allowLocalRegistries?: boolean | undefined;
    };

/** What may be contacted for `origin`. What a person names may be on this machine; what the cluster names only where the cluster is, too. */
export async function trustOf(plainHttp: readonly string[], origin: RegistryOrigin, locate: Locate): Promise<Trust> {
  if (origin.from === 'person') return { from: 'person', loopback: true, plainHttp };
  const { cluster, allowLocalRegistries = false } = origin;
  const loopback = allowLocalRegistries || (cluster !== undefined && (await isLocal(cluster, locate)));
  return { from: 'cluster', loopback, plainHttp };
}

/** A name such as kubernetes.docker.internal may stand for this machine. */
async function isLocal(cluster: string, locate: Locate): Promise<boolean> {
  if (!URL.canParse(cluster)) return false;
  try {
    return isOnThisMachine(await locate(new URL(cluster)));
  } catch (error) {
    if (error instanceof NetworkError) return false;
    throw error;
  }
}
