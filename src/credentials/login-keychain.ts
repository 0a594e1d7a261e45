/**
 * Which login is sent to a registry, when this machine has several. docker's rules, podman's and the order between the two are
 * all here; only which entry of one file a tool takes stands apart, as `dockerEntries` and `podmanEntries`.
 */

import { UserError, withDetails } from '../errors.ts';
import { credentialOf, type DockerConfig, dockerAuthConfig } from '../secret/docker-config.ts';
import type { Io } from '../system/io.ts';
import { authFiles } from './auth-file.ts';
import { dockerKey, isPart, registryPart } from './config-key.ts';
import { type DockerSettings, excuse, listDocker, readDockerSettings, storePhrase, VARIABLE } from './docker.ts';
import {
  dockerEntries,
  dockerHelper,
  type EntryLookup,
  hasSecret,
  partEntries,
  podmanEntries,
} from './docker-lookup.ts';
import { getFromHelper, helperPhrase } from './helper.ts';
import { entryLogin, listPodman, type Podman, podmanWarnings, readPodman } from './podman.ts';
import { AUTH_FILES } from './registries-conf.ts';
import { type Listing, type Login, registryTokenWarning, type StoredLogin, toLogin } from './source.ts';

/** The logins of a tool with all its files and helpers, or of files that the command line names. */
export interface Keychain {
  /** Every server that has a login, as it is spelled there. Throws UserError. */
  list(): Promise<Listing>;
  /**
   * The login of the part of a registry that `server` is (`ghcr.io/org/`), or of a part around it. No helper keeps such logins,
   * so none is started.
   */
  part(server: string): StoredLogin | undefined;
  /** The login that is sent to the registry of `server`. Throws UserError. */
  resolve(server: string): Promise<Resolution>;
  /** Where {@link resolve} looks first, as shown to the user: `docker credential store "desktop"`. */
  where(server: string): string | undefined;
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
  const part = keychain.part(server);
  const found: Resolution = part === undefined ? await keychain.resolve(server) : { stored: part, warnings: [] };
  const login = found.stored && toLogin(found.stored);
  if (login === undefined && found.failure !== undefined) throw withDetails(found.failure, found.warnings);
  warnings.push(...found.warnings);
  if (login === undefined) warnings.push(...registryTokenWarning(found.stored));
  if (found.failure !== undefined) warnings.push(found.failure.message);
  return login;
}

/** Where {@link lookUpOne} looks first. */
export function whereFirst(keychain: Keychain, server: string): string | undefined {
  return keychain.part(server)?.from ?? keychain.where(server);
}

/** docker's login, otherwise podman's. For a part of a registry it is the other way round, because docker ignores paths. */
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
    part: (server) => podman.part(server) ?? docker.part(server),
    resolve: async (server) => {
      const { stored, ...ofDocker } = await docker.resolve(server);
      if (stored !== undefined && credentialOf(stored.config) !== undefined) return { stored, ...ofDocker };
      const second = await podman.resolve(server);
      const warnings = [...ofDocker.warnings, ...registryTokenWarning(stored), ...second.warnings];
      return { stored: second.stored, warnings, failure: ofDocker.failure ?? second.failure };
    },
    where: (server) => docker.where(server) ?? podman.where(server),
  };
}

/** docker's logins on this machine. Its config file is read once. */
export function dockerLogins(io: Io, files = authFiles()): Keychain {
  return dockerKeychain(readDockerSettings(io, files), io);
}

/** The logins that docker would have with `settings`. */
export function dockerKeychain(settings: DockerSettings, io: Io): Keychain {
  const entryOf = dockerEntries(settings.config);
  const keyFor = (server: string): string => dockerKey(registryPart(server).registry);
  const placeFor = (server: string): LoginPlace | undefined => dockerPlace(keyFor(server), settings, entryOf, io);
  return {
    list: () => listDocker(settings, entryOf, io),
    part: (server) =>
      dockerHelper(settings.config, keyFor(server)) === undefined
        ? storedEntry(partEntries(server, settings.config), settings.file)
        : undefined,
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
  };
}

