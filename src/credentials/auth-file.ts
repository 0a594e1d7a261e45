/** Reads files that may hold secrets, up to a size limit, and finds the home folder. */
import { platform, userInfo } from 'node:os';
import { sep } from 'node:path';
import { UserError } from '../errors.ts';
import { command, pathWord } from '../line/command.ts';
import { type LoginText, scanLoginText } from '../secret/docker-config.ts';
import { errnoOf, systemReason } from '../system/errno.ts';
import { CONFIG_BYTES, readFile } from '../system/file.ts';
import type { Io } from '../system/io.ts';

/** The content of a login file; undefined when there is none. Throws UserError. */
export function readAuthFile(path: string): Uint8Array | undefined {
  return readCredentialFile(path, CONFIG_BYTES);
}

/** Reads a login file by its path; undefined when there is none. Throws UserError. */
export type AuthFiles = (path: string) => LoginText | undefined;

/** Reads and scans each file only once, because docker and podman both read docker's file. */
export function authFiles(): AuthFiles {
  const texts = new Map<string, LoginText | undefined>();
  return (path) => {
    if (!texts.has(path)) {
      const bytes = readAuthFile(path);
      texts.set(path, bytes && scanLoginText(bytes));
    }
    return texts.get(path);
  };
}

/** The content of a file, pipe or device, of at most `limit` bytes; undefined when it does not exist. Throws UserError. */
export function readCredentialFile(path: string, limit: number): Uint8Array | undefined {
  try {
    return readFile(path, { bytes: limit, error: () => tooLarge(path, limit) });
  } catch (error) {
    if (error instanceof UserError) throw error;
    if (errnoOf(error) === 'ENOENT') return undefined;
    if (errnoOf(error) === 'EISDIR') throw new UserError(`${path} is a directory`, command`ls ${pathWord(path)}`);
    throw new UserError(`cannot read ${path}: ${systemReason(error)}`, command`ls -l ${pathWord(path)}`);
  }
}

function tooLarge(path: string, limit: number): UserError {
  return new UserError(`${path} holds more than ${limit} bytes`, command`ls -l ${pathWord(path)}`);
}

/** The home folder as docker and podman find it (Go os `UserHomeDir`, then the password database). */
export function homeFolder(env: Io['env'], system = platform()): string | undefined {
  const home = system === 'win32' ? env.USERPROFILE : env.HOME;
  if (home !== undefined && home !== '') return home;
  try {
    return system === 'win32' ? undefined : userInfo().homedir || undefined;
  } catch {
    // A container may run as a user that has no name.
    return undefined;
  }
}

/** `path` as shown to the user, with `~` for the home folder. */
export function displayPath(path: string, home: string | undefined): string {
  const inHome = home !== undefined && path.startsWith(home.endsWith(sep) ? home : home + sep);
  return inHome ? `~${sep}${path.slice(home.length).replace(/^[/\\]/, '')}` : path;
}
