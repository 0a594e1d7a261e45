/** Reads what podman's registries.conf and its drop-ins say about logins (containers/image pkg/sysregistriesv2). */
import { existsSync, readdirSync } from 'node:fs';
import { platform, userInfo } from 'node:os';
import { join } from 'node:path';
import type { TomlError } from 'smol-toml';
import { byKey, decodeUtf8 } from '../codec/go/utf8.ts';
import { UserError } from '../errors.ts';
import { command, pathWord } from '../line/command.ts';
import { DockerConfigError } from '../secret/docker-config.ts';
import { errnoOf, systemReason } from '../system/errno.ts';
import type { Io } from '../system/io.ts';
import { homeFolder, readCredentialFile } from './auth-file.ts';
import { AUTH_FILES, credentialHelpers, mentionsHelpers } from './registries-conf.ts';

/** Larger than any registries.conf that somebody writes. */
const LIMIT = 1024 * 1024;
const NAME = 'registries.conf';

export interface PodmanHelpers {
  /** In the order in which podman asks them. The auth files count as one of them. Empty when a file is broken. */
  readonly helpers: readonly string[];
  readonly failure?: UserError;
}

/** The helpers that podman asks for logins (`CredentialHelpers`). */
export async function podmanHelpers(env: Io['env']): Promise<PodmanHelpers> {
  let helpers: readonly string[] = [];
  try {
    for (const path of registriesConfs(env)) helpers = (await helpersIn(path)) ?? helpers;
  } catch (error) {
    if (error instanceof UserError) return { helpers: [], failure: error };
    throw error;
  }
  return { helpers: helpers.length === 0 ? [AUTH_FILES] : helpers };
}

/** The helpers that a file names. Few files name any, and the parser is loaded only for those. */
async function helpersIn(path: string): Promise<readonly string[] | undefined> {
  const text = decodeUtf8(readCredentialFile(path, LIMIT) ?? new Uint8Array());
  if (!mentionsHelpers(text)) return undefined;
  const { parse, TomlError } = await import('smol-toml');
  try {
    return credentialHelpers(parse(text));
  } catch (error) {
    if (!(error instanceof TomlError || error instanceof DockerConfigError)) throw error;
    const reason = error instanceof TomlError ? inOneLine(error) : error.message;
    throw new UserError(`loading registries configuration "${path}": ${reason}`, command`vi ${pathWord(path)}`);
  }
}

/** The parser's message without the lines of the file that it quotes. */
function inOneLine({ line, message }: TomlError): string {
  return `line ${line}: ${message.replace(/^Invalid TOML document: /, '').split('\n', 1)[0]}`;
}

/**
 * The files that apply; a later one overrides an earlier one. Throws UserError when a variable names a missing file
 * (containers/storage pkg/configfile `Read`).
 */
export function registriesConfs(env: Io['env'], system = platform()): readonly string[] {
  const { CONTAINERS_REGISTRIES_CONF: only, CONTAINERS_REGISTRIES_CONF_OVERRIDE: last } = env;
  for (const path of [only, last]) {
    if (path && !existsSync(path)) throw new UserError(`there is no file ${path}`, command`ls ${pathWord(path)}`);
  }
  const folders = confFolders(env, system);
  const main = only || folders.map((folder) => join(folder, NAME)).find((path) => existsSync(path));
  const dropIns = only ? [] : inDropIns(folders.flatMap((folder, index) => dropInFolders(folder, index > 0)));
  return [...(main ? [main] : []), ...dropIns, ...(last ? [last] : [])];
}

/**
 * The folders of the user, the administrator and the vendor. podman takes an empty XDG_CONFIG_HOME for the current folder; this
 * does not.
 */
function confFolders(env: Io['env'], system: NodeJS.Platform): readonly string[] {
  const home = homeFolder(env, system);
  const ofUser = env.XDG_CONFIG_HOME || (home === undefined ? '' : join(home, '.config'));
  const folders = system === 'win32' ? [env.APPDATA ?? '', env.ProgramData ?? ''] : [ofUser, '/etc', '/usr/share'];
  return folders.map((folder) => (folder === '' ? '' : join(folder, 'containers')));
}

/** The drop-in folders of one place; those for this kind of user come first (`getDropInPathsUnderMain`). */
function dropInFolders(folder: string, hasSpecial: boolean): readonly string[] {
  if (folder === '') return [];
  const uid = hasSpecial ? userId() : -1;
  const special = join(folder, `registries.${uid === 0 ? 'rootful' : 'rootless'}.conf.d`);
  const ofKind = uid < 0 ? [] : uid === 0 ? [special] : [join(special, String(uid)), special];
  return [...ofKind, join(folder, `${NAME}.d`)];
}

/**
 * The drop-in files sorted by name. When several folders have a file of one name, the first folder counts
 * (`readDropInsFromPaths`).
 */
function inDropIns(folders: readonly string[]): readonly string[] {
  const byName = new Map<string, string>();
  for (const folder of folders) {
    for (const name of namesIn(folder)) if (!byName.has(name)) byName.set(name, join(folder, name));
  }
  return [...byName].sort(byKey).map(([, path]) => path);
}

function namesIn(folder: string): readonly string[] {
  try {
    const entries = readdirSync(folder, { withFileTypes: true });
    return entries.filter((entry) => !entry.isDirectory() && entry.name.endsWith('.conf')).map(({ name }) => name);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return [];
    throw new UserError(`cannot read ${folder}: ${systemReason(error)}`, command`ls -ld ${pathWord(folder)}`);
  }
}

function userId(): number {
  try {
    return userInfo().uid;
  } catch {
    // A container may run as a user that has no name.
    return -1;
  }
}
