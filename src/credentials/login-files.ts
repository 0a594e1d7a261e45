/** Reads logins from files that are named on the command line. */

import { realpathSync } from 'node:fs';
import { type DockerConfig, dockerAuthConfig } from '../domain/docker-config/docker-config.ts';
import {
  dockerEntries,
  dockerKey,
  type EntryLookup,
  isNamespaceKey,
  isWebLoginToken,
  podmanEntries,
  podmanRegistry,
} from '../domain/docker-config/docker-lookup.ts';
import { decodeLoginFile, PIPED_CONFIG } from '../domain/docker-config/login-file.ts';
import { displayServer } from '../domain/keyring/display-server.ts';
import { keyText } from '../domain/keyring/key.ts';
import { canonicalServer, serverWord } from '../domain/keyring/server.ts';
import { command, dryRunFlag, pathWord, words } from '../domain/text/command.ts';
import { many } from '../domain/text/enumerate.ts';
import { prose } from '../domain/text/hint.ts';
import { correctIn } from '../domain/verify/refused-login.ts';
import { UserError } from '../errors.ts';
import { CONFIG_BYTES } from '../files/file.ts';
import type { Io } from '../io.ts';
import { readAuthFile } from './auth-file.ts';
import type { CredentialOptions } from './credential-options.ts';
import { dockerStore, hasSecret } from './docker.ts';
import { dockerConfigPath } from './docker-settings.ts';
import { listRegistries, lookUpOne, openLogins } from './logins.ts';
import {
  type ListedServer,
  type Listing,
  type Login,
  type LoginStore,
  lookupName,
  type SourceResult,
  type StoreAnswer,
  serverOf,
  toLogin,
} from './source.ts';

/** The logins in `paths` (`-` is stdin): all of them, or those for `servers`. Throws UserError. */
export async function fromFiles(
  paths: readonly string[],
  options: Pick<CredentialOptions, 'server' | 'allowHelpers' | 'dryRun'>,
  io: Io,
): Promise<SourceResult> {
  const { server: servers } = options;
  const stores = paths.map(withoutKey).map((path) => fileLogins(path, options, io));
  const store = lastOf(stores);
  if (servers === undefined) {
    const { registries, warnings, failure } = await listRegistries(store);
    if (registries.length === 0) throw failure ?? withoutLogin(paths, warnings);
    const said = failure === undefined ? warnings : [...warnings, failure.message];
    return openLogins(store, registries, { strict: false, warnings: said });
  }
  const warnings: string[] = [];
  const entries: Login[] = [];
  for (const server of servers.map(canonicalServer)) {
    const login = await lookUpOne(store, server, warnings);
    if (login === undefined) throw await noLogin(server, store, paths);
    entries.push({ ...login, server });
  }
  return { entries, warnings, strict: true };
}

function withoutLogin(paths: readonly string[], warnings: readonly string[]): UserError {
  const hint = paths.includes('-') ? PIPED_CONFIG : command`docker login REGISTRY`;
  return new UserError(`there is no login in ${many(paths.map(shownFile))}`, hint, warnings);
}

function shownFile(path: string): string {
  return path === '-' ? 'stdin' : path;
}

/** Accepts kubectl's form `--from-file=.dockerconfigjson=FILE`. */
function withoutKey(path: string): string {
  return path.replace(/^\.dockerc(?:onfigjson|fg)=/, '');
}

/** The logins of several files, of which a later one takes precedence. */
function lastOf(stores: readonly LoginStore[]): LoginStore {
  const inOrder = stores.toReversed();
  return {
    list: async () => {
      const listings = await Promise.all(stores.map((store) => store.list()));
      const failures = listings.flatMap(({ failure }) => failure ?? []);
      return {
        servers: listings.flatMap(({ servers }) => servers),
        warnings: [...listings.flatMap(({ warnings }) => warnings), ...failures.slice(1).map(({ message }) => message)],
        failure: failures[0],
      };
    },
    login: async (server) => {
      let answer: StoreAnswer = { warnings: [] };
      for (const store of inOrder) {
        const { stored, warnings, failure = answer.failure } = await store.login(server);
        answer = { stored, warnings: [...answer.warnings, ...warnings], failure };
        if (stored !== undefined && toLogin(stored) !== undefined) break;
      }
      return answer;
    },
    where: (server) => inOrder.flatMap((store) => store.where(server) ?? [])[0],
    isNamespace: (server) => inOrder.some((store) => store.isNamespace(server)),
  };
}

/**
 * The logins of one file. Entries in the file itself come first, because a config that was copied from another machine names a
 * store that does not exist here. Logins that docker keeps elsewhere are looked up there.
 */
