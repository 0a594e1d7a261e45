/** The logins of docker, found in the order in which docker itself looks (docker/cli cli/config/configfile/file.go). */
import { type AuthFields, dockerAuthConfig } from '../domain/docker-config/auth-fields.ts';
import type { DockerConfig } from '../domain/docker-config/docker-config.ts';
import { dockerEntry, dockerHelper, dockerKey, isWebLoginToken } from '../domain/docker-config/docker-lookup.ts';
import { UserError } from '../errors.ts';
import type { Io } from '../io.ts';
import { type DockerSettings, readDockerSettings } from './docker-settings.ts';
import { getFromHelper, listHelper } from './helper.ts';
import { type ListedLogin, type Listing, lookupName, type Source, type StoredLogin, toLookupResult } from './source.ts';

const VARIABLE = 'DOCKER_AUTH_CONFIG';

export const docker: Source = {
  list: async (io) => listDocker(readDockerSettings(io), io),
  lookup: async (server, io) => {
    const { kept, warnings } = await dockerLogin(server, io);
    return toLookupResult(kept, warnings);
  },
};

/** What docker would send to the registry of `server`; a path makes no difference to it (`GetAuthConfig`). */
export async function dockerLogin(
  server: string,
  io: Io,
): Promise<{ readonly kept: StoredLogin | undefined; readonly warnings: readonly string[] }> {
  const settings = readDockerSettings(io);
  const key = dockerKey(lookupName(server).registry);
  try {
    return { kept: await loginFor(key, settings, io), warnings: settings.warnings };
  } catch (error) {
    // Nobody has chosen the platform's store: it may never have been set up.
    const warning = excuse(error, settings.detected);
    return { kept: undefined, warnings: [...settings.warnings, warning] };
  }
}

/** Every login of docker (`GetAllCredentials`). */
async function listDocker(settings: DockerSettings, io: Io): Promise<Listing> {
  const warnings = [...settings.warnings];
  let logins: readonly ListedLogin[] = [];
  try {
    logins = await listConfig(settings.config, settings.file, io);
  } catch (error) {
    // With the variable docker only says it (memorystore/store.go `GetAll`).
    warnings.push(excuse(error, settings.detected || settings.variable.size > 0));
  }
  const variable = [...settings.variable].map(([server, fields]) => fileLogin(server, VARIABLE, fields));
  return { logins: byServer([...logins, ...variable]), warnings };
}

/** Every login of a docker config; `file` says where it is from. Throws UserError when its store cannot list. */
export async function listConfig(config: DockerConfig, file: string, io: Io): Promise<readonly ListedLogin[]> {
  const { auths, credHelpers, credsStore } = config;
  const login = (server: string, helper: string | undefined, fields: AuthFields = {}): ListedLogin[] => {
    if (helper !== undefined) return [helperLogin(config, server, helper, io)];
    return hasSecret(fields) ? [fileLogin(server, file, fields)] : [];
  };
  // With a store, docker takes nothing but registry tokens out of the file.
  const main =
    credsStore === undefined
      ? [...auths].map(([server, fields]) => ({ server, fields }))
      : [...(await listHelper(credsStore, io)).keys()].map((server) => ({ server, fields: undefined }));
  return byServer([
    ...main
      .filter(({ server }) => !isWebLoginToken(server))
      .flatMap(({ server, fields }) => login(server, credsStore, fields)),
    // docker asks no helper for `docker.io`, as Docker Hub has another key.
    ...[...credHelpers.keys()]
      .filter((server) => dockerKey(server) === server)
      .flatMap((server) => login(server, dockerHelper(config, server), dockerEntry(config, server)?.fields)),
  ]);
}

/** DOCKER_AUTH_CONFIG, then the helper of the registry, then the store, then the file; the first that applies decides. */
async function loginFor(
  key: string,
  { config, file, variable }: DockerSettings,
  io: Io,
): Promise<StoredLogin | undefined> {
  const fields = variable.get(key);
  if (fields !== undefined) return { server: key, from: VARIABLE, config: dockerAuthConfig(fields) };
  const helper = dockerHelper(config, key);
  if (helper !== undefined) return keptByHelper(config, key, helper, io);
  const entry = dockerEntry(config, key);
  return entry && { server: entry.server, from: file, config: dockerAuthConfig(entry.fields) };
}

/** A helper hides what the file has, save what no helper can carry (credentials/native_store.go `Get`). */
async function keptByHelper(
  config: DockerConfig,
  key: string,
  helper: string,
  io: Io,
): Promise<StoredLogin | undefined> {
  const entry = dockerEntry(config, key);
  const { email, registryToken } = entry === undefined ? {} : dockerAuthConfig(entry.fields);
  const answer = await getFromHelper(helper, key, io);
  if (answer === undefined && registryToken === undefined) return undefined;
  const login = answer ?? { username: '', password: '' };
  return { server: key, from: helperPhrase(config, key, helper), config: { ...login, email, registryToken } };
}

function helperPhrase({ credHelpers }: DockerConfig, key: string, helper: string): string {
  return credHelpers.has(key) ? `credential helper "${helper}"` : `docker credential store "${helper}"`;
}

function helperLogin(config: DockerConfig, server: string, helper: string, io: Io): ListedLogin {
  const from = helperPhrase(config, server, helper);
  return { server, from, open: async () => toLookupResult(await keptByHelper(config, server, helper, io)) };
}

function fileLogin(server: string, from: string, fields: AuthFields): ListedLogin {
  return { server, from, open: async () => toLookupResult({ server, from, config: dockerAuthConfig(fields) }) };
}

/** An empty entry marks a login that a helper keeps, or kept. */
function hasSecret({ auth, username, password, identitytoken }: AuthFields): boolean {
  return [auth, username, password, identitytoken].some((field) => field !== undefined && field !== '');
}

/** A later login of the same server replaces an earlier one. */
function byServer(logins: readonly ListedLogin[]): readonly ListedLogin[] {
  return [...new Map(logins.map((login) => [login.server, login])).values()];
}

/** The failure of a helper as a warning, if it is `harmless`. */
function excuse(error: unknown, harmless: boolean): string {
  if (harmless && error instanceof UserError) return error.message;
  throw error;
}
