/** Layers of an image: compressed tar archives whose bytes depend only on their files. */
import { dirname } from 'node:path/posix';
import { buffer } from 'node:stream/consumers';
import { pack } from 'tar-stream';
import { gzip } from '../deflate.ts';
import { sha256 } from '../sums.ts';

/** An entry of a layer. Its path has no slash at its start or end. The default owner is root. */
export type LayerEntry =
  | { readonly path: string; readonly content: Buffer; readonly mode?: number }
  | { readonly path: string; readonly folder: true; readonly mode?: number; readonly owner?: number }
  | { readonly path: string; readonly link: string };

export interface Layer {
  /** Its purpose, in the history of the image. */
  readonly title: string;
  readonly compressed: Buffer;
  /** The digest of the uncompressed layer. */
  readonly diffId: string;
}

/** A layer of these entries and their parent folders, all with the time `time` (seconds since 1970). */
export async function layer(
  title: string,
  entries: readonly LayerEntry[],
  time: number,
  level?: number,
): Promise<Layer> {
  const archive = await tarOf(entries, time);
  return { title, compressed: gzip(archive, level), diffId: digest(archive) };
}

/** The digest in the form that images use. */
export function digest(content: Buffer): string {
  return `sha256:${sha256(content)}`;
}

/** A tar archive of the entries. Each entry comes after its parent folders. */
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

/** The entries and their parent folders, ordered by path, so that a folder comes before its content. */
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
