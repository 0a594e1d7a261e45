/**
 * A key of 32 random bytes that one user has on one machine. It is in a file that nobody else can read, and the same for every
 * run.
 */
import { randomBytes } from 'node:crypto';
import { closeSync, constants, fstatSync, linkSync, lstatSync, openSync, readSync, renameSync, rmSync } from 'node:fs';
import { platform } from 'node:os';
import { dirname, join } from 'node:path';
// Windows has no getuid, so it is not imported by its name.
import * as system from 'node:process';
import { errnoOf } from './errno.ts';
import { createFile } from './file-write.ts';
import { ownFolder } from './state-folder.ts';

/** The key in hexadecimal digits. */
const KEY = /^[0-9a-f]{64}\n$/;

/**
 * The key in `folder`, which is made at first use; undefined when it cannot be kept, or belongs to somebody else. Runs that start
 * at the same time end up with one key. Throws nothing.
 */
export function keptKey(folder: string): string | undefined {
  const file = join(folder, 'mark-key');
  try {
    const kept = readKey(file);
    if (typeof kept === 'object') return kept.key;
    if (kept === 'foreign' || !isOwn(folder)) return undefined;
    ownFolder(folder);
    if (kept === 'useless') setAside(file);
    offer(file);
    const made = readKey(file);
    return typeof made === 'object' ? made.key : undefined;
  } catch {
    return undefined;
  }
}

/** `useless` means that the file is damaged, or that others could have read it. Throws the system's error. */
function readKey(file: string): { readonly key: string } | 'none' | 'foreign' | 'useless' {
  let descriptor: number;
  try {
    // Follows no link, and does not wait for a pipe. Windows has neither flag.
    descriptor = openSync(file, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return 'none';
    throw error;
  }
  try {
    const stat = fstatSync(descriptor);
    if (!stat.isFile() || stat.uid !== (system.getuid?.() ?? stat.uid)) return 'foreign';
    if (platform() !== 'win32' && (stat.mode & 0o077) !== 0) return 'useless';
    const bytes = Buffer.alloc(100);
    const text = bytes.toString('latin1', 0, readSync(descriptor, bytes));
    return KEY.test(text) ? { key: text.trim() } : 'useless';
  } finally {
    closeSync(descriptor);
  }
}

/** Whether the folder may be made. Root makes none in the home of another user, who could not use it afterwards. */
function isOwn(folder: string): boolean {
  if (system.getuid?.() !== 0) return true;
  const stat = lstatSync(folder, { throwIfNoEntry: false });
  if (stat !== undefined) return stat.uid === 0;
  return dirname(folder) === folder || isOwn(dirname(folder));
}

/** Puts a new key in place, unless there is one. */
function offer(file: string): void {
  const fresh = beside(file);
  createFile(fresh, `${randomBytes(32).toString('hex')}\n`);
  try {
    linkSync(fresh, file);
  } catch (error) {
    // Some file systems have no hard links.
    if (errnoOf(error) !== 'EEXIST') renameSync(fresh, file);
  } finally {
    rmSync(fresh, { force: true });
  }
}

/** Removes the file. A key that another run has put there in the meantime is restored. */
function setAside(file: string): void {
  const aside = beside(file);
  try {
    renameSync(file, aside);
    if (typeof readKey(aside) === 'object') linkSync(aside, file);
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT' && errnoOf(error) !== 'EEXIST') throw error;
  } finally {
    rmSync(aside, { force: true });
  }
}

function beside(file: string): string {
  return join(dirname(file), `.regsecret-${crypto.randomUUID()}`);
}
