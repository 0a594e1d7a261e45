/** Archives that are equal whenever and wherever they are made of the same files. */
import { buffer } from 'node:stream/consumers';
import { gzipSync, constants as zlib } from 'node:zlib';
import { type ZippableFile, zipSync } from 'fflate';
import { pack } from 'tar-stream';

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

/** Compressed as well as can be, or to a level, of which 0 is the fastest. */
export function gzip(content: Buffer, level: number = zlib.Z_BEST_COMPRESSION): Buffer {
  const packed = gzipSync(content, { level });
  // The operating system that made it, which is nobody's business: 255 is "unknown" (RFC 1952).
  packed[9] = 255;
  return packed;
}

/** The same as a zip. */
export function zip(files: readonly ArchiveFile[], time: number): Buffer {
  const entries = sorted(files).map((file): [string, ZippableFile] => {
    // Unix modes, in the upper half; Windows reads none.
    const attrs = (0o100000 | modeOf(file)) * 2 ** 16;
    return [file.path, [file.content, { mtime: wallClock(time), os: 3, attrs }]];
  });
  return Buffer.from(zipSync(Object.fromEntries(entries), { level: 9 }));
}

/** A zip has local times. Here they are those of UTC, whatever time zone the machine is in. */
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
