/** Which registries a command may ask, from its flags and from where the cluster is. */

import { registryOf } from '../domain/keyring/server.ts';
import { words } from '../domain/text/command.ts';
import { isOnThisMachine, type Trust } from '../domain/verify/destination.ts';
import { UsageError } from '../errors.ts';
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

/** Throws UsageError for what is no host of a registry. */
export async function trustOf(plainHttp: readonly string[], origin: RegistryOrigin, locate: Locate): Promise<Trust> {
  const hosts = plainHttp.map(plainHost);
  if (origin.from === 'person') return { from: 'person', loopback: true, plainHttp: hosts };
  const { cluster, allowLocalRegistries = false } = origin;
  const loopback = allowLocalRegistries || (cluster !== undefined && (await isLocal(cluster, locate)));
  return { from: 'cluster', loopback, plainHttp: hosts };
}

/** As URLs have it, so without port 80. */
function plainHost(text: string): string {
  const host = registryOf(text) ?? '';
  // An image names no registry without a dot or a port, and what follows the flag may be the name of a Secret.
  const isRegistry = /^[^-*][^*]*$/.test(host) && (/[.:]/.test(host) || host === 'localhost');
  if (isRegistry && URL.canParse(`http://${host}/`)) return new URL(`http://${host}/`).host;
  const what = text === '' ? 'nothing' : text;
  throw new UsageError(
    `--plain-http takes the host of a registry, and ${what} is none`,
    words`--plain-http registry.example.com:5000`,
  );
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
