/** Files that a kubeconfig consists of or names, read with a limit. */

import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { pause } from '../../concurrency.ts';
import { command, pathWord } from '../../domain/text/command.ts';
import { UserError } from '../../errors.ts';

/** Larger than any kubeconfig, smaller than what would hang the program: that of login files, too. */
const MAX_SIZE = 16 * 1024 * 1024;
const CHUNK = 64 * 1024;
/** How often a pipe is asked whether something has arrived. */
const PIPE_PERIOD_MS = 20;

/** The bytes of `path`; throws what node:fs throws, and UserError when there are too many. */
export function readConfigFile(path: string): Uint8Array {
  const file = openSync(path, 'r');
  try {
    return readToEnd(file, path);
  } finally {
    closeSync(file);
  }
}

function readToEnd(file: number, path: string): Uint8Array {
  const collected = collect(path);
  // Most files are short: the size says how much one read has to hold.
  const chunk = Buffer.allocUnsafe(Math.min(Math.max(fstatSync(file).size + 1, CHUNK), MAX_SIZE + 1));
  while (!collected.add(chunk, readSync(file, chunk)));
  return collected.bytes();
}

/**
 * As {@link readConfigFile}, and a pipe (`--kubeconfig <(…)`, a FIFO) is waited for without blocking the program, so that
 * Ctrl-C ends it: throws the signal's reason then.
 */
export async function readConfigFileOrPipe(path: string, signal: AbortSignal): Promise<Uint8Array> {
  // Opening a FIFO blocks until somebody writes. Windows has neither the flag nor such files.
  const file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    if (!fstatSync(file).isFIFO()) return readToEnd(file, path);
    const collected = collect(path);
    const chunk = Buffer.allocUnsafe(CHUNK);
    // A FIFO that nobody has opened for writing yet looks like one at its end; a pipe that was handed over has a writer.
    const isOpened = /^\/(dev\/stdin$|(dev|proc\/[^/]+)\/fd\/)/.test(path);
    for (;;) {
      const read = readAvailable(file, chunk);
      const isEnd = read === 0 && (isOpened || !collected.isEmpty());
      if (isEnd || (read !== undefined && read > 0 && collected.add(chunk, read))) return collected.bytes();
      if (!read) await pause(PIPE_PERIOD_MS, signal);
    }
  } finally {
    closeSync(file);
  }
}

/** Undefined while there is nothing. */
function readAvailable(file: number, chunk: Uint8Array): number | undefined {
  try {
    return readSync(file, chunk);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return undefined;
    throw error;
  }
}

function collect(path: string) {
  const chunks: Uint8Array[] = [];
  let size = 0;
  return {
    isEmpty: () => size === 0,
    bytes: () => Buffer.concat(chunks, size),
    /** Whether nothing follows. */
    add(chunk: Uint8Array, read: number): boolean {
      size += read;
      if (size > MAX_SIZE)
        throw new UserError(`${path} holds more than 16 MiB: it is too large`, command`ls -l ${pathWord(path)}`);
      chunks.push(Uint8Array.from(chunk.subarray(0, read)));
      return read === 0;
    },
  };
}
