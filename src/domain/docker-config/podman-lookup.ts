/** Where podman looks for the login of a repository within one file (containers/image pkg/docker/config/config.go). */
import type { DockerConfig } from './docker-config.ts';
import { type EntryLookup, firstOfEach, isWebLoginToken } from './docker-lookup.ts';

/** The registry of `name`, which is a repository, a namespace or a registry. */
export function podmanRegistry(name: string): string {
  return name.split('/', 1)[0] ?? '';
}

/**
 * Finds the entry for a name: under its whole path, else under each shorter path, the longest first; else by the host of the
 * registry, however the key is written (`findCredentialsInFile`). A legacy file knows registries only. Of several entries with
 * the same host, podman takes any one, and this takes the first.
 */
export function podmanEntries({ auths }: DockerConfig, legacy: boolean): EntryLookup {
  let byHost: ReadonlyMap<string, string> | undefined;
  return (name) => {
    const registry = podmanRegistry(name);
    for (const server of legacy ? [registry] : lookupOrder(name)) {
      const fields = auths.get(server);
      if (fields !== undefined) return { server, fields };
    }
    // A lookup by host would take the tokens of a web login for Docker Hub.
    byHost ??= firstOfEach(
      [...auths.keys()].filter((server) => !isWebLoginToken(server)),
      (server) => podmanHost(server, legacy),
    );
    const server = byHost.get(normalizeRegistry(registry));
    const fields = server === undefined ? undefined : auths.get(server);
    return server === undefined || fields === undefined ? undefined : { server, fields };
  };
}

/** Whether podman reads the key `server` as a namespace or repository, and not as a whole registry. */
export function isNamespaceKey(server: string): boolean {
  return server.includes('/') && !/^https?:\/\//.test(server);
}

/** The registry for which the key `server` of a file stands (`normalizeAuthFileKey`). */
function podmanHost(server: string, legacy: boolean): string {
  const stripped = server.replace(/^http:\/\//, '').replace(/^https:\/\//, '');
  return normalizeRegistry(legacy || stripped !== server ? podmanRegistry(stripped) : stripped);
}

/** `quay.io/a/b`, `quay.io/a`, `quay.io` (`authKeyLookupOrder`). */
function* lookupOrder(name: string): Generator<string> {
  for (let end = name.length; end >= 0; end = name.lastIndexOf('/', end - 1)) {
    yield name.slice(0, end);
    if (end === 0) return;
  }
}

/** One name for all names of Docker Hub (`normalizeRegistry`). */
function normalizeRegistry(registry: string): string {
  return registry === 'docker.io' || registry === 'registry-1.docker.io' ? 'index.docker.io' : registry;
}
