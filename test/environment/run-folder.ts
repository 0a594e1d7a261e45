/** The temporary folder of one run, and clearing away those whose owner was killed. */
import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { basename, join } from 'node:path';
import { removeCgroups } from './cgroup.ts';
import { run } from './child.ts';
import { waitFor } from './condition.ts';
import { tryLock } from './lock.ts';

/** Makes the folder of a run. It is locked for as long as this process lives, which is how others know that it does. */
export function createRunFolder(): string {
  const unlocked = mkdtempSync(join(tmpdir(), `${unlockedPrefix}`));
  const held = tryLock(join(unlocked, lockName));
  if (!held) throw new Error(`somebody else has the lock of the new folder ${unlocked}`);
  locks.push(held);
  const folder = join(tmpdir(), prefix + basename(unlocked).slice(unlockedPrefix.length));
  renameSync(unlocked, folder); // visible to a sweep only now that it is locked
  for (const name of ['certificates', 'home', 'logs', 'state']) mkdirSync(join(folder, name));
  return folder;
}

/** Clears away what runs of this user have left behind that were killed together with their starter. */
export async function sweepRunFolders(): Promise<void> {
  const mine = readdirSync(tmpdir()).filter((name) => name.startsWith(prefix));
  await Promise.all(mine.map((name) => sweepRunFolder(join(tmpdir(), name))));
}

/** Clears away what a run has left behind, if its owner is gone; answers `false` while it is not. */
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

/** Removes a folder whose processes have ended, and their cgroups. */
export async function removeRunFolder(folder: string): Promise<void> {
  await removeCgroups(basename(folder));
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}

const prefix = 'regsecret-cluster-';
const unlockedPrefix = '.regsecret-unlocked-';
const lockName = '.lock';

/** Never released by hand: an unreferenced lock could be collected, and with it would go the folder. */
const locks: unknown[] = [];

function belongsToUs(folder: string): boolean {
  const status = statSync(folder, { throwIfNoEntry: false });
  return status?.isDirectory() === true && status.uid === userInfo().uid;
}

/** Each of our programs has the folder in its arguments, which, unlike a process id, is never used twice. */
async function killProcessesOf(folder: string): Promise<void> {
  const ids = async (): Promise<number[]> => {
    const list = await run('ps', ['-A', '-ww', '-o', 'pid=', '-o', 'args=']);
    const lines = list.stdout.split('\n').filter((line) => line.includes(`${folder}/`));
    return lines.map((line) => Number.parseInt(line, 10)).filter((id) => id !== process.pid);
  };
  await waitFor(
    async () => {
      const left = await ids();
      for (const id of left) {
        try {
          process.kill(id, 'SIGKILL');
        } catch {
          // it has ended in the meantime
        }
      }
      return left.length === 0;
    },
    { what: `the processes of ${folder} to end` },
  );
}
