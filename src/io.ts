/** Everything outside the program that it is started with: three streams, the environment, a signal. */
import { fstatSync, readSync, writeSync } from 'node:fs';
import type { CommandContext } from './domain/text/format-command.ts';
import { type Printable, withoutWorkflowCommands } from './domain/text/printable.ts';
import { shellOf } from './domain/text/shell.ts';
import { Interrupted, UserError } from './errors.ts';

/** Where the program reads from. */
export interface Input {
  readonly isTTY: boolean;
  /** Everything until the end of input, which a person on a terminal is asked for as `what`; throws UserError above `limit` bytes. */
  readAll(limit: number, what: string): Uint8Array;
  /** The Node stream, for prompts. Costs start-up time: ask for it only on a terminal. */
  stream(): NodeJS.ReadStream;
}

/** Where the program writes to. */
export interface Output {
  readonly isTTY: boolean;
  /** Width of the terminal in characters, undefined where there is none. */
  columns(): number | undefined;
  write(text: Printable): void;
  /** For what a program reads next, a manifest or an annotation: it stays as it is, byte for byte. */
  writeManifest(text: string): void;
  /** The Node stream, for the printable texts of prompts. Costs start-up time: ask for it only on a terminal. */
  stream(): NodeJS.WriteStream;
}

/** What a person hears beside results and errors. */
export interface Speech {
  /** Nothing (`-q`). */
  readonly quiet: boolean;
  /** One line for each request (`-v=6`). */
  readonly requests: boolean;
  /** With what the API server has warned, each of which is said once. */
  readonly warnings: Set<string>;
}

export interface Io {
  readonly stdin: Input;
  readonly stdout: Output;
  readonly stderr: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  /**
   * Aborted by Ctrl-C and SIGTERM. Until it is asked for, they end the process at once, as nothing can be half done: a
   * handler would not run while a read waits for a pipe or a terminal. So ask for it after input has been read.
   */
  readonly signal: AbortSignal;
  /**
   * What Ctrl-Z asks for: stops the process until the shell lets it go on, and where there is no shell goes on at once.
   * Undefined on Windows.
   */
  readonly suspend: (() => Promise<void>) | undefined;
  /** Where commands are pasted that the program proposes, and which flags it was given itself. */
  readonly commands: CommandContext;
  readonly speech: Speech;
  /** What runs the program: `node 24.21.0` or `bun 1.3.0`, and where, as Node names it: `linux/x64`. */
  readonly machine: { readonly runtime: string; readonly platform: string };
}

/** Thrown when the reader of our output has gone (`| head -1`): the program ends quietly. */
export class OutputClosed extends Error {}

/** The Io of this process. Streams are opened through their file descriptors: `process.stdout` alone costs 8 ms in Bun. */
export function processIo(): Io {
  const interrupts = interruptHandler();
  return {
    stdin: {
      get isTTY() {
        return isTerminal(0);
      },
      readAll: (limit, what) => {
        if (isTerminal(0)) writeAll(2, Buffer.from(`reading ${what} from the terminal; end with ${END_OF_INPUT}\n`));
        return interrupts.without(() => readAll(limit));
      },
      stream: () => process.stdin,
    },
    stdout: output(1, () => process.stdout),
    stderr: output(2, () => process.stderr),
    env: process.env,
    get signal() {
      return interrupts.signal();
    },
    suspend: process.platform === 'win32' ? undefined : suspend,
    commands: { shell: shellOf(process.env, process.platform), given: {} },
    speech: { quiet: false, requests: false, warnings: new Set() },
    machine: {
      runtime: process.versions.bun === undefined ? `node ${process.versions.node}` : `bun ${process.versions.bun}`,
      platform: `${process.platform}/${process.arch}`,
    },
  };
}

async function suspend(): Promise<void> {
  process.kill(process.pid, 'SIGTSTP');
  // The signal may come a moment later, and what follows must not run before it.
  await new Promise((resolve) => setTimeout(resolve, 50));
}

/**
 * `output` as GitHub's runner may read it, where it is the one that has started us: what others wrote makes no command of a
 * workflow, such as `::add-mask::`. Each `write` is of whole lines.
 */
export function forRunner(output: Output, env: Io['env']): Output {
  if (!env.GITHUB_ACTIONS) return output;
  return {
    get isTTY() {
      return output.isTTY;
    },
    columns: () => output.columns(),
    write: (text) => output.write(withoutWorkflowCommands(text)),
    writeManifest: (text) => output.writeManifest(text),
    stream: () => output.stream(),
  };
}

const END_OF_INPUT = process.platform === 'win32' ? 'Ctrl-Z and Enter' : 'Ctrl-D';

interface InterruptHandler {
  signal(): AbortSignal;
  /** Runs `read` while signals have their default effect. */
  without<T>(read: () => T): T;
}

function interruptHandler(): InterruptHandler {
  const controller = new AbortController();
  const abort = (name: NodeJS.Signals): void => controller.abort(new Interrupted(name));
  const signals = ['SIGINT', 'SIGTERM'] as const;
  let attached = false;
  const attach = (): void => {
    // A second Ctrl-C ends the process.
    if (!attached) for (const name of signals) process.once(name, abort);
    attached = true;
  };
  const detach = (): void => {
    for (const name of signals) process.removeListener(name, abort);
    attached = false;
  };
  return {
    signal: () => {
      attach();
      return controller.signal;
    },
    without: (read) => {
      if (!attached) return read();
      detach();
      try {
        return read();
      } finally {
        attach();
      }
    },
  };
}

function output(fd: number, stream: () => NodeJS.WriteStream): Output {
  return {
    get isTTY() {
      return isTerminal(fd);
    },
    columns: () => (isTerminal(fd) ? stream().columns : undefined),
    write: (text) => writeAll(fd, Buffer.from(text, 'utf8')),
    writeManifest: (text) => writeAll(fd, Buffer.from(text, 'utf8')),
    stream,
  };
}

/** Only what may be a terminal is worth loading node:tty for: 2 ms and 3 MB in Bun. */
function isTerminal(fd: number): boolean {
  try {
    return fstatSync(fd).isCharacterDevice() && process.getBuiltinModule('node:tty').isatty(fd);
  } catch {
    // Closed.
    return false;
  }
}

/** A pipe may be in non-blocking mode and full: wait for its reader instead of losing output. */
function writeAll(fd: number, bytes: Uint8Array): void {
  let offset = 0;
  while (offset < bytes.length) {
    try {
      offset += writeSync(fd, bytes, offset);
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      if (code === 'EPIPE') throw new OutputClosed();
      if (code !== 'EAGAIN') throw new UserError(`cannot write to ${fd === 1 ? 'stdout' : 'stderr'}: ${code}`);
      pause(1);
    }
  }
}

function readAll(limit: number): Uint8Array {
  const chunks: Uint8Array[] = [];
  let size = 0;
  if (fstatSync(0).isDirectory()) throw new UserError('stdin is a directory');
  for (;;) {
    const chunk = Buffer.allocUnsafe(64 * 1024);
    const read = readChunk(chunk);
    if (read === 0) return Buffer.concat(chunks, size);
    size += read;
    if (size > limit) throw new UserError(`stdin holds more than ${limit} bytes`);
    chunks.push(chunk.subarray(0, read));
  }
}

function readChunk(chunk: Uint8Array): number {
  for (;;) {
    try {
      return readSync(0, chunk);
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      // Windows reports the end of a pipe as an error.
      if (code === 'EOF') return 0;
      if (code !== 'EAGAIN') throw new UserError(`cannot read stdin: ${code}`);
      pause(5);
    }
  }
}

function pause(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
