/** The folder that holds `.kube` (client-go util/homedir `HomeDir`). */
import { accessSync, constants, statSync } from 'node:fs';
import { homedir, platform } from 'node:os';
import { join } from 'node:path';
import type { Io } from '../../io.ts';

/** The operating system and file checks to use. */
interface Machine {
  readonly system: NodeJS.Platform;
  readonly exists: (path: string) => boolean;
  readonly isWritable: (folder: string) => boolean;
}

/** The home folder, as client-go finds it. */
export function kubeHome(env: Io['env'], machine: Machine = { system: platform(), exists, isWritable }): string {
  if (machine.system !== 'win32') return env.HOME || homedir();
  const { HOME = '', HOMEDRIVE, HOMEPATH, USERPROFILE = '' } = env;
  const driveAndPath = HOMEDRIVE && HOMEPATH ? HOMEDRIVE + HOMEPATH : '';
  // There are two orders. The older one applies when a kubeconfig already exists in one of the folders.
  const old = [HOME, driveAndPath, USERPROFILE].filter(Boolean);
  const folders = [HOME, USERPROFILE, driveAndPath].filter(Boolean);
  return (
    old.find((folder) => machine.exists(join(folder, '.kube', 'config'))) ??
    folders.find(machine.isWritable) ??
    folders.find(machine.exists) ??
    folders[0] ??
    homedir()
  );
}

function exists(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
