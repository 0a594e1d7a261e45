/** Logins in files that are named on the command line. */

import type { DockerConfig } from '../domain/docker-config/docker-config.ts';
import { decodeLoginFile } from '../domain/docker-config/login-file.ts';
import { displayServer } from '../domain/keyring/display-server.ts';
import { sameKey } from '../domain/keyring/key.ts';
import { canonicalServer } from '../domain/keyring/server.ts';
import { printable } from '../domain/text/printable.ts';
import { UserError } from '../errors.ts';
import type { Io } from '../io.ts';
import { AUTH_FILE_LIMIT, readAuthFile, shellWord } from './auth-file.ts';
import { listConfig } from './docker.ts';
import { openLogins } from './logins.ts';
import type { ListedLogin, SourceResult } from './source.ts';

/** The logins in `paths` (`-` is stdin), all of them or those for `servers`; throws UserError. */
export async function fromFiles(
  paths: readonly string[],
  servers: readonly string[] | undefined,
  io: Io,
): Promise<SourceResult> {
  const warnings: string[] = [];
  const logins: ListedLogin[] = [];
  for (const path of paths.map(withoutKey)) {
    const { config } = decodeLoginFile(read(path, io), path);
    logins.push(...(await loginsIn(config, path === '-' ? 'stdin' : path, warnings, io)));
  }
  const chosen = servers === undefined ? logins : servers.map((server) => pick(server, logins, paths));
  return openLogins(chosen, { strict: servers !== undefined, warnings });
}

/** kubectl writes `--from-file=.dockerconfigjson=FILE`. */
function withoutKey(path: string): string {
  return path.replace(/^\.dockerc(?:onfigjson|fg)=/, '');
}

function read(path: string, io: Io): Uint8Array {
  if (path === '-') return io.stdin.readAll(AUTH_FILE_LIMIT, 'a docker config');
  const bytes = readAuthFile(path);
  if (bytes === undefined) throw new UserError(`there is no file ${printable(path)}`, `ls ${shellWord(path)}`);
  return bytes;
}

/**
 * What is in the file itself comes first: a config that was copied from another machine names a store that is not here.
 * What docker keeps elsewhere is asked for.
 */
async function loginsIn(config: DockerConfig, from: string, warnings: string[], io: Io): Promise<ListedLogin[]> {
  const own = await listConfig({ auths: config.auths, credHelpers: new Map() }, from, io);
  const isOwn = (server: string): boolean => own.some((login) => login.server === server);
  const helped = (await listHelped(config, from, own.length > 0 ? warnings : undefined, io)).filter(
    ({ server }) => !isOwn(server),
  );
  const isHelped = (server: string): boolean => helped.some((login) => login.server === server);
  for (const server of config.auths.keys()) {
    if (!isOwn(server) && !isHelped(server))
      warnings.push(`skipped: the login for ${displayServer(server)} in ${from} is empty`);
  }
  return [...own, ...helped];
}

/** With `warnings` a helper that fails is only worth one. */
async function listHelped(
  config: DockerConfig,
  from: string,
  warnings: string[] | undefined,
  io: Io,
): Promise<readonly ListedLogin[]> {
  if (config.credsStore === undefined && config.credHelpers.size === 0) return [];
  try {
    return await listConfig(config, from, io);
  } catch (error) {
    if (!(error instanceof UserError) || warnings === undefined) throw error;
    warnings.push(error.message);
    return [];
  }
}

function pick(server: string, logins: readonly ListedLogin[], paths: readonly string[]): ListedLogin {
  const wanted = canonicalServer(server);
  const found = logins.findLast((login) => sameKey(canonicalServer(login.server), wanted));
  if (found !== undefined) return { ...found, server: wanted };
  const there = logins.map((login) => displayServer(login.server)).join(', ') || 'nothing';
  throw new UserError(
    `there is no login for ${printable(displayServer(server))} in ${paths.map(printable).join(', ')}, which has ${printable(there)}`,
    logins[0] === undefined ? `docker login ${shellWord(server)}` : `--server ${shellWord(logins[0].server)}`,
  );
}
