/** Archives whose bytes depend only on their files, and not on when or where they are made. */
import { buffer } from 'node:stream/consumers';
import { Zip, ZipPassThrough } from 'fflate';
import { pack } from 'tar-stream';
import { deflate, gzip } from './deflate.ts';

/** A file in an archive. */
export interface ArchiveFile {
  /** With `/` on every system. */
  readonly path: string;
  readonly content: Uint8Array;
  readonly executable?: boolean;
}

/** A gzipped tar. `time` is in seconds since 1970. */
export async function tarGz(files: readonly ArchiveFile[], time: number): Promise<Buffer> {
  const tar = pack();
  const mtime = new Date(time * 1000);
  for (const file of sorted(files)) {
    const { path: name, content } = file;
    tar.entry({ name, mode: modeOf(file), mtime, uid: 0, gid: 0 }, Buffer.from(content));
  }
  tar.finalize();
  return gzip(await buffer(tar));
}

/** A zip of the files. */
export function zip(files: readonly ArchiveFile[], time: number): Buffer {
  const parts: Uint8Array[] = [];
  const archive = new Zip((error, part) => {
    if (error) throw error;
    parts.push(part);
  });
  for (const file of sorted(files)) {
    const entry = new DeflatedFile(file.path);
    entry.mtime = wallClock(time);
    entry.os = 3;
    // The upper half holds Unix modes, which Windows ignores.
    entry.attrs = (0o100000 | modeOf(file)) * 2 ** 16;
    archive.add(entry);
    entry.push(file.content, true);
  }
  archive.end();
  return Buffer.concat(parts);
}

class DeflatedFile extends ZipPassThrough {
  override compression = 8;

  protected override process(content: Uint8Array, final: boolean): void {
    this.ondata(null, new Uint8Array(deflate(content)), final);
  }
}

/**
 * The local time that equals the UTC time `time`. A zip stores local times, so this makes it independent of the machine's time
 * zone.
 */
function wallClock(time: number): Date {
  const utc = new Date(time * 1000);
  const day = [utc.getUTCFullYear(), utc.getUTCMonth(), utc.getUTCDate()] as const;
  return new Date(...day, utc.getUTCHours(), utc.getUTCMinutes(), utc.getUTCSeconds());
}

function sorted(files: readonly ArchiveFile[]): ArchiveFile[] {
  return files.toSorted((one, other) => (one.path < other.path ? -1 : 1));
}

function modeOf({ executable = false }: ArchiveFile): number {
  return executable ? 0o755 : 0o644;
}
