/** Finds the logins of podman, skopeo and buildah as these tools do (containers/image pkg/docker/config/config.go). */
import {
  type AuthConfig,
  type DockerConfig,
  DockerConfigError,
  decodeLegacyConfig,
  decodePodmanConfig,
  podmanAuthConfig,
} from '../domain/docker-config/docker-config.ts';
import {
  type EntryLookup,
  type FoundEntry,
  isNamespaceKey,
  isWebLoginToken,
  podmanEntries,
  podmanRegistry,
} from '../domain/docker-config/docker-lookup.ts';
import { AUTH_FILES } from '../domain/docker-config/registries-conf.ts';
import { Base64Error } from '../domain/go/base64.ts';
import { displayServer } from '../domain/keyring/display-server.ts';
import { command, pathWord } from '../domain/text/command.ts';
import { UserError } from '../errors.ts';
import type { Io } from '../io.ts';
import { type AuthFiles, authFiles } from './auth-file.ts';
import { getFromHelper, helperPhrase, listHelper } from './helper/helper.ts';
import { type PodmanFile, podmanFiles, podmanWarnings } from './podman-files.ts';
import { podmanHelpers } from './podman-helpers.ts';
import { type ListedServer, type LoginPlace, type LoginStore, lookupName, type StoredLogin } from './source.ts';

interface AuthFile extends PodmanFile {
  /** Reads the file on the first call; undefined when it does not exist. Throws UserError when it is broken. */
  readonly open: () => { readonly config: DockerConfig; readonly entryOf: EntryLookup } | undefined;
}

interface Podman {
  readonly files: readonly AuthFile[];
  /** The helpers that registries.conf names, in order. */
  readonly helpers: readonly string[];
  readonly io: Io;
}

/** podman's logins on this machine; each file is read once. */
export async function podmanLogins(io: Io, files = authFiles()): Promise<LoginStore> {
  const { helpers, failure } = await podmanHelpers(io.env);
  const podman = { files: podmanFiles(io.env).map((file) => authFile(file, files)), helpers, io };
  return {
    list: async () => {
      const failures = [failure];
      const servers = await list(podman, failures);
      return { servers, warnings: servers.length === 0 ? podmanWarnings(io.env) : [], failure: firstOf(failures) };
    },
    login: async (server) => {
      const failures = [failure];
      const warnings: string[] = [];
      const stored = await login(lookupName(server).name, podman, warnings, failures);
      if (stored !== undefined) return { stored, warnings };
      return { warnings: [...podmanWarnings(io.env), ...warnings], failure: firstOf(failures) };
    },
    where: (server) => {
      for (const group of places(lookupName(server).name, podman, [])) {
        const from = orNothing(() => group[Symbol.iterator]().next().value?.from);
        if (from !== undefined) return from;
      }
      return undefined;
    },
    isNamespace: (server) => orNothing(() => isNamespace(server, podman)) ?? false,
  };
}

