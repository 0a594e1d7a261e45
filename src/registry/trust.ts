/** Decides which registries a command may ask, from its flags and the location of the cluster. */

import { NetworkError } from '../http/network-error.ts';
import { isOnThisMachine, type Trust } from '../verify/destination.ts';
import type { Locate } from './locate.ts';

/** Where the names of the registries come from. */
export type RegistryOrigin =
  | { readonly from: 'person' }
  | {
      readonly from: 'cluster';
      /** The URL of its API server. */
      readonly cluster: string | undefined;
      readonly allowLocalRegistries?: boolean | undefined;
    };

/**
 * Which places may be contacted for `origin`. A registry that the user names may be on this machine. One that the cluster names
 * may be there only if the cluster is too, or `allowLocalRegistries` is set.
 */
export async function trustOf(plainHttp: readonly string[], origin: RegistryOrigin, locate: Locate): Promise<Trust> {
  if (origin.from === 'person') return { from: 'person', loopback: true, plainHttp };
  const { cluster, allowLocalRegistries = false } = origin;
  const loopback = allowLocalRegistries || (cluster !== undefined && (await isLocal(cluster, locate)));
  return { from: 'cluster', loopback, plainHttp };
}

/** Looks the name up, since one such as kubernetes.docker.internal may mean this machine. */
async function isLocal(cluster: string, locate: Locate): Promise<boolean> {
  if (!URL.canParse(cluster)) return false;
  try {
    return isOnThisMachine(await locate(new URL(cluster)));
  } catch (error) {
    if (error instanceof NetworkError) return false;
    throw error;
  }
}
