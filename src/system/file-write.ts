/** Writes files whole or not at all, and replaces them only while they hold what was read. */
import { createHash } from 'node:crypto';
import {
  closeSync,
  fchmodSync,
  fchownSync,
  fsyncSync,
  lstatSync,
  openSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, isAbsolute, join } from 'node:path';
import { isLocked, withLock } from './file-lock.ts';

export interface TextChange {
  /** What the file held when it was read. */
  readonly before: string;
  readonly after: string;
}

/**
 * Replaces a file that still holds `before` by `after` in one step, so that nobody reads half of it. The file keeps its mode and
 * owner, and a symbolic link stays a link. False when the file now holds something else. Processes of this program wait for each
 * other between that check and the replacement. Throws the system's error, Locked, and the reason of `signal`.
 */
export async function replaceFile(path: string, { before, after }: TextChange, signal: AbortSignal): Promise<boolean> {
  const file = targetOf(path);
  const { fresh, lock } = beside(file);
  return withLock(lock, signal, () => {
    const { mode, uid, gid } = statSync(file);
    // A killed process may have left this file.
    rmSync(fresh, { force: true });
    if (!holds(file, Buffer.from(before))) return false;
    writeInOneStep(file, fresh, after, (descriptor) => {
      keepOwner(descriptor, uid, gid);
      fchmodSync(descriptor, mode & 0o7777);
    });
    return true;
  });
}

/** Removes what a process left beside a file when it was killed while replacing it. Throws only the reason of `signal`. */
export async function tidyBeside(path: string, signal: AbortSignal): Promise<void> {
  try {
    const { fresh, lock } = beside(targetOf(path));
    if (isLocked(lock)) await withLock(lock, signal, () => rmSync(fresh, { force: true }));
  } catch {
    signal.throwIfAborted();
  }
}

/**
 * Writes `text` to a new file that only its owner can read, in one step: the file is whole and on disk when this returns. Throws
 * the system's error.
 */
export function createFile(path: string, text: string): void {
  writeInOneStep(path, join(dirname(path), `.regsecret-${crypto.randomUUID()}`), text, () => undefined);
}

/**
 * The file that a symbolic link leads to. realpath is used only for folders: Bun opens its argument, and the kernel calls a file
 * that is replaced at that moment "FILE (deleted)".
 */
function targetOf(path: string): string {
  // Throws when links form a loop.
  statSync(path);
  const folder = realpathSync(dirname(path));
  if (!lstatSync(path).isSymbolicLink()) return join(folder, basename(path));
  const to = readlinkSync(path);
  return targetOf(isAbsolute(to) ? to : `${folder}/${to}`);
}

/** The names are short, because the name of the file may have the maximum length. */
function beside(file: string): { readonly fresh: string; readonly lock: string } {
  const hash = createHash('sha256').update(basename(file)).digest('hex').slice(0, 16);
  const fresh = join(dirname(file), `.regsecret-${hash}`);
  return { fresh, lock: `${fresh}.lock` };
}

function holds(file: string, expected: Uint8Array): boolean {
  if (statSync(file).size !== expected.length) return false;
  return readFileSync(file).equals(expected);
}

function writeInOneStep(file: string, fresh: string, text: string, prepare: (descriptor: number) => void): void {
  // Exclusive, so that nothing is written through a file or link that somebody has put there.
  const descriptor = openSync(fresh, 'wx', 0o600);
  try {
    try {
      writeFileSync(descriptor, text);
      prepare(descriptor);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(fresh, file);
  } catch (error) {
    rmSync(fresh, { force: true });
    throw error;
  }
}

function keepOwner(descriptor: number, uid: number, gid: number): void {
  try {
    fchownSync(descriptor, uid, gid);
  } catch {
    // Only root may give a file away. What matters to others is its group and mode.
  }
}
