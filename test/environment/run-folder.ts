/** The temporary folder of one run, and the removal of folders whose owner was killed. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { basename, join } from 'node:path';
import { killProcess, removeCgroups } from './cgroup.ts';
import { run } from './child.ts';
import { waitFor } from './condition.ts';
import { tryLock } from './lock.ts';

/** Makes the folder of a cluster. */
export function createRunFolder(): string {
  const folder = createLockedFolder('cluster');
  for (const name of ['certificates', 'home', 'logs', 'state']) mkdirSync(join(folder, name));
  return folder;
}

/** Makes a folder that is locked for as long as this process lives. Other processes read from the lock whether it lives. */
export function createLockedFolder(purpose: 'cluster' | 'tests'): string {
  const unlocked = mkdtempSync(join(tmpdir(), `${unlockedPrefix}`));
  const held = tryLock(join(unlocked, lockName));
  if (!held) throw new Error(`somebody else has the lock of the new folder ${unlocked}`);
  locks.push(held);
  const folder = join(tmpdir(), `regsecret-${purpose}-${basename(unlocked).slice(unlockedPrefix.length)}`);
  renameSync(unlocked, folder); // a sweep sees the folder only now that it is locked
  return folder;
}

/** Removes what is left in `parent` of runs of this user that were killed together with their starter. */
export async function sweepRunFolders(parent = tmpdir()): Promise<void> {
  const mine = readdirSync(parent).filter((name) => /^regsecret-(cluster|tests)-/.test(name));
  await Promise.all(mine.map((name) => sweepRunFolder(join(parent, name))));
}

/** Removes what is left of a run, if its owner is gone. Returns `false` while the owner lives. */
export async function sweepRunFolder(folder: string): Promise<boolean> {
  if (!belongsToUs(folder)) return true;
  const held = tryLock(join(folder, lockName));
  if (!held) return false;
  try {
    await killProcessesOf(folder);
    await removeRunFolder(folder);
    return true;
  } finally {
    held.release();
  }
}

/** Removes a folder whose processes have ended, their cgroups, and clusters that tests have left in it. */
export async function removeRunFolder(folder: string): Promise<void> {
  await sweepRunFolders(folder);
  await removeCgroups(basename(folder));
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}

const unlockedPrefix = '.regsecret-unlocked-';
const lockName = '.lock';

/** Held until this process ends: an unreferenced lock could be garbage-collected, and the folder would be swept. */
const locks: unknown[] = [];

function belongsToUs(folder: string): boolean {
  const status = statSync(folder, { throwIfNoEntry: false });
  return status?.isDirectory() === true && status.uid === userInfo().uid;
}

/**
 * Kills every process that has the folder in its arguments or environment. Unlike a process id, the folder's name is never
 * reused.
 */
export async function killProcessesOf(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const ids = async (): Promise<number[]> => {
    const list = await run('ps', ['-A', '-ww', '-o', 'pid=', '-o', 'args=']);
    const processes = list.stdout.split('\n').map((line) => ({ id: Number.parseInt(line, 10), line }));
    return processes
      .filter(({ id, line }) => line.includes(`${folder}/`) || environmentOf(id).includes(folder))
      .map(({ id }) => id)
      .filter((id) => id !== process.pid);
  };
  await waitFor(
    async () => {
      const left = await ids();
      for (const id of left) killProcess(id);
      return left.length === 0;
    },
    { what: `the processes of ${folder} to end` },
  );
}

/** The environment of a process. Empty where it cannot be read: on systems other than Linux, and for processes of other users. */
function environmentOf(id: number): string {
  try {
    return readFileSync(`/proc/${id}/environ`, 'latin1');
  } catch {
    return '';
  }
}
