/** Where docker looks for the login of a registry (docker/cli cli/config/configfile/file.go, credentials/file_store.go). */
import { GoUrlError, parseGoUrl, splitHostPort } from '../go/url.ts';
import { DOCKER_HUB } from '../keyring/display-server.ts';
import type { AuthFields } from './auth-fields.ts';
import type { DockerConfig } from './docker-config.ts';

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
    const server = auths.has(key) ? key : byHost?.get(key);
    const fields = server === undefined ? undefined : auths.get(server);
    return server === undefined || fields === undefined ? undefined : { server, fields };
  };
}

/** The first of `servers` for each host. */
export function firstOfEach(
  servers: Iterable<string>,
  hostOf: (server: string) => string,
): ReadonlyMap<string, string> {
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
