/** What a run must not leave behind. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { run } from './child.ts';
import { waitFor } from './condition.ts';

/** containerd's own choice, which we must have overruled; that of another one on this machine is no concern of ours. */
const CONTAINERD = 'k8s.io';
const ofOthers = new Set(cgroupsCalled([CONTAINERD]));

/** Everything of a run that is still there, in words; nothing at all once it has been cleared away. */
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

/** Waits until nothing of a run is left; the error names what is. */
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

/** In whatever mount namespace there is. */
function mounts(folder: string): string[] {
  if (!existsSync('/proc/self/mountinfo')) return [];
  const processes = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const lines = processes.flatMap((id) => {
    try {
      return readFileSync(`/proc/${id}/mountinfo`, 'utf8').split('\n');
    } catch {
      return []; // it has ended
    }
  });
  return [...new Set(lines.filter((line) => line.includes(folder)))];
}

/** A cgroup that is gone is also a proof that no process of it is left, whatever its arguments. */
function cgroups(folder: string): string[] {
  return cgroupsCalled([basename(folder), CONTAINERD]).filter((path) => !ofOthers.has(path));
}

function cgroupsCalled(names: readonly string[]): string[] {
  if (!existsSync('/sys/fs/cgroup')) return [];
  const paths = readdirSync('/sys/fs/cgroup').flatMap((name) => [`/sys/fs/cgroup/${name}/`, '/sys/fs/cgroup/']);
  return [...new Set(paths)].flatMap((path) => names.map((name) => path + name)).filter((path) => existsSync(path));
}
