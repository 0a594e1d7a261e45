/** Files that may hold secrets, read with a limit; and the folders they are in. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { platform, userInfo } from 'node:os';
import { sep } from 'node:path';
import { command, pathWord } from '../domain/text/command.ts';
import { printable } from '../domain/text/printable.ts';
import { errnoOf, systemReason } from '../errno.ts';
import { UserError } from '../errors.ts';
import type { Io } from '../io.ts';

/** A docker config of this size has 60,000 logins. */
export const AUTH_FILE_LIMIT = 16 * 1024 * 1024;
const CHUNK = 64 * 1024;

/** A login file, undefined when there is none; throws UserError. */
export function readAuthFile(path: string): Uint8Array | undefined {
  return readFile(path, AUTH_FILE_LIMIT);
}

/** At most `limit` bytes of a file, a pipe or a device, undefined when it does not exist; throws UserError. */
export function readFile(path: string, limit: number): Uint8Array | undefined {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw unreadable(path, error);
  }
  try {
    if (fstatSync(file).isDirectory())
      throw new UserError(`${printable(path)} is a directory`, command`ls ${pathWord(path)}`);
    return readAll(file, path, limit);
  } catch (error) {
    throw error instanceof UserError ? error : unreadable(path, error);
  } finally {
    closeSync(file);
  }
}

/** The home folder as docker and podman find it (Go os `UserHomeDir`, then the password database). */
export function homeFolder(env: Io['env']): string | undefined {
  const home = platform() === 'win32' ? env.USERPROFILE : env.HOME;
  if (home !== undefined && home !== '') return home;
  try {
    return platform() === 'win32' ? undefined : userInfo().homedir || undefined;
  } catch {
    // A container may run as a user that has no name.
    return undefined;
  }
}

/** `path` for people, with `~` for the home folder. */
export function displayPath(path: string, home: string | undefined): string {
  const inHome = home !== undefined && path.startsWith(home.endsWith(sep) ? home : home + sep);
  return printable(inHome ? `~${sep}${path.slice(home.length).replace(/^[/\\]/, '')}` : path);
}

function readAll(file: number, path: string, limit: number): Uint8Array {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const chunk = new Uint8Array(CHUNK);
    const read = readSync(file, chunk);
    if (read === 0) break;
    size += read;
    if (size > limit) {
      throw new UserError(`${printable(path)} holds more than ${limit} bytes`, command`ls -l ${pathWord(path)}`);
    }
    chunks.push(chunk.subarray(0, read));
  }
  const bytes = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes;
}

function unreadable(path: string, error: unknown): UserError {
  return new UserError(`cannot read ${printable(path)}: ${systemReason(error)}`, command`ls -l ${pathWord(path)}`);
}
