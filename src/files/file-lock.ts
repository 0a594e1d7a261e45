/** Lock files: one process at a time works on a file, and a lock whose process was killed holds nobody up. */
import { lstatSync, readFileSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { kill, pid as ownPid } from 'node:process';
import { pause } from '../concurrency.ts';
import { errnoOf } from '../errno.ts';

/** Longer than anybody should hold one. */
const WAIT_MS = 10_000;
const PERIOD_MS = 20;

/** A lock that somebody else holds, or whose owner cannot be told, after {@link WAIT_MS}. */
export class Locked extends Error {
  readonly lock: string;

  constructor(lock: string) {
    super('locked');
    this.name = 'Locked';
    this.lock = lock;
  }
}

/**
 * Runs `work` while this process alone holds `lock`. Throws {@link Locked}, what the system says where the lock cannot be
 * made, the reason of `signal`, and what `work` throws.
 */
export async function withLock<T>(lock: string, signal: AbortSignal, work: () => T | Promise<T>): Promise<T> {
  const owner = newOwner();
  for (const started = performance.now(); !createExclusively(lock, owner); await pause(PERIOD_MS, signal)) {
    removeDead(lock);
    if (performance.now() - started > WAIT_MS) throw new Locked(lock);
  }
  try {
    return await work();
  } finally {
    rmSync(lock, { force: true });
  }
}

/** Whether there is a lock, of a process that runs or of one that was killed. */
export function isLocked(lock: string): boolean {
  return lstatSync(lock, { throwIfNoEntry: false }) !== undefined;
}

/** Process, machine and, in a container, its own count of processes; and no two locks have the same text. */
function newOwner(): string {
  return JSON.stringify([ownPid, hostname(), pidNamespace(), crypto.randomUUID()]);
}

/** pid_namespaces(7); undefined outside of Linux. */
function pidNamespace(): string | null {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return null;
  }
}

/** False where `path` exists. A symbolic link has its text from the first moment on; not every file system has them. */
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
 * Removes a lock whose process has ended. Of those that see the same dead lock, the one that creates the claim may remove
 * it; nobody else does, so a lock that still has the dead owner's text then is that one, and not a new one.
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

/** Undefined where there is no lock, or one of another program. */
function ownerOf(lock: string): string | undefined {
  try {
    const found = lstatSync(lock);
    if (found.isSymbolicLink()) return readlinkSync(lock);
    return found.isFile() && found.size < 1024 ? readFileSync(lock, 'utf8') : undefined;
  } catch {
    return undefined;
  }
}

/** Only of a process of this machine, and of this container, can that be told. */
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
