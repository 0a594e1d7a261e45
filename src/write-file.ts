/** Files that are written whole or not at all. */
import { randomBytes } from 'node:crypto';
import {
  closeSync,
  fchmodSync,
  fchownSync,
  fsyncSync,
  mkdtempSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/**
 * Puts `text` in the place of a file in one step: nobody reads half of it. The file keeps its mode and owner, and a
 * symbolic link stays one. Throws what the system says.
 */
export function replaceFile(path: string, text: string): void {
  const file = realpathSync(path);
  const { mode, uid, gid } = statSync(file);
  // A name that nobody can guess and prepare; and short, for that of the file may have the longest length.
  const fresh = join(dirname(file), `.regsecret-${randomBytes(8).toString('hex')}`);
  const descriptor = openSync(fresh, 'wx', 0o600);
  try {
    try {
      writeFileSync(descriptor, text);
      keepOwner(descriptor, uid, gid);
      fchmodSync(descriptor, mode & 0o7777);
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

export interface SavedManifest {
  readonly file: string;
  remove(): void;
}

/**
 * Keeps an object for `kubectl create -f` in a new folder in `parent`. It is on disk when this returns, and only its
 * owner can read folder and file. Throws what the system says.
 */
export function saveManifest(name: string, object: unknown, parent = tmpdir()): SavedManifest {
  const file = join(mkdtempSync(join(parent, 'regsecret-')), `${name}.json`);
  const descriptor = openSync(file, 'wx', 0o600);
  try {
    writeFileSync(descriptor, `${JSON.stringify(object, undefined, 2)}\n`);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  return { file, remove: () => rmSync(dirname(file), { recursive: true, force: true }) };
}
