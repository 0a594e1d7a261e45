/** Reads logins from files that are named on the command line. */

import { realpathSync } from 'node:fs';
import { UserError } from '../errors.ts';
import { command, dryRunFlag, pathWord, words } from '../line/command.ts';
import { prose } from '../line/hint.ts';
import { displayServer } from '../secret/display-server.ts';
import type { DockerConfig } from '../secret/docker-config.ts';
import { keyText } from '../secret/key.ts';
import { canonicalServer, serverWord } from '../secret/server.ts';
import { CONFIG_BYTES } from '../system/file.ts';
import type { Io } from '../system/io.ts';
import { many, nounFor } from '../text/enumerate.ts';
import { correctIn } from '../verify/refused-login.ts';
import { readAuthFile } from './auth-file.ts';
import { dockerKey, isWebLoginToken, serverOf } from './config-key.ts';
import type { CredentialOptions } from './credential-flags.ts';
import { dockerConfigPath } from './docker.ts';
import { hasSecret } from './docker-lookup.ts';
import { decodeLoginFile, PIPED_CONFIG } from './login-file.ts';
import { closedKeychain, dockerKeychain, fileKeychain, type Keychain, lastOf, lookUpOne } from './login-keychain.ts';
import { listRegistries, openLogins } from './logins.ts';
import type { ListedServer, Listing, Login, SourceResult } from './source.ts';

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
    const { registries, warnings } = await listRegistries(store);
    if (registries.length === 0) throw withoutLogin(paths, warnings);
    return openLogins(store, registries, { strict: false, warnings });
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

/** The logins of one file; `-` is stdin. Throws UserError. */
function fileLogins(
  path: string,
  { allowHelpers = false, dryRun = 'none' }: Pick<CredentialOptions, 'allowHelpers' | 'dryRun'>,
  io: Io,
): Keychain {
  const config = decodeLoginFile(read(path, io), path, dryRunFlag({ dryRun }));
  const from = shownFile(path);
  const renew = isOwn(path, io) ? undefined : correctIn([path]);
  const helped = permittedHelpers(config, path, allowHelpers, io);
  const elsewhere =
    helped instanceof UserError
      ? closedKeychain(helped)
      : dockerKeychain({ config: helped, file: from, detected: false, variable: new Map(), warnings: [] }, io);
  return { ...fileKeychain({ config, from, renew }, elsewhere), list: () => list(config, from, elsewhere) };
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
    `${file} uses ${nounFor(names.length, 'helper')} ${programs}; regsecret runs helpers only from docker's own config (or --allow-helpers)`,
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

async function list(config: DockerConfig, from: string, elsewhere: Keychain): Promise<Listing> {
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

async function noLogin(server: string, store: Keychain, paths: readonly string[]): Promise<UserError> {
  const { registries, warnings } = await listRegistries(store);
  const there = registries.map((one) => displayServer(one.server)).join(', ') || 'nothing';
  const [first] = registries;
  return new UserError(
    `there is no login for ${displayServer(server)} in ${paths.map(shownFile).join(', ')}, which has ${there}`,
    first === undefined ? command`docker login ${serverWord(server)}` : words`--server ${serverWord(first.server)}`,
    warnings,
  );
}
