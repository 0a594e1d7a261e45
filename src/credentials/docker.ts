/** Finds docker's logins in the order in which docker itself looks (docker/cli cli/config/configfile/file.go). */
import { type AuthFields, dockerAuthConfig } from '../domain/docker-config/docker-config.ts';
import {
  dockerEntries,
  dockerHelper,
  dockerKey,
  type EntryLookup,
  isWebLoginToken,
} from '../domain/docker-config/docker-lookup.ts';
import { UserError } from '../errors.ts';
import type { Io } from '../io.ts';
import { authFiles } from './auth-file.ts';
import { type DockerSettings, readDockerSettings } from './docker-settings.ts';
import { getFromHelper, helperPhrase, listHelper } from './helper/helper.ts';
import {
  type ListedServer,
  type Listing,
  type LoginPlace,
  type LoginStore,
  lookupName,
  type StoredLogin,
} from './source.ts';

const VARIABLE = 'DOCKER_AUTH_CONFIG';

interface Docker {
  readonly settings: DockerSettings;
  readonly entryOf: EntryLookup;
  readonly io: Io;
}

/** docker's logins on this machine. Its config file is read once. */
export function dockerLogins(io: Io, files = authFiles()): LoginStore {
  return dockerStore(readDockerSettings(io, files), io);
}

/** The logins that docker would have with `settings`. docker ignores the path of a server. */
export function dockerStore(settings: DockerSettings, io: Io): LoginStore {
  const docker = { settings, entryOf: dockerEntries(settings.config), io };
  const placeFor = (server: string): LoginPlace | undefined => placeOf(dockerKey(lookupName(server).registry), docker);
  return {
    list: () => list(docker),
    login: async (server) => {
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
 * (`GetAuthConfig`).
 */
function placeOf(key: string, docker: Docker): LoginPlace | undefined {
  const { config, file, variable } = docker.settings;
  const fields = variable.get(key);
  if (fields !== undefined) return plainPlace(key, VARIABLE, fields);
  const helper = dockerHelper(config, key);
  if (helper !== undefined) {
    const from = config.credHelpers.has(key) ? helperPhrase(helper) : storePhrase(helper);
    return { from, open: () => keptByHelper(key, helper, from, docker) };
  }
  const entry = docker.entryOf(key);
  return entry && plainPlace(entry.server, file, entry.fields);
}

/**
 * The login from a helper. It hides the entry of the file, except for the fields that no helper can carry
 * (credentials/native_store.go `Get`).
 */
async function keptByHelper(
  key: string,
  helper: string,
  from: string,
  { entryOf, io }: Docker,
): Promise<StoredLogin | undefined> {
  const entry = entryOf(key);
  const { email, registryToken } = entry === undefined ? {} : dockerAuthConfig(entry.fields);
  const answer = await getFromHelper(helper, key, io);
  if (answer === undefined && registryToken === undefined) return undefined;
  const login = answer ?? { username: '', password: '' };
  return { server: key, from, config: { ...login, email, registryToken } };
}

/**
 * All servers that docker knows (`GetAllCredentials`), except for empty entries, which mark a login in a helper, and the tokens
 * of a web login.
 */
async function list(docker: Docker): Promise<Listing> {
  const { variable, detected, warnings, failure } = docker.settings;
  const said = [...warnings];
  const stored = await mainServers(docker).catch((error: unknown) => {
    // With the variable set, docker only warns about this failure (memorystore/store.go `GetAll`).
    said.push(excuse(error, detected || variable.size > 0));
    return [];
  });
  const servers = [
    ...stored.filter(({ server }) => !isWebLoginToken(server)),
    ...helpedServers(docker),
    ...[...variable.keys()].map((server) => ({ server, from: VARIABLE })),
  ];
  const byServer = new Map(servers.map((one) => [one.server, one]));
  return { servers: [...byServer.values()], warnings: said, failure };
}

/**
 * The servers that the store lists, or without a store those of the file. With a store, docker takes nothing but registry tokens
 * from the file.
 */
async function mainServers({ settings: { config, file }, io }: Docker): Promise<ListedServer[]> {
  const { auths, credsStore } = config;
  if (credsStore === undefined) {
    return [...auths].flatMap(([server, fields]) => (hasSecret(fields) ? [{ server, from: file }] : []));
  }
  return [...(await listHelper(credsStore, io)).keys()].map((server) => ({ server, from: storePhrase(credsStore) }));
}

/** The servers with a helper of their own. docker asks no helper for `docker.io`, because Docker Hub has another key. */
function helpedServers({ settings: { config, file }, entryOf }: Docker): ListedServer[] {
  return [...config.credHelpers].flatMap(([server, helper]) => {
    if (dockerKey(server) !== server) return [];
    if (helper !== '') return [{ server, from: helperPhrase(helper) }];
    return hasSecret(entryOf(server)?.fields) ? [{ server, from: file }] : [];
  });
}

function storePhrase(helper: string): string {
  return `docker credential store "${helper}"`;
}

function plainPlace(server: string, from: string, fields: AuthFields): LoginPlace {
  return { from, open: () => ({ server, from, config: dockerAuthConfig(fields) }) };
}

/** Whether an entry holds a login. An empty entry marks a login that a helper keeps, or kept. */
export function hasSecret({ auth, username, password, identitytoken }: AuthFields = {}): boolean {
  return [auth, username, password, identitytoken].some((field) => field !== undefined && field !== '');
}

/** The failure of a helper as a warning, if it is `harmless`; otherwise the failure is thrown. */
function excuse(error: unknown, harmless: boolean): string {
  if (harmless && error instanceof UserError) return error.message;
  throw error;
}
