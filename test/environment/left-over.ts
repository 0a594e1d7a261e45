/** Finds what a run has left behind. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { run } from './child.ts';
import { waitFor } from './condition.ts';

/** containerd's default cgroup, which our runs must not use. Another containerd on this machine may use it. */
const CONTAINERD = 'k8s.io';
const ofOthers = new Set(cgroupsCalled([CONTAINERD]));

/** Descriptions of everything that a run has left; empty once all of it is cleared away. */
export async function leftOvers(folder: string): Promise<string[]> {
  const list = await run('ps', ['-A', '-ww', '-o', 'pid=', '-o', 'args=']);
  const processes = list.stdout.split('\n').filter((line) => line.includes(`${folder}/`));
  return [
    ...processes.map((line) => `process ${line.trim()}`),
    ...mounts(folder).map((line) => `mount ${line}`),
    ...cgroups(folder).map((path) => `cgroup ${path}`),
    ...readdirSync(dirname(folder))
      .filter((name) => name === basename(folder))
      .map((name) => `folder ${name}`),
  ];
}

/** Waits until nothing of a run is left. The error lists what remains. */
export async function nothingLeft(folder: string): Promise<void> {
  let left: string[] = [];
  const gone = async (): Promise<boolean> => {
    left = await leftOvers(folder);
    return left.length === 0;
  };
  await waitFor(gone, { what: 'everything to be cleared away' }).catch((error: Error) => {
    throw new Error(`${error.message}; left are\n${left.join('\n')}`);
  });
}

/** The mounts of the folder in any mount namespace. */
function mounts(folder: string): string[] {
  if (!existsSync('/proc/self/mountinfo')) return [];
  const processes = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const lines = processes.flatMap((id) => {
    try {
      return readFileSync(`/proc/${id}/mountinfo`, 'utf8').split('\n');
    } catch {
      return []; // the process has ended
    }
  });
  return [...new Set(lines.filter((line) => line.includes(folder)))];
}

/** The cgroups of a run. If one is gone, no process in it is left either, whatever its arguments. */
function cgroups(folder: string): string[] {
  return cgroupsCalled([basename(folder), CONTAINERD]).filter((path) => !ofOthers.has(path));
}

function cgroupsCalled(names: readonly string[]): string[] {
  if (!existsSync('/sys/fs/cgroup')) return [];
  const paths = readdirSync('/sys/fs/cgroup').flatMap((name) => [`/sys/fs/cgroup/${name}/`, '/sys/fs/cgroup/']);
  return [...new Set(paths)].flatMap((path) => names.map((name) => path + name)).filter((path) => existsSync(path));
}
