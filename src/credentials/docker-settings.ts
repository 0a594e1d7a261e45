/** The settings that docker uses on this machine: its config file, DOCKER_AUTH_CONFIG and the platform's store. */
import { platform } from 'node:os';
import { join } from 'node:path';
import {
  type AuthFields,
  type DockerConfig,
  DockerConfigError,
  decodeAuthVariable,
  decodeDockerText,
} from '../domain/docker-config/docker-config.ts';
import { displayServer } from '../domain/keyring/display-server.ts';
import { command, pathWord } from '../domain/text/command.ts';
import { UserError } from '../errors.ts';
import type { Io } from '../io.ts';
import { lookPath } from '../look-path.ts';
import { type AuthFiles, displayPath, homeFolder } from './auth-file.ts';
import { helperProgram } from './helper/helper.ts';

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
