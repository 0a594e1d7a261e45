/** The cgroups of one run. They outlive its processes until somebody removes them. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { waitFor } from './condition.ts';

/** Makes the cgroup `RUN/NODE` in every hierarchy, and its parent where that does not exist yet. */
export function createCgroups(name: string): void {
  const parent = dirname(name);
  for (const hierarchy of hierarchies()) {
    for (const [outer, inner] of [
      [hierarchy, join(hierarchy, parent)],
      [join(hierarchy, parent), join(hierarchy, name)],
    ] as const) {
      if (!existsSync(inner)) createCgroup(outer, inner);
    }
  }
}

function createCgroup(outer: string, inner: string): void {
  mkdirSync(inner);
  for (const file of ['cpuset.cpus', 'cpuset.mems'].filter((file) => existsSync(join(outer, file)))) {
    writeFileSync(join(inner, file), readFileSync(join(outer, file))); // v1 leaves them empty
  }
}

/** Kills every process in the cgroup of this name and below it. */
export async function killCgroups(name: string): Promise<void> {
  const roots = hierarchies().map((hierarchy) => join(hierarchy, name));
  const killAll = (): boolean => {
    const processes = roots.flatMap(processesIn);
    for (const id of processes) killProcess(id);
    return processes.length === 0;
  };
  await waitFor(killAll, { what: `the processes of the cgroups ${name} to end`, everyMs: 10 });
}

function processesIn(path: string): number[] {
  const below = folders(path).flatMap(processesIn);
  const file = join(path, 'cgroup.procs');
  // A process in another PID namespace is listed as 0.
  const own = existsSync(file) ? readFileSync(file, 'utf8').split('\n').map(Number).filter(Boolean) : [];
  return [...own, ...below];
}

/** Kills a process if it still exists. */
export function killProcess(id: number): void {
  try {
    process.kill(id, 'SIGKILL');
  } catch {
    // The process has ended.
  }
}

/** Removes the cgroup of this name and everything below it, from the one hierarchy of cgroup v2 or the several of v1. */
export async function removeCgroups(name: string): Promise<void> {
  const roots = hierarchies().map((hierarchy) => join(hierarchy, name));
  await waitFor(() => roots.every(removeTree), {
    what: `the cgroups ${name} to be empty`,
    everyMs: 10,
  });
}

const mountPoint = '/sys/fs/cgroup';

/** The one hierarchy of cgroup v2, or the several of v1. */
function hierarchies(): string[] {
  return existsSync(join(mountPoint, 'cgroup.controllers')) ? [mountPoint] : folders(mountPoint);
}

/** Removes a cgroup from the inside out; its files vanish with it. Returns whether it is gone. */
function removeTree(path: string): boolean {
  const empty = folders(path).map(removeTree).every(Boolean);
  if (!empty) return false;
  try {
    rmdirSync(path);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT'; // otherwise a process in it has not quite ended
  }
}

function folders(path: string): string[] {
  try {
    const entries = readdirSync(path, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map((entry) => join(path, entry.name));
  } catch {
    return [];
  }
}
