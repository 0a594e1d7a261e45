/** Lock files: one process at a time works on a file, and a lock whose process was killed blocks nobody. */
import { lstatSync, readFileSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { kill, pid as ownPid } from 'node:process';
import { machineClock } from './clock.ts';
import { errnoOf } from './errno.ts';

/** Longer than any process should hold a lock. */
const WAIT_MS = 10_000;
const PERIOD_MS = 20;

/** Another process still holds the lock after {@link WAIT_MS}, or its owner cannot be told. */
export class LockedError extends Error {
  readonly lock: string;

  constructor(lock: string) {
    super('locked');
    this.name = 'LockedError';
    this.lock = lock;
  }
}

/**
 * Runs `work` while only this process holds `lock`. Throws {@link LockedError}, the system's error when the lock cannot be made,
 * the reason of `signal`, and whatever `work` throws.
 */
export async function withLock<T>(lock: string, signal: AbortSignal, work: () => T | Promise<T>): Promise<T> {
  const owner = newOwner();
  for (
    const started = machineClock.monotonic();
    !createExclusively(lock, owner);
    await machineClock.pause(PERIOD_MS, signal)
  ) {
    removeDead(lock);
    if (machineClock.monotonic() - started > WAIT_MS) throw new LockedError(lock);
  }
  try {
    return await work();
  } finally {
    rmSync(lock, { force: true });
  }
}

/** Whether a lock exists, of a running or of a killed process. */
export function isLocked(lock: string): boolean {
  return lstatSync(lock, { throwIfNoEntry: false }) !== undefined;
}

/** Names the process, the machine and, in a container, the PID namespace. A random part makes each text unique. */
function newOwner(): string {
  return JSON.stringify([ownPid, hostname(), pidNamespace(), crypto.randomUUID()]);
}

/** As in pid_namespaces(7); null outside of Linux. */
function pidNamespace(): string | null {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return null;
  }
}

/** False when `path` exists. A symbolic link has its text from the first moment on, but not every file system has such links. */
function createExclusively(path: string, text: string): boolean {
  try {
    symlinkSync(text, path);
    return true;
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return false;
  }
  try {
    writeFileSync(path, text, { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return false;
    throw error;
  }
}

/**
 * Removes a lock whose process has ended. Of several processes that see the same dead lock, only the one that creates the claim
 * may remove it. So a lock that still has the dead owner's text is the dead one, and not a new one.
 */
function removeDead(lock: string): void {
  const owner = ownerOf(lock);
  if (owner === undefined || !isDead(owner)) return;
  const claim = `${lock}.dead`;
  if (!createExclusively(claim, newOwner())) return;
  try {
    if (ownerOf(lock) === owner) rmSync(lock, { force: true });
  } finally {
    rmSync(claim, { force: true });
  }
}

/** Undefined when there is no lock, or it belongs to another program. */
function ownerOf(lock: string): string | undefined {
  try {
    const found = lstatSync(lock);
    if (found.isSymbolicLink()) return readlinkSync(lock);
    return found.isFile() && found.size < 1024 ? readFileSync(lock, 'utf8') : undefined;
  } catch {
    return undefined;
  }
}

/** Whether the owner has ended. That can be told only for a process of this machine and this container. */
function isDead(owner: string): boolean {
  const [, pid, rest] = /^\[(\d{1,10}),(.*),"[^"]*"\]$/.exec(owner) ?? [];
  if (pid === undefined || rest !== JSON.stringify([hostname(), pidNamespace()]).slice(1, -1)) return false;
  try {
    kill(Number(pid), 0);
    return false;
  } catch (error) {
    return errnoOf(error) === 'ESRCH';
  }
}
