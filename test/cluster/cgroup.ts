/** The cgroups of one run, which outlive its processes until somebody removes them. */
import { readdirSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { waitFor } from './condition.ts';

const mountPoint = '/sys/fs/cgroup';

/** Removes the cgroup of this name, with all below it, from the one hierarchy of cgroup v2 or the many of v1. */
export async function removeCgroups(name: string): Promise<void> {
  const roots = [mountPoint, ...folders(mountPoint)].map((hierarchy) => join(hierarchy, name));
  await waitFor(() => roots.every(removeTree), {
    what: `the cgroups ${name} to be empty`,
    deadlineMs: 10_000,
    everyMs: 10,
  });
}

/** Removes a cgroup from the inside out; its files vanish with it. Answers whether it is gone. */
function removeTree(path: string): boolean {
  const empty = folders(path).map(removeTree).every(Boolean);
  if (!empty) return false;
  try {
    rmdirSync(path);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT'; // else a process in it has not quite ended
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