/** The first of `entries` that has a login, as docker reads it. */
function storedEntry(
  entries: readonly ReturnType<EntryLookup>[],
  from: string,
  renew?: StoredLogin['renew'],
): StoredLogin | undefined {
  const entry = entries.find((one) => hasSecret(one?.fields));
  return entry && { server: entry.server, from, config: dockerAuthConfig(entry.fields), renew };
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
    part: (server) => unlessBroken(() => podmanPart(server, podman)),
    resolve: async (server) => {
      const failures: UserError[] = [];
      const warnings: string[] = [];
      const stored = await podmanLogin(server, podman, warnings, failures);
      if (stored !== undefined) return { stored, warnings };
      return { warnings: [...podmanWarnings(io.env), ...warnings], failure: firstFailure(failures) };
    },
    where: (server) => {
      for (const group of podmanPlaces(server, podman, [])) {
        const from = unlessBroken(() => group[Symbol.iterator]().next().value?.from);
        if (from !== undefined) return from;
      }
      return undefined;
    },
  };
}

/** The first login that exists. A failure ends the search only in its own group of places (`GetCredentials`). */
async function podmanLogin(
  server: string,
  podman: Podman,
  warnings: string[],
  failures: UserError[],
): Promise<StoredLogin | undefined> {
  for (const group of podmanPlaces(server, podman, warnings)) {
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
function podmanPlaces(server: string, podman: Podman, warnings: string[]): readonly Iterable<LoginPlace>[] {
  const { registry } = registryPart(server);
  return podman.helpers.map((helper) =>
    helper === AUTH_FILES ? placesInFiles(server, podman, warnings) : [helperPlace(registry, helper, podman)],
  );
}

/** In each file, the helper of the registry, otherwise an entry (`findCredentialsInFile`). */
function* placesInFiles(server: string, podman: Podman, warnings: string[]): Generator<LoginPlace> {
  const { registry } = registryPart(server);
  for (const file of podman.files) {
    const opened = file.open();
    const helper = opened?.config.credHelpers.get(registry);
    const entry = helper === undefined ? opened?.entryOf(server) : undefined;
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

/** The first login for `server` in a file, if it is for a part of its registry. */
function podmanPart(server: string, { files, helpers }: Podman): StoredLogin | undefined {
  const { registry, part } = registryPart(server);
  if (part === '' || !helpers.includes(AUTH_FILES)) return undefined;
  for (const file of files) {
    const opened = file.open();
    const entry = opened?.config.credHelpers.has(registry) ? undefined : opened?.entryOf(server);
    const login = entry && entryLogin(entry, file, []);
    if (login !== undefined) return !file.legacy && isPart(login.server) ? login : undefined;
  }
  return undefined;
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
    part: (server) => inOrder.flatMap((keychain) => keychain.part(server) ?? [])[0],
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
 * The logins of one file: docker's, otherwise podman's, because nothing tells which kind a file is. Entries in the file itself
 * come first, because a config that was copied from another machine names a store that does not exist here. Logins that docker
 * keeps elsewhere are looked up there.
 */
export function fileKeychain({ config, from, renew }: LoginFile, elsewhere: Keychain): Omit<Keychain, 'list'> {
  const [ofDocker, ofPodman] = [dockerEntries(config), podmanEntries(config, false)];
  const own = (server: string): StoredLogin | undefined => {
    const { registry } = registryPart(server);
    return storedEntry([ofDocker(dockerKey(registry)), ofPodman(registry)], from, renew);
  };
  return {
    part: (server) => storedEntry(partEntries(server, config), from, renew),
    resolve: async (server) => {
      const stored = own(server);
      if (stored !== undefined) return { stored, warnings: [] };
      try {
        return await elsewhere.resolve(server);
      } catch (error) {
        return { warnings: [], failure: userError(error) };
      }
    },
    where: (server) => own(server)?.from ?? elsewhere.where(server),
  };
}

/** A keychain whose program would have to be started, but may not. */
export function closedKeychain(failure: UserError): Keychain {
  return {
    list: () => Promise.reject(failure),
    resolve: () => Promise.reject(failure),
    part: () => undefined,
    where: () => undefined,
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
