/**
 * Which entry of a login file is the login of a part of a registry, and which one docker (docker/cli
 * cli/config/configfile/file.go, credentials/file_store.go) and podman (containers/image pkg/docker/config/config.go) take for the
 * registry itself.
 */
import type { AuthFields, DockerConfig } from '../secret/docker-config.ts';
import {
  convertToHostname,
  isPart,
  isWebLoginToken,
  normalizeRegistry,
  podmanHost,
  registryPart,
} from './config-key.ts';

/**
 * The suffix of the credential helper that is asked about `key`, undefined where the file itself answers
 * (`getConfiguredCredentialStore`). An empty suffix in `credHelpers` turns `credsStore` off for that key.
 */
export function dockerHelper({ credHelpers, credsStore }: DockerConfig, key: string): string | undefined {
  const suffix = credHelpers.get(key) ?? credsStore;
  return suffix === '' ? undefined : suffix;
}

/** An entry, and the key under which it is stored. */
export interface FoundEntry {
  readonly server: string;
  readonly fields: AuthFields;
}

/** Whether an entry holds a login. An empty entry marks a login that a helper keeps, or kept. */
export function hasSecret({ auth, username, password, identitytoken }: AuthFields = {}): boolean {
  return [auth, username, password, identitytoken].some((field) => field !== undefined && field !== '');
}

/** The entry for a registry. */
export type EntryLookup = (registry: string) => FoundEntry | undefined;

/**
 * The entries for the part of a registry that `server` is, and for the parts around it, the smallest first
 * (`authKeyLookupOrder`). A slash at the end of a key makes no difference, except that the key as it is given comes first.
 */
export function partEntries(server: string, { auths }: DockerConfig): FoundEntry[] {
  const { registry, part } = registryPart(server);
  if (part === '') return [];
  const names = part.split('/');
  const paths = names.map((_, index) => [registry, ...names.slice(0, names.length - index)].join('/'));
  return [server, ...paths.flatMap((path) => [path, `${path}/`])].flatMap((key) => entryAt(key, auths) ?? []);
}

/**
 * Finds the entry for a registry by docker's key of it, or else by its host (`fileStore.Get`). Of several entries with the same
 * host, docker takes any one, and this takes the first.
 */
export function dockerEntries({ auths }: DockerConfig): EntryLookup {
  let byHost: ReadonlyMap<string, string> | undefined;
  return (key) => {
    byHost ??= auths.has(key) ? undefined : firstOfEach(auths, isPart, convertToHostname);
    return entryAt(auths.has(key) ? key : byHost?.get(key), auths);
  };
}

function entryAt(key: string | undefined, auths: DockerConfig['auths']): FoundEntry | undefined {
  const fields = key === undefined ? undefined : auths.get(key);
  return key === undefined || fields === undefined ? undefined : { server: key, fields };
}

/** The first key with a login for each host, without those that are `other`. */
function firstOfEach(
  auths: DockerConfig['auths'],
  other: (key: string) => boolean,
  hostOf: (key: string) => string,
): ReadonlyMap<string, string> {
  const keys = [...auths].flatMap(([key, fields]) => (other(key) || !hasSecret(fields) ? [] : [key])).reverse();
  return new Map(keys.map((key) => [hostOf(key), key]));
}

/**
 * Finds the entry for a registry by its name, or else by its host, however the key is written (`findCredentialsInFile`). Of
 * several entries with the same host, podman takes any one, and this takes the first. A lookup by host would take the tokens of a
 * web login for Docker Hub.
 */
export function podmanEntries({ auths }: DockerConfig, legacy: boolean): EntryLookup {
  let byHost: ReadonlyMap<string, string> | undefined;
  return (registry) => {
    if (auths.has(registry)) return entryAt(registry, auths);
    byHost ??= firstOfEach(auths, isWebLoginToken, (key) => podmanHost(key, legacy));
    return entryAt(byHost.get(normalizeRegistry(registry)), auths);
  };
}
