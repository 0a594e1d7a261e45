/** Reads files, pipes and devices up to a limit. */
import { closeSync, constants, existsSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { machineClock } from './clock.ts';
import { errnoOf } from './errno.ts';

export interface Limit {
  readonly bytes: number;
  /** The error for a file that holds more. */
  readonly error: (path: string) => Error;
}

/** Larger than any login file (60,000 logins), kubeconfig or list of authorities, and small enough not to hang the program. */
export const CONFIG_BYTES = 16 * 1024 * 1024;

const CHUNK = 64 * 1024;
/** The interval at which a pipe is checked for data. */
const PIPE_PERIOD_MS = 20;

/** The bytes of a file, a pipe or a device. Throws the system's error, and the error of `limit`. */
export function readFile(path: string, limit: Limit): Uint8Array {
  const file = openSync(path, 'r');
  try {
    return readToEnd(file, path, limit);
  } finally {
    closeSync(file);
  }
}

/**
 * As {@link readFile}, but waits for a pipe (`--kubeconfig <(…)`, a FIFO) without blocking the program, so that Ctrl-C can end
 * the wait. Then throws the signal's reason.
 */
export async function readFileOrPipe(path: string, limit: Limit, signal: AbortSignal): Promise<Uint8Array> {
  // Without the flag, opening a FIFO blocks until somebody writes. Windows has neither the flag nor such files.
  const file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    if (!fstatSync(file).isFIFO()) return readToEnd(file, path, limit);
    const collected = collect(path, limit);
    const chunk = Buffer.allocUnsafe(CHUNK);
    // A FIFO that nobody has opened for writing yet looks like one at its end; a pipe that was handed over has a writer.
    const isOpened = /^\/(dev\/stdin$|(dev|proc\/[^/]+)\/fd\/)/.test(path);
    for (;;) {
      const read = readAvailable(file, chunk);
      const isEnd = read === 0 && (isOpened || !collected.isEmpty());
      if (isEnd || (read !== undefined && read > 0 && collected.add(chunk, read))) return collected.bytes();
      if (!read) await machineClock.pause(PIPE_PERIOD_MS, signal);
    }
  } finally {
    closeSync(file);
  }
}

/** Undefined while no data has arrived. */
function readAvailable(file: number, chunk: Uint8Array): number | undefined {
  try {
    return readSync(file, chunk);
  } catch (error) {
    if (errnoOf(error) === 'EAGAIN') return undefined;
    throw error;
  }
}

function readToEnd(file: number, path: string, limit: Limit): Uint8Array {
  const collected = collect(path, limit);
  // Most files are short, so one read of this size holds the whole file.
  const chunk = Buffer.allocUnsafe(Math.min(Math.max(fstatSync(file).size + 1, CHUNK), limit.bytes + 1));
  while (!collected.add(chunk, readSync(file, chunk)));
  return collected.bytes();
}

function collect(path: string, limit: Limit) {
  const chunks: Uint8Array[] = [];
  let size = 0;
  return {
    isEmpty: () => size === 0,
    bytes(): Uint8Array {
      const all = new Uint8Array(size);
      let offset = 0;
      for (const chunk of chunks) {
        all.set(chunk, offset);
        offset += chunk.length;
      }
      return all;
    },
    /** Adds a chunk. True at the end of the file. */
    add(chunk: Uint8Array, read: number): boolean {
      size += read;
      if (size > limit.bytes) throw limit.error(path);
      // `Uint8Array.from` would copy byte by byte in Bun: 300 ms for 5 MB.
      chunks.push(new Uint8Array(chunk.subarray(0, read)));
      return read === 0;
    },
  };
}

/** Whether there is anything called `path`. */
export function isPath(path: string): boolean {
  return existsSync(path);
}

/** Whether there is a folder called `path`. */
export function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}
