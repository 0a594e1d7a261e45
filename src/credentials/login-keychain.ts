/**
 * Which login is sent to a registry, when this machine has several. docker's rules, podman's and the order between the two are
 * all here; only which entry of one file a tool takes stands apart, as `dockerEntries` and `podmanEntries`.
 */

import { UserError, withDetails } from '../errors.ts';
import { credentialOf, type DockerConfig, dockerAuthConfig } from '../secret/docker-config.ts';
import type { Io } from '../system/io.ts';
import { authFiles } from './auth-file.ts';
import {
  type DockerSettings,
  excuse,
  hasSecret,
  listDocker,
  readDockerSettings,
  storePhrase,
  VARIABLE,
} from './docker.ts';
import {
  dockerEntries,
  dockerHelper,
  dockerKey,
  type EntryLookup,
  isNamespaceKey,
  podmanEntries,
  podmanRegistry,
} from './docker-lookup.ts';
import { getFromHelper, helperPhrase } from './helper.ts';
import { entryLogin, listPodman, type Podman, podmanWarnings, readPodman } from './podman.ts';
import { AUTH_FILES } from './registries-conf.ts';
import { type Listing, type Login, lookupName, registryTokenWarning, type StoredLogin, toLogin } from './source.ts';

/** The logins of a tool with all its files and helpers, or of files that the command line names. */
export interface Keychain {
  /** Every server that has a login, as it is spelled there. Throws UserError. */
  list(): Promise<Listing>;
  /** The login that is sent to `server`, which may have a path (`ghcr.io/org/`). Throws UserError. */
  resolve(server: string): Promise<Resolution>;
  /** Where the login for `server` is looked for first, as shown to the user: `docker credential store "desktop"`. */
  where(server: string): string | undefined;
  /** Whether `server` has a login of its own in addition to that of its registry. */
  isNamespace(server: string): boolean;
}

export interface Resolution {
  /** When left out, the tool would pull anonymously. */
  readonly stored?: StoredLogin | undefined;
  readonly warnings: readonly string[];
  /** What could not be read on the way: an error when no login is found elsewhere, otherwise a warning. */
  readonly failure?: UserError | undefined;
}

/** A place that may hold a login. It is opened only when the login is needed. */
interface LoginPlace {
  readonly from: string;
  readonly open: () => StoredLogin | undefined | Promise<StoredLogin | undefined>;
}

/**
 * The only function that reads a login. A failure on the way is thrown when there is no login, otherwise it becomes a warning.
 */
export async function lookUpOne(keychain: Keychain, server: string, warnings: string[]): Promise<Login | undefined> {
  const found = await keychain.resolve(server);
  const login = found.stored && toLogin(found.stored);
  if (login === undefined && found.failure !== undefined) throw withDetails(found.failure, found.warnings);
  warnings.push(...found.warnings);
  if (login === undefined) warnings.push(...registryTokenWarning(found.stored));
  if (found.failure !== undefined) warnings.push(found.failure.message);
  return login;
}

/** docker's login, otherwise podman's. A login that podman keeps for a namespace comes first, because docker ignores paths. */
export function machineKeychain(docker: Keychain, podman: Keychain): Keychain {
  return {
    list: async () => {
      const [ofDocker, ofPodman] = [await docker.list(), await podman.list()];
      // When both read the same broken file, one message is enough.
      const isSaid = JSON.stringify(ofDocker.failure?.hint) === JSON.stringify(ofPodman.failure?.hint);
      const second = ofPodman.failure === undefined || isSaid ? [] : [ofPodman.failure.message];
      return {
        servers: [...ofDocker.servers, ...ofPodman.servers],
        // A failure of podman is only a warning, because podman rejects files that docker accepts, such as an empty one.
        warnings: [...ofDocker.warnings, ...ofPodman.warnings, ...second],
        failure: ofDocker.failure,
      };
    },
    resolve: async (server) => {
      const ofNamespace = podman.isNamespace(server) ? await podman.resolve(server) : undefined;
      if (ofNamespace?.stored !== undefined && isNamespaceKey(ofNamespace.stored.server)) return ofNamespace;
      const { stored, ...ofDocker } = await docker.resolve(server);
      if (stored !== undefined && credentialOf(stored.config) !== undefined) return { stored, ...ofDocker };
      const second = ofNamespace ?? (await podman.resolve(server));
      const warnings = [...ofDocker.warnings, ...registryTokenWarning(stored), ...second.warnings];
      return { stored: second.stored, warnings, failure: ofDocker.failure ?? second.failure };
    },
    where: (server) => {
      const [first, second] = podman.isNamespace(server) ? [podman, docker] : [docker, podman];
      return first.where(server) ?? second.where(server);
    },
    isNamespace: podman.isNamespace,
  };
}

