/** Finds folders with manifests that `-f FOLDER` leaves out without -R. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { isFolder } from '../files/file.ts';
import { expandPattern, isManifestName } from './manifest-files.ts';

/** A limit, because a tree may be as large as a disk, and one manifest in it is enough. */
const MAX_ENTRIES = 2000;

/**
 * Each folder among `names`, with the number of its subfolders that hold manifests. Hidden folders and npm packages do not count.
 */
export function unreadFolders(names: readonly string[]): { readonly name: string; readonly count: number }[] {
  return names
    .flatMap(expandPattern)
    .filter(isFolder)
    .map((name) => ({
      name,
      count: foldersIn(name).filter((path) => holdsManifest(path, { left: MAX_ENTRIES })).length,
    }))
    .filter(({ count }) => count > 0);
}

function holdsManifest(folder: string, budget: { left: number }): boolean {
  const entries = entriesOf(folder);
  budget.left -= entries.length;
  if (entries.some((entry) => !entry.isDirectory() && isManifestName(entry.name))) return true;
  return foldersIn(folder, entries).some((path) => budget.left > 0 && holdsManifest(path, budget));
}

function foldersIn(folder: string, entries = entriesOf(folder)): string[] {
  return entries
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.') && entry.name !== 'node_modules')
    .map((entry) => join(folder, entry.name));
}

/** Empty for a folder that may not be read. */
function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}
