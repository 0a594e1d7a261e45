/** podman, skopeo and buildah on this machine: their files, and every login in them (containers/image pkg/docker/config). */
import { existsSync } from 'node:fs';
import { platform, userInfo } from 'node:os';
import { join } from 'node:path';
import { Base64Error } from '../codec/go/base64.ts';
import { UserError } from '../errors.ts';
import { command, pathWord } from '../line/command.ts';
import { displayServer } from '../secret/display-server.ts';
import {
  type AuthConfig,
  type DockerConfig,
  DockerConfigError,
  decodeLegacyConfig,
  decodePodmanConfig,
  podmanAuthConfig,
} from '../secret/docker-config.ts';
import type { Io } from '../system/io.ts';
import { type AuthFiles, displayPath, homeFolder } from './auth-file.ts';
import { isWebLoginToken, podmanHost, registryPart } from './config-key.ts';
import { type FoundEntry, partEntries, podmanEntries } from './docker-lookup.ts';
import { helperPhrase, listHelper } from './helper.ts';
import { podmanHelpers } from './podman-helpers.ts';
import { AUTH_FILES } from './registries-conf.ts';
import type { ListedServer, StoredLogin } from './source.ts';

export interface PodmanFile {
  readonly path: string;
  /** The file as shown to the user. */
  readonly from: string;
  /** Whether the file is a legacy `.dockercfg`. */
  readonly legacy: boolean;
}

interface AuthFile extends PodmanFile {
  /** Reads the file on the first call; undefined when it does not exist. Throws UserError when it is broken. */
  readonly open: () => OpenedFile | undefined;
}

interface OpenedFile {
  readonly config: DockerConfig;
  /** The entry for a server. A legacy file knows registries only. An entry of a part that has no login hides nothing. */
  readonly entryOf: (server: string) => FoundEntry | undefined;
}

/** Where podman keeps logins on this machine. */
export interface Podman {
  readonly files: readonly AuthFile[];
  /** The helpers that registries.conf names, in order. */
  readonly helpers: readonly string[];
  /** Why registries.conf could not be read. */
  readonly failure?: UserError;
  readonly io: Io;
}

/** Finds podman's files and helpers; each file is read once, when it is needed. */
export async function readPodman(io: Io, files: AuthFiles): Promise<Podman> {
  return { ...(await podmanHelpers(io.env)), files: podmanFiles(io.env).map((file) => authFile(file, files)), io };
}

/** All servers in every file and helper (`GetAllCredentials`). */
export async function listPodman({ helpers, files, io }: Podman, failures: UserError[]): Promise<ListedServer[]> {
  const servers: ListedServer[] = [];
  for (const helper of helpers) {
    try {
      if (helper === AUTH_FILES) for (const file of files) servers.push(...serversIn(file));
      else
        for (const server of (await listHelper(helper, io)).keys())
          servers.push({ server, from: helperPhrase(helper) });
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      failures.push(error);
    }
  }
  return servers;
}

function serversIn(file: AuthFile): ListedServer[] {
  const { auths, credHelpers } = file.open()?.config ?? { auths: new Map(), credHelpers: new Map<string, string>() };
  return [
    ...[...credHelpers].map(([server, helper]) => ({ server, from: helperPhrase(helper) })),
    ...[...auths]
      .filter(([server, fields]) => hasAuth({ fields }) && !isWebLoginToken(server))
      .map(([server]) => ({
        server: file.legacy ? podmanHost(server, true) : server,
        from: file.from,
      })),
  ];
}

function hasAuth({ fields: { auth = '' } }: Pick<FoundEntry, 'fields'>): boolean {
  return auth !== '';
}

/** The login of an entry, as podman reads it; undefined where it holds none. Throws UserError. */
export function entryLogin(
  { server, fields }: FoundEntry,
  file: PodmanFile,
  warnings: string[],
): StoredLogin | undefined {
  const config = decode({ server, fields }, file);
  if (config === undefined && hasAuth({ fields })) {
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
      opened = config && openedFile(config, file.legacy);
    }
    return opened;
  };
  return { ...file, open };
}

function openedFile(config: DockerConfig, legacy: boolean): OpenedFile {
  const ofRegistry = podmanEntries(config, legacy);
  const parts = (server: string): FoundEntry[] => (legacy ? [] : partEntries(server, config));
  return { config, entryOf: (server) => parts(server).find(hasAuth) ?? ofRegistry(registryPart(server).registry) };
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

/** The files in the order in which podman reads them; any may be absent. `system` is the platform whose rules apply. */
export function podmanFiles(env: Io['env'], system = platform()): readonly PodmanFile[] {
  const home = homeFolder(env, system);
  const file = (path: string): PodmanFile => ({ path, from: displayPath(path, home), legacy: false });
  // With either variable, the commands give the library only this file (container-libs common/pkg/auth `GetDefaultAuthFile`).
  if (env.REGISTRY_AUTH_FILE) return [file(env.REGISTRY_AUTH_FILE)];
  if (env.DOCKER_CONFIG) return [file(join(env.DOCKER_CONFIG, 'config.json'))];
  const inHome = (...parts: string[]): string | undefined => (home === undefined ? undefined : join(home, ...parts));
  const first = system === 'linux' ? runtimeFile(env) : inHome('.config', AUTH_JSON);
  const second = env.XDG_CONFIG_HOME ? join(env.XDG_CONFIG_HOME, AUTH_JSON) : inHome('.config', AUTH_JSON);
  const authJsons = [...new Set([first, second])].map((path) => path && { ...file(path), from: 'podman auth.json' });
  const dockerConfig = inHome('.docker', 'config.json');
  const legacy = inHome('.dockercfg');
  return [...authJsons, dockerConfig && file(dockerConfig), legacy && { ...file(legacy), legacy: true }].filter(
    (found) => typeof found === 'object',
  );
}

/** Reasons why podman may have no login where the user expects one. */
export function podmanWarnings(env: Io['env'], system = platform()): readonly string[] {
  const { REGISTRY_AUTH_FILE: only, XDG_RUNTIME_DIR: runtime } = env;
  if (only) {
    return existsSync(only) ? [] : [`podman has no logins: there is no ${only} (REGISTRY_AUTH_FILE)`];
  }
  if (env.DOCKER_CONFIG || system !== 'linux' || !runtime || existsSync(runtime)) return [];
  return [`podman ignores XDG_RUNTIME_DIR: there is no folder ${runtime}`];
}

const AUTH_JSON = join('containers', 'auth.json');

/** The file that `podman login` writes. It is gone after a restart (`getPathToAuthWithOS`). */
function runtimeFile(env: Io['env']): string | undefined {
  if (env.XDG_RUNTIME_DIR) return join(env.XDG_RUNTIME_DIR, AUTH_JSON);
  try {
    return `/run/containers/${userInfo().uid}/auth.json`;
  } catch {
    // A container may run as a user that has no name.
    return undefined;
  }
}