/** docker's logins on this machine. Its config file is read once. */
export function dockerLogins(io: Io, files = authFiles()): Keychain {
  return dockerKeychain(readDockerSettings(io, files), io);
}

/** The logins that docker would have with `settings`. docker ignores the path of a server. */
export function dockerKeychain(settings: DockerSettings, io: Io): Keychain {
  const entryOf = dockerEntries(settings.config);
  const placeFor = (server: string): LoginPlace | undefined =>
    dockerPlace(dockerKey(lookupName(server).registry), settings, entryOf, io);
  return {
    list: () => listDocker(settings, entryOf, io),
    resolve: async (server) => {
      const { warnings, failure, detected } = settings;
      try {
        return { stored: await placeFor(server)?.open(), warnings, failure };
      } catch (error) {
        // Nobody chose the platform's default store, so it may never have been set up.
        return { warnings: [...warnings, excuse(error, detected)], failure };
      }
    },
    where: (server) => placeFor(server)?.from,
    isNamespace: () => false,
  };
}

/**
 * Where docker looks for a login: DOCKER_AUTH_CONFIG, the registry's helper, the store, the file. The first that applies decides
 * (docker/cli cli/config/configfile/file.go `GetAuthConfig`).
 *
 * A helper hides the entry of the file, except for the fields that no helper can carry (credentials/native_store.go `Get`).
 */
function dockerPlace(
  key: string,
  { config, file, variable }: DockerSettings,
  entryOf: EntryLookup,
  io: Io,
): LoginPlace | undefined {
  const plain = (server: string, from: string, fields: Parameters<typeof dockerAuthConfig>[0]): LoginPlace => ({
    from,
    open: () => ({ server, from, config: dockerAuthConfig(fields) }),
  });
  const fields = variable.get(key);
  if (fields !== undefined) return plain(key, VARIABLE, fields);
  const helper = dockerHelper(config, key);
  if (helper === undefined) {
    const entry = entryOf(key);
    return entry && plain(entry.server, file, entry.fields);
  }
  const from = config.credHelpers.has(key) ? helperPhrase(helper) : storePhrase(helper);
  return {
    from,
    open: async () => {
      const entry = entryOf(key);
      const { email, registryToken } = entry === undefined ? {} : dockerAuthConfig(entry.fields);
      const answer = await getFromHelper(helper, key, io);
      if (answer === undefined && registryToken === undefined) return undefined;
      return { server: key, from, config: { ...(answer ?? { username: '', password: '' }), email, registryToken } };
    },
  };
}

/** podman's logins on this machine; each file is read once. */
export async function podmanLogins(io: Io, files = authFiles()): Promise<Keychain> {
  const podman = await readPodman(io, files);
  const firstFailure = (failures: readonly UserError[]): UserError | undefined => podman.failure ?? failures[0];
  return {
    list: async () => {
      const failures: UserError[] = [];
      const servers = await listPodman(podman, failures);
      return {
        servers,
        warnings: servers.length === 0 ? podmanWarnings(io.env) : [],
        failure: firstFailure(failures),
      };
    },
    resolve: async (server) => {
      const failures: UserError[] = [];
      const warnings: string[] = [];
      const stored = await podmanLogin(lookupName(server).name, podman, warnings, failures);
      if (stored !== undefined) return { stored, warnings };
      return { warnings: [...podmanWarnings(io.env), ...warnings], failure: firstFailure(failures) };
    },
    where: (server) => {
      for (const group of podmanPlaces(lookupName(server).name, podman, [])) {
        const from = unlessBroken(() => group[Symbol.iterator]().next().value?.from);
        if (from !== undefined) return from;
      }
      return undefined;
    },
    isNamespace: (server) => unlessBroken(() => hasNamespaceLogin(server, podman)) ?? false,
  };
}

/** The first login that exists. A failure ends the search only in its own group of places (`GetCredentials`). */
async function podmanLogin(
  name: string,
  podman: Podman,
  warnings: string[],
  failures: UserError[],
): Promise<StoredLogin | undefined> {
  for (const group of podmanPlaces(name, podman, warnings)) {
    try {
      for (const place of group) {
        const stored = await place.open();
        if (stored !== undefined) return stored;
      }
    } catch (error) {
      failures.push(userError(error));
    }
  }
  return undefined;
}

/** Where podman looks, in order: a group for each helper of registries.conf. The auth files count as one helper. */
function podmanPlaces(name: string, podman: Podman, warnings: string[]): readonly Iterable<LoginPlace>[] {
  const registry = podmanRegistry(name);
  return podman.helpers.map((helper) =>
    helper === AUTH_FILES ? placesInFiles(name, podman, warnings) : [helperPlace(registry, helper, podman)],
  );
}

