/** docker on this machine: its config file, DOCKER_AUTH_CONFIG, the platform's store, and every login in them. */
import { platform } from 'node:os';
import { join } from 'node:path';
import { UserError } from '../errors.ts';
import { command, pathWord } from '../line/command.ts';
import { displayServer } from '../secret/display-server.ts';
import {
  type AuthFields,
  type DockerConfig,
  DockerConfigError,
  decodeAuthVariable,
  decodeDockerText,
} from '../secret/docker-config.ts';
import type { Io } from '../system/io.ts';
import { lookPath } from '../system/look-path.ts';
import { type AuthFiles, displayPath, homeFolder } from './auth-file.ts';
import { dockerKey, isWebLoginToken } from './config-key.ts';
import { type EntryLookup, hasSecret } from './docker-lookup.ts';
import { helperPhrase, helperProgram, listHelper } from './helper.ts';
import type { ListedServer, Listing } from './source.ts';

export const VARIABLE = 'DOCKER_AUTH_CONFIG';

export interface DockerSettings {
  readonly config: DockerConfig;
  /** Where `config` comes from, as shown to the user. */
  readonly file: string;
  /** Whether `config` has no logins at all, so that its store is docker's default for this platform. */
  readonly detected: boolean;
  /** The entries of DOCKER_AUTH_CONFIG, which take precedence over all others. */
  readonly variable: ReadonlyMap<string, AuthFields>;
  readonly warnings: readonly string[];
  /** Why the file could not be read. `config` is then empty. */
  readonly failure?: UserError | undefined;
}

/** docker reports a broken config file and goes on without it (config.go `LoadDefaultConfigFile`), and so does this. */
export function readDockerSettings(io: Io, files: AuthFiles): DockerSettings {
  const home = homeFolder(io.env);
  const path = dockerConfigPath(io.env);
  const { config, failure } = path === undefined ? NO_FILE : tryConfig(path, files);
  const store = hasLogins(config) ? undefined : defaultStore(io.env);
  return {
    config: store === undefined ? config : { ...config, credsStore: store },
    file: path === undefined ? 'docker' : displayPath(path, home),
    detected: store !== undefined,
    failure,
    ...readVariable(io.env),
  };
}

/** The path of docker's config file, whether the file exists or not; undefined for a user without a home folder. */
export function dockerConfigPath(env: Io['env'], system = platform()): string | undefined {
  const home = homeFolder(env, system);
  const folder = env.DOCKER_CONFIG || (home === undefined ? undefined : join(home, '.docker'));
  return folder === undefined ? undefined : join(folder, 'config.json');
}

const NO_LOGINS: DockerConfig = { auths: new Map(), credHelpers: new Map() };
const NO_FILE = { config: NO_LOGINS, failure: undefined };

function tryConfig(path: string, files: AuthFiles): Pick<DockerSettings, 'config' | 'failure'> {
  try {
    return { config: readConfig(path, files) };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { config: NO_LOGINS, failure: error };
  }
}

/** config.go `load`. */
function readConfig(path: string, files: AuthFiles): DockerConfig {
  const text = files(path);
  if (text === undefined) return NO_LOGINS;
  try {
    return decodeDockerText(text);
  } catch (error) {
    if (!(error instanceof DockerConfigError)) throw error;
    // The hint is not `docker login`, which would rewrite the file without the parts that docker could not read.
    const entry = error.server === undefined ? '' : ` (entry ${displayServer(error.server)})`;
    const message = `parsing config file (${path}): ${error.message}${entry}`;
    throw new UserError(message, command`vi ${pathWord(path)}`);
  }
}

/** configfile/file.go `ContainsAuth`. */
function hasLogins({ auths, credHelpers, credsStore }: DockerConfig): boolean {
  return auths.size > 0 || credHelpers.size > 0 || credsStore !== undefined;
}

/**
 * The helper that docker uses when none is configured, if it is installed (credentials/default_store.go `DetectDefaultStore`).
 */
export function defaultStore(env: Io['env'], system = platform()): string | undefined {
  const onLinux = (): string => (lookPath('pass', env) === undefined ? 'secretservice' : 'pass');
  const stores: { readonly [system in NodeJS.Platform]?: () => string } = {
    darwin: () => 'osxkeychain',
    linux: onLinux,
    win32: () => 'wincred',
  };
  const store = stores[system]?.();
  return store === undefined || lookPath(helperProgram(store), env) === undefined ? undefined : store;
}

/** As configfile/file.go `GetCredentialsStore`: a variable that cannot be decoded leads to a warning and is ignored. */
function readVariable(env: Io['env']): Pick<DockerSettings, 'variable' | 'warnings'> {
  const text = env.DOCKER_AUTH_CONFIG ?? '';
  if (text === '') return { variable: new Map(), warnings: [] };
  try {
    return { variable: decodeAuthVariable(text).auths, warnings: [] };
  } catch (error) {
    if (!(error instanceof DockerConfigError)) throw error;
    const reason =
      error.server === undefined ? error.message : error.message.replace(error.server, displayServer(error.server));
    return { variable: new Map(), warnings: [`docker ignores DOCKER_AUTH_CONFIG: ${reason}`] };
  }
}

/**
 * All servers that docker knows (`GetAllCredentials`), except for empty entries, which mark a login in a helper, and the tokens
 * of a web login.
 */
export async function listDocker(settings: DockerSettings, entryOf: EntryLookup, io: Io): Promise<Listing> {
  const { variable, detected, warnings, failure } = settings;
  const said = [...warnings];
  const stored = await mainServers(settings, io).catch((error: unknown) => {
    // With the variable set, docker only warns about this failure (memorystore/store.go `GetAll`).
    said.push(excuse(error, detected || variable.size > 0));
    return [];
  });
  const servers = [
    ...stored.filter(({ server }) => !isWebLoginToken(server)),
    ...helpedServers(settings, entryOf),
    ...[...variable.keys()].map((server) => ({ server, from: VARIABLE })),
  ];
  const byServer = new Map(servers.map((one) => [one.server, one]));
  return { servers: [...byServer.values()], warnings: said, failure };
}

/**
 * The servers that the store lists, or without a store those of the file. With a store, docker takes nothing but registry tokens
 * from the file.
 */
async function mainServers({ config, file }: DockerSettings, io: Io): Promise<ListedServer[]> {
  const { auths, credsStore } = config;
  if (credsStore === undefined) {
    return [...auths].flatMap(([server, fields]) => (hasSecret(fields) ? [{ server, from: file }] : []));
  }
  return [...(await listHelper(credsStore, io)).keys()].map((server) => ({ server, from: storePhrase(credsStore) }));
}

/** The servers with a helper of their own. docker asks no helper for `docker.io`, because Docker Hub has another key. */
function helpedServers({ config, file }: DockerSettings, entryOf: EntryLookup): ListedServer[] {
  return [...config.credHelpers].flatMap(([server, helper]) => {
    if (dockerKey(server) !== server) return [];
    if (helper !== '') return [{ server, from: helperPhrase(helper) }];
    return hasSecret(entryOf(server)?.fields) ? [{ server, from: file }] : [];
  });
}

/** docker's store as errors and sources name it. */
export function storePhrase(helper: string): string {
  return `docker credential store "${helper}"`;
}

/** The failure of a helper as a warning, if it is `harmless`; otherwise the failure is thrown. */
export function excuse(error: unknown, harmless: boolean): string {
  if (harmless && error instanceof UserError) return error.message;
  throw error;
}
