/** Where podman looks for the login of a repository within one file (containers/image pkg/docker/config/config.go). */
import type { AuthFields } from './auth-fields.ts';
import type { DockerConfig } from './docker-config.ts';
import { isWebLoginToken } from './docker-lookup.ts';

/** The registry of `name`, which is a repository, a namespace or a registry. */
export function podmanRegistry(name: string): string {
  return name.split('/', 1)[0] ?? '';
}

/**
 * The entry for `name`: by its whole path, else by each shorter one, the first that exists deciding; else by the host of
 * the registry, however it is written (`findCredentialsInFile`). A legacy file knows registries only.
 */
export function podmanEntry(
  { auths }: DockerConfig,
  name: string,
  legacy: boolean,
): { readonly server: string; readonly fields: AuthFields } | undefined {
  const registry = podmanRegistry(name);
  for (const server of legacy ? [registry] : lookupOrder(name)) {
    const fields = auths.get(server);
    if (fields !== undefined) return { server, fields };
  }
  const host = normalizeRegistry(registry);
  for (const [server, fields] of auths) {
    // By host these would match Docker Hub, and podman takes any of several.
    if (!isWebLoginToken(server) && podmanHost(server, legacy) === host) return { server, fields };
  }
  return undefined;
}

/** The registry that the key `server` of a file stands for (`normalizeAuthFileKey`). */
export function podmanHost(server: string, legacy: boolean): string {
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

/** The names of Docker Hub are one (`normalizeRegistry`). */
function normalizeRegistry(registry: string): string {
  return registry === 'docker.io' || registry === 'registry-1.docker.io' ? 'index.docker.io' : registry;
}
