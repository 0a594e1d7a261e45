/**
 * Which entry of a login file docker takes for a registry (docker/cli cli/config/configfile/file.go, credentials/file_store.go),
 * and which one podman takes for a repository (containers/image pkg/docker/config/config.go).
 */
import { GoUrlError, parseGoUrl, splitHostPort } from '../codec/go/url.ts';
import { DOCKER_HUB } from '../secret/display-server.ts';
import type { AuthFields, DockerConfig } from '../secret/docker-config.ts';

/** The key under which docker keeps the login of `registry` (`getAuthConfigKey`). */
export function dockerKey(registry: string): string {
  return registry === 'docker.io' || registry === 'index.docker.io' ? DOCKER_HUB : registry;
}

/**
 * The suffix of the credential helper that is asked about `key`, undefined where the file itself answers
 * (`getConfiguredCredentialStore`). An empty suffix in `credHelpers` turns `credsStore` off for that key.
 */
export function dockerHelper({ credHelpers, credsStore }: DockerConfig, key: string): string | undefined {
  const suffix = credHelpers.get(key) ?? credsStore;
  return suffix === '' ? undefined : suffix;
}

/** An entry for a registry, and the key under which it is stored. */
export interface FoundEntry {
  readonly server: string;
  readonly fields: AuthFields;
}

/** The entry for a key or a name. */
export type EntryLookup = (name: string) => FoundEntry | undefined;

/**
 * Finds the entry for a key by its name, or else by its host (`fileStore.Get`). Of several entries with the same host, docker
 * takes any one, and this takes the first.
 */
export function dockerEntries({ auths }: DockerConfig): EntryLookup {
  let byHost: ReadonlyMap<string, string> | undefined;
  return (key) => {
    byHost ??= auths.has(key) ? undefined : firstOfEach(auths.keys(), convertToHostname);
    return entryAt(auths.has(key) ? key : byHost?.get(key), auths);
  };
}

function entryAt(server: string | undefined, auths: DockerConfig['auths']): FoundEntry | undefined {
  const fields = server === undefined ? undefined : auths.get(server);
  return server === undefined || fields === undefined ? undefined : { server, fields };
}

/** The first of `servers` for each host. */
function firstOfEach(servers: Iterable<string>, hostOf: (server: string) => string): ReadonlyMap<string, string> {
  const first = new Map<string, string>();
  for (const server of servers) {
    const host = hostOf(server);
    if (!first.has(host)) first.set(host, server);
  }
  return first;
}

/**
 * Whether docker keeps `server` for a login in the browser, beside the login itself (docker/cli internal/oauth/manager
 * `storeTokensInStore`).
 */
export function isWebLoginToken(server: string): boolean {
  return server === `${DOCKER_HUB}access-token` || server === `${DOCKER_HUB}refresh-token`;
}

/** Host and port of a server that may be a URL (credentials/file_store.go `ConvertToHostname`). */
export function convertToHostname(server: string): string {
  const isUrl = server.includes('://') && /^([A-Za-z][A-Za-z0-9+.-]*:)?\/\//.test(server);
  const fromUrl = isUrl ? urlHost(server) : '';
  return fromUrl === '' ? (server.split('/', 1)[0] ?? '') : fromUrl;
}

/** Go's url.URL `Hostname` and `Port`, joined as net.JoinHostPort does. Empty where `url` is no URL. */
function urlHost(url: string): string {
  try {
    const { name, port } = splitHostPort(parseGoUrl(url).host);
    if (name === '') return '';
    if (port === '') return name.replace(/^\[(.*)\]$/, '$1');
    return name.includes(':') ? `[${name}]:${port}` : `${name}:${port}`;
  } catch (error) {
    if (error instanceof GoUrlError) return '';
    throw error;
  }
}

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
    const exact = (legacy ? [registry] : lookupOrder(name)).find((server) => auths.has(server));
    if (exact !== undefined) return entryAt(exact, auths);
    // A lookup by host would take the tokens of a web login for Docker Hub.
    byHost ??= firstOfEach(
      [...auths.keys()].filter((server) => !isWebLoginToken(server)),
      (server) => podmanHost(server, legacy),
    );
    return entryAt(byHost.get(normalizeRegistry(registry)), auths);
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
function lookupOrder(name: string): string[] {
  const parts = name.split('/');
  return parts.map((_, index) => parts.slice(0, parts.length - index).join('/'));
}

/** One name for all names of Docker Hub (`normalizeRegistry`). */
function normalizeRegistry(registry: string): string {
  return registry === 'docker.io' || registry === 'registry-1.docker.io' ? 'index.docker.io' : registry;
}