/** In each file, the helper of the registry, otherwise an entry (`findCredentialsInFile`). */
function* placesInFiles(name: string, podman: Podman, warnings: string[]): Generator<LoginPlace> {
  const registry = podmanRegistry(name);
  for (const file of podman.files) {
    const opened = file.open();
    const helper = opened?.config.credHelpers.get(registry);
    const entry = helper === undefined ? opened?.entryOf(name) : undefined;
    if (helper !== undefined) yield helperPlace(registry, helper, podman);
    else if (entry !== undefined) yield { from: file.from, open: () => entryLogin(entry, file, warnings) };
  }
}

function helperPlace(registry: string, helper: string, { io }: Podman): LoginPlace {
  const from = helperPhrase(helper);
  return {
    from,
    open: async () => {
      const config = await getFromHelper(helper, registry, io);
      return config && { server: registry, from, config };
    },
  };
}

/** Whether the first login for `server`, helpers aside, is for a part of its registry. */
function hasNamespaceLogin(server: string, { files, helpers }: Podman): boolean {
  const { name, registry } = lookupName(server);
  if (name === registry || !helpers.includes(AUTH_FILES)) return false;
  for (const file of files) {
    const opened = file.open();
    const entry = opened?.config.credHelpers.has(registry) ? undefined : opened?.entryOf(name);
    if (entry !== undefined && entryLogin(entry, file, []) !== undefined) {
      return !file.legacy && isNamespaceKey(entry.server);
    }
  }
  return false;
}

/** The logins of several files, of which a later one takes precedence. */
export function lastOf(keychains: readonly Keychain[]): Keychain {
  const inOrder = keychains.toReversed();
  return {
    list: async () => {
      const listings = await Promise.all(keychains.map((keychain) => keychain.list()));
      const failures = listings.flatMap(({ failure }) => failure ?? []);
      return {
        servers: listings.flatMap(({ servers }) => servers),
        warnings: [...listings.flatMap(({ warnings }) => warnings), ...failures.slice(1).map(({ message }) => message)],
        failure: failures[0],
      };
    },
    resolve: async (server) => {
      let found: Resolution = { warnings: [] };
      for (const keychain of inOrder) {
        const { stored, warnings, failure = found.failure } = await keychain.resolve(server);
        found = { stored, warnings: [...found.warnings, ...warnings], failure };
        if (stored !== undefined && toLogin(stored) !== undefined) break;
      }
      return found;
    },
    where: (server) => inOrder.flatMap((keychain) => keychain.where(server) ?? [])[0],
    isNamespace: (server) => inOrder.some((keychain) => keychain.isNamespace(server)),
  };
}

/** A file that the command line names. */
export interface LoginFile {
  readonly config: DockerConfig;
  /** As shown to the user. */
  readonly from: string;
  readonly renew: StoredLogin['renew'];
}

/**
 * The logins of one file. Entries in the file itself come first, because a config that was copied from another machine names a
 * store that does not exist here. Logins that docker keeps elsewhere are looked up there.
 */
export function fileKeychain({ config, from, renew }: LoginFile, elsewhere: Keychain): Omit<Keychain, 'list'> {
  const entryOf = fileEntries(config);
  const ownEntry = (server: string): ReturnType<EntryLookup> => {
    const entry = entryOf(lookupName(server).name);
    return hasSecret(entry?.fields) ? entry : undefined;
  };
  return {
    resolve: async (server) => {
      const entry = ownEntry(server);
      if (entry !== undefined) {
        return { stored: { server: entry.server, from, config: dockerAuthConfig(entry.fields), renew }, warnings: [] };
      }
      try {
        return await elsewhere.resolve(server);
      } catch (error) {
        return { warnings: [], failure: userError(error) };
      }
    },
    where: (server) => (ownEntry(server) === undefined ? elsewhere.where(server) : from),
    isNamespace: (server) => isNamespaceKey(ownEntry(server)?.server ?? ''),
  };
}

/**
 * Looks up a server in a file: podman's entry for a part of a registry, otherwise docker's entry, otherwise podman's. docker's
 * config and podman's auth file are read alike, because nothing tells which kind a file is.
 */
function fileEntries(config: DockerConfig): EntryLookup {
  const [ofDocker, ofPodman] = [dockerEntries(config), podmanEntries(config, false)];
  return (name) => {
    const entry = ofPodman(name);
    if (entry !== undefined && isNamespaceKey(entry.server)) return entry;
    return ofDocker(dockerKey(podmanRegistry(name))) ?? entry;
  };
}

/** A keychain whose program would have to be started, but may not. */
export function closedKeychain(failure: UserError): Keychain {
  return {
    list: () => Promise.reject(failure),
    resolve: () => Promise.reject(failure),
    where: () => undefined,
    isNamespace: () => false,
  };
}

function userError(error: unknown): UserError {
  if (error instanceof UserError) return error;
  throw error;
}

/** The result of `look`; undefined when a file is broken, because opening the login throws that error. */
function unlessBroken<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch (error) {
    userError(error);
    return undefined;
  }
}