/** The first login that exists. A failure ends the search only in its own group of places (`GetCredentials`). */
async function login(
  name: string,
  podman: Podman,
  warnings: string[],
  failures: (UserError | undefined)[],
): Promise<StoredLogin | undefined> {
  for (const group of places(name, podman, warnings)) {
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
function places(name: string, podman: Podman, warnings: string[]): readonly Iterable<LoginPlace>[] {
  const registry = podmanRegistry(name);
  return podman.helpers.map((helper) =>
    helper === AUTH_FILES ? inFiles(name, podman, warnings) : [helperPlace(registry, helper, podman)],
  );
}

/** In each file, the helper of the registry, otherwise an entry (`findCredentialsInFile`). */
function* inFiles(name: string, podman: Podman, warnings: string[]): Generator<LoginPlace> {
  const registry = podmanRegistry(name);
  for (const file of podman.files) {
    const opened = file.open();
    const helper = opened?.config.credHelpers.get(registry);
    const entry = helper === undefined ? opened?.entryOf(name) : undefined;
    if (helper !== undefined) yield helperPlace(registry, helper, podman);
    else if (entry !== undefined) yield { from: file.from, open: () => keptInFile(entry, file, warnings) };
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

/** All servers in every file and helper (`GetAllCredentials`). */
async function list({ helpers, files, io }: Podman, failures: (UserError | undefined)[]): Promise<ListedServer[]> {
  const servers: ListedServer[] = [];
  for (const helper of helpers) {
    try {
      if (helper === AUTH_FILES) for (const file of files) servers.push(...serversIn(file));
      else
        for (const server of (await listHelper(helper, io)).keys())
          servers.push({ server, from: helperPhrase(helper) });
    } catch (error) {
      failures.push(userError(error));
    }
  }
  return servers;
}

function serversIn(file: AuthFile): ListedServer[] {
  const { auths, credHelpers } = file.open()?.config ?? { auths: new Map(), credHelpers: new Map<string, string>() };
  return [
    ...[...credHelpers].map(([server, helper]) => ({ server, from: helperPhrase(helper) })),
    ...[...auths]
      .filter(([server, { auth = '' }]) => auth !== '' && !isWebLoginToken(server))
      .map(([server]) => ({
        server: file.legacy ? podmanRegistry(server.replace(/^https?:\/\//, '')) : server,
        from: file.from,
      })),
  ];
}

/** Whether the first login for `server`, helpers aside, is for a part of its registry. */
function isNamespace(server: string, { files, helpers }: Podman): boolean {
  const { name, registry } = lookupName(server);
  if (name === registry || !helpers.includes(AUTH_FILES)) return false;
  for (const file of files) {
    const opened = file.open();
    const entry = opened?.config.credHelpers.has(registry) ? undefined : opened?.entryOf(name);
    if (entry !== undefined && keptInFile(entry, file, []) !== undefined) {
      return !file.legacy && isNamespaceKey(entry.server);
    }
  }
  return false;
}

function keptInFile({ server, fields }: FoundEntry, file: PodmanFile, warnings: string[]): StoredLogin | undefined {
  const config = decode({ server, fields }, file);
  if (config === undefined && (fields.auth ?? '') !== '') {
    warnings.push(`podman ignores ${displayServer(server)} in ${file.path}: its auth has no colon`);
  }
  return config === undefined || isEmpty(config) ? undefined : { server, from: file.from, config };
}

function decode({ server, fields }: FoundEntry, { path }: PodmanFile): AuthConfig | undefined {
  try {
    return podmanAuthConfig(fields);
  } catch (error) {
    if (!(error instanceof Base64Error)) throw error;
    const message = `reading JSON file "${path}": ${error.message} (entry ${displayServer(server)})`;
    throw new UserError(message, command`vi ${pathWord(path)}`);
  }
}

function isEmpty({ username, password, identityToken = '' }: AuthConfig): boolean {
  return username === '' && password === '' && identityToken === '';
}

function authFile(file: PodmanFile, files: AuthFiles): AuthFile {
  let opened: ReturnType<AuthFile['open']> | 'unopened' = 'unopened';
  const open = (): ReturnType<AuthFile['open']> => {
    if (opened === 'unopened') {
      const config = readConfig(file, files);
      opened = config && { config, entryOf: podmanEntries(config, file.legacy) };
    }
    return opened;
  };
  return { ...file, open };
}

function readConfig({ path, legacy }: PodmanFile, files: AuthFiles): DockerConfig | undefined {
  const text = files(path);
  try {
    return text && (legacy ? decodeLegacyConfig(text.bytes) : decodePodmanConfig(text));
  } catch (error) {
    if (!(error instanceof DockerConfigError)) throw error;
    throw new UserError(`reading JSON file "${path}": ${error.message}`, command`vi ${pathWord(path)}`);
  }
}

function userError(error: unknown): UserError {
  if (error instanceof UserError) return error;
  throw error;
}

function firstOf(failures: readonly (UserError | undefined)[]): UserError | undefined {
  return failures.find((failure) => failure !== undefined);
}

/** The result of `look`; undefined when a file is broken, because opening the login throws that error. */
function orNothing<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch (error) {
    userError(error);
    return undefined;
  }
}
