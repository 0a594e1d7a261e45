/** Layers of an image: tar archives, compressed, whose bytes are the same for the same files. */
import { dirname } from 'node:path/posix';
import { buffer } from 'node:stream/consumers';
import { pack } from 'tar-stream';
import { gzip } from '../deflate.ts';
import { sha256 } from '../sums.ts';

/** A path has no slash at its start or end. Who is not said to own it is root. */
export type LayerEntry =
  | { readonly path: string; readonly content: Buffer; readonly mode?: number }
  | { readonly path: string; readonly folder: true; readonly mode?: number; readonly owner?: number }
  | { readonly path: string; readonly link: string };

export interface Layer {
  /** What it is for, in the history of the image. */
  readonly title: string;
  readonly compressed: Buffer;
  /** Of the layer before it was compressed. */
  readonly diffId: string;
}

/** A layer of these entries and the folders that they need, all of the time `time` (seconds since 1970). */
export async function layer(
  title: string,
  entries: readonly LayerEntry[],
  time: number,
  level?: number,
): Promise<Layer> {
  const archive = await tarOf(entries, time);
  return { title, compressed: gzip(archive, level), diffId: digest(archive) };
}

/** As images name their parts. */
export function digest(content: Buffer): string {
  return `sha256:${sha256(content)}`;
}

/** A tar archive of the entries, each after the folders that it is in. */
export function tarOf(entries: readonly LayerEntry[], time: number): Promise<Buffer> {
  const archive = pack();
  const common = { mtime: new Date(time * 1000), uid: 0, gid: 0 };
  for (const entry of withFolders(entries)) {
    const { path: name } = entry;
    if ('link' in entry) archive.entry({ ...common, name, type: 'symlink', linkname: entry.link, mode: 0o777 });
    else if ('folder' in entry) {
      const { mode = 0o755, owner = 0 } = entry;
      archive.entry({ ...common, name, type: 'directory', mode, uid: owner, gid: owner });
    } else archive.entry({ ...common, name, mode: entry.mode ?? 0o644 }, entry.content);
  }
  archive.finalize();
  return buffer(archive);
}

/** In the order of their paths, in which a folder comes before what is in it. */
export function withFolders(entries: readonly LayerEntry[]): readonly LayerEntry[] {
  const all = new Map<string, LayerEntry>();
  for (const { path } of entries) for (const folder of foldersOf(path)) all.set(folder, { path: folder, folder: true });
  for (const entry of entries) all.set(entry.path, entry);
  return [...all.values()].sort((one, other) => (one.path < other.path ? -1 : 1));
}

function foldersOf(path: string): readonly string[] {
  const parent = dirname(path);
  return parent === '.' ? [] : [...foldersOf(parent), parent];
}
