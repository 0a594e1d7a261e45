/** Files that are written whole or not at all, and replaced only while they are what was read. */
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
 * Puts `after` in the place of a file that still holds `before`, in one step: nobody reads half of it. The file keeps its
 * mode and owner, and a symbolic link stays one. False where the file now holds something else; processes of this
 * program wait for each other from that look to the replacement. Throws what the system says, Locked, and the reason of
 * `signal`.
 */
export async function replaceFile(path: string, { before, after }: TextChange, signal: AbortSignal): Promise<boolean> {
  const file = targetOf(path);
  const { fresh, lock } = beside(file);
  return withLock(lock, signal, () => {
    const { mode, uid, gid } = statSync(file);
    // What a killed process has left.
    rmSync(fresh, { force: true });
    if (!holds(file, Buffer.from(before))) return false;
    writeInOneStep(file, fresh, after, (descriptor) => {
      keepOwner(descriptor, uid, gid);
      fchmodSync(descriptor, mode & 0o7777);
    });
    return true;
  });
}

/** Removes what a process has left beside a file that was killed while it replaced it. Throws nothing but the reason of `signal`. */
export async function tidyBeside(path: string, signal: AbortSignal): Promise<void> {
  try {
    const { fresh, lock } = beside(targetOf(path));
    if (isLocked(lock)) await withLock(lock, signal, () => rmSync(fresh, { force: true }));
  } catch {
    signal.throwIfAborted();
  }
}

/**
 * Writes `text` to a new file that only its owner can read, in one step: it is whole and on disk when this returns.
 * Throws what the system says.
 */
export function createFile(path: string, text: string): void {
  writeInOneStep(path, join(dirname(path), `.regsecret-${crypto.randomUUID()}`), text, () => undefined);
}

/**
 * Where a symbolic link leads. Only folders are left to realpath: Bun opens what it is given, and one whose file is replaced
 * at that moment is called "FILE (deleted)" by the kernel.
 */
function targetOf(path: string): string {
  // Throws where links go round in a circle.
  statSync(path);
  const folder = realpathSync(dirname(path));
  if (!lstatSync(path).isSymbolicLink()) return join(folder, basename(path));
  const to = readlinkSync(path);
  return targetOf(isAbsolute(to) ? to : `${folder}/${to}`);
}

/** Names that are short, for that of the file may have the longest length. */
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
  // Exclusively: nothing that somebody has put there is written through.
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
    // Only root may give a file away; its group and mode are what matters to others.
  }
}