function fileLogins(
  path: string,
  { allowHelpers = false, dryRun = 'none' }: Pick<CredentialOptions, 'allowHelpers' | 'dryRun'>,
  io: Io,
): LoginStore {
  const config = decodeLoginFile(read(path, io), path, dryRunFlag({ dryRun }));
  const from = shownFile(path);
  const renew = isOwn(path, io) ? undefined : correctIn([path]);
  const own = entriesOf(config);
  const helped = permittedHelpers(config, path, allowHelpers, io);
  const elsewhere =
    helped instanceof UserError
      ? closedStore(helped)
      : dockerStore({ config: helped, file: from, detected: false, variable: new Map(), warnings: [] }, io);
  const ownEntry = (server: string): ReturnType<EntryLookup> => {
    const entry = own(lookupName(server).name);
    return hasSecret(entry?.fields) ? entry : undefined;
  };
  return {
    list: () => list(config, from, elsewhere),
    login: async (server) => {
      const entry = ownEntry(server);
      if (entry !== undefined) {
        return { stored: { server: entry.server, from, config: dockerAuthConfig(entry.fields), renew }, warnings: [] };
      }
      try {
        return await elsewhere.login(server);
      } catch (error) {
        if (error instanceof UserError) return { warnings: [], failure: error };
        throw error;
      }
    },
    where: (server) => (ownEntry(server) === undefined ? elsewhere.where(server) : from),
    isNamespace: (server) => isNamespaceKey(ownEntry(server)?.server ?? ''),
  };
}

/**
 * `config` with the helpers that may run. In docker's own config of this machine, all may run. In another file none may, or with
 * `--allow-helpers` those for the servers that the file names, so that a store is not asked for everything it has.
 */
function permittedHelpers(config: DockerConfig, path: string, allowHelpers: boolean, io: Io): DockerConfig | UserError {
  const { auths, credHelpers, credsStore } = config;
  const names = [...new Set([...(credsStore === undefined ? [] : [credsStore]), ...credHelpers.values()])];
  if (names.length === 0 || isOwn(path, io)) return config;
  if (!allowHelpers) return refusal(names, path);
  if (credsStore === undefined) return config;
  const stored = [...auths].flatMap(([server, fields]) =>
    hasSecret(fields) ? [] : [[dockerKey(server), credsStore] as const],
  );
  return { auths, credHelpers: new Map([...stored, ...credHelpers]) };
}

function refusal(names: readonly string[], path: string): UserError {
  const file = shownFile(path);
  const programs = names.map((name) => `"${name}"`).join(', ');
  return new UserError(
    `${file} leaves logins to the credential helper ${programs}, which is not run for what is not docker's own config`,
    prose`take them from docker with --server REGISTRY, or trust the file: ${words`--from-file ${pathWord(path)} --allow-helpers`}`,
  );
}

/** Whether `path` is docker's own config, also through links. */
function isOwn(path: string, io: Io): boolean {
  const own = dockerConfigPath(io.env);
  if (path === '-' || own === undefined) return false;
  try {
    return realpathSync(path) === realpathSync(own);
  } catch {
    return false;
  }
}

/** A store whose program would have to be started, but may not. */
function closedStore(failure: UserError): LoginStore {
  return {
    list: () => Promise.reject(failure),
    login: () => Promise.reject(failure),
    where: () => undefined,
    isNamespace: () => false,
  };
}

/**
 * Looks up a server in a file: podman's entry for a part of a registry, otherwise docker's entry, otherwise podman's. docker's
 * config and podman's auth file are read alike, because nothing tells which kind a file is.
 */
function entriesOf(config: DockerConfig): EntryLookup {
  const [ofDocker, ofPodman] = [dockerEntries(config), podmanEntries(config, false)];
  return (name) => {
    const entry = ofPodman(name);
    if (entry !== undefined && isNamespaceKey(entry.server)) return entry;
    return ofDocker(dockerKey(podmanRegistry(name))) ?? entry;
  };
}

async function list(config: DockerConfig, from: string, elsewhere: LoginStore): Promise<Listing> {
  const own = [...config.auths].flatMap(([server, fields]) => (hasSecret(fields) ? [{ server, from }] : []));
  const servers: ListedServer[] = own.filter(({ server }) => !isWebLoginToken(server));
  const warnings: string[] = [];
  let failure: UserError | undefined;
  try {
    servers.push(...(await elsewhere.list()).servers);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    failure = error;
  }
  const listed = new Set(servers.map(({ server }) => keyText(serverOf(server))));
  for (const server of config.auths.keys()) {
    if (!listed.has(keyText(serverOf(server))))
      warnings.push(`skipped: the login for ${displayServer(server)} in ${from} is empty`);
  }
  return { servers, warnings, failure };
}

function read(path: string, io: Io): Uint8Array {
  if (path === '-') return io.stdin.readAll(CONFIG_BYTES, 'a docker config');
  const bytes = readAuthFile(path);
  if (bytes === undefined) throw new UserError(`there is no file ${path}`, command`ls ${pathWord(path)}`);
  return bytes;
}

async function noLogin(server: string, store: LoginStore, paths: readonly string[]): Promise<UserError> {
  const { registries, warnings } = await listRegistries(store);
  const there = registries.map((one) => displayServer(one.server)).join(', ') || 'nothing';
  const [first] = registries;
  return new UserError(
    `there is no login for ${displayServer(server)} in ${paths.map(shownFile).join(', ')}, which has ${there}`,
    first === undefined ? command`docker login ${serverWord(server)}` : words`--server ${serverWord(first.server)}`,
    warnings,
  );
}
