/** Everything outside the program that it uses: three streams, the environment, a clock, a signal. */
import { fstatSync, readSync, writeSync } from 'node:fs';
import { Interrupted, UserError } from '../errors.ts';
import type { CommandContext } from '../line/format-command.ts';
import { shellOf } from '../line/shell.ts';
import { type Printable, withoutWorkflowCommands } from '../text/printable.ts';
import { type Clock, machineClock } from './clock.ts';

/** Where the program reads from. */
export interface Input {
  readonly isTTY: boolean;
  /**
   * Reads everything up to the end of input. On a terminal, the user is asked for it as `what`. Throws UserError above `limit`
   * bytes.
   */
  readAll(limit: number, what: string): Uint8Array;
  /** The Node stream, for prompts. It costs start-up time, so it is used only on a terminal. */
  stream(): NodeJS.ReadStream;
}

/** Where the program writes to. */
export interface Output {
  readonly isTTY: boolean;
  /** The width of the terminal in characters; undefined without a terminal. */
  columns(): number | undefined;
  write(text: Printable): void;
  /** Writes text for a program, such as a manifest or an annotation, byte for byte. */
  writeManifest(text: string): void;
  /** The Node stream, for the printable texts of prompts. It costs start-up time, so it is used only on a terminal. */
  stream(): NodeJS.WriteStream;
}

/** What the user is told in addition to results and errors. */
export interface Speech {
  /** Whether nothing is said (`-q`). */
  readonly quiet: boolean;
  /** Whether each request is reported in a line (`-v=6`). */
  readonly requests: boolean;
  /** The warnings of the API server so far, each of which is printed once. */
  readonly warnings: Set<string>;
}

export interface Io {
  readonly stdin: Input;
  readonly stdout: Output;
  readonly stderr: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborted by Ctrl-C and SIGTERM, once somebody listens. */
  readonly signal: AbortSignal;
  /**
   * From now on, Ctrl-C and SIGTERM abort {@link signal}. Until then, they end the process at once, because nothing can be half
   * done yet. A handler would not run while a read waits for a pipe or a terminal, so call this after the input.
   */
  listen(): void;
  readonly clock: Clock;
  /**
   * Carries out Ctrl-Z: stops the process until the shell lets it go on. Without a shell, it goes on at once. Undefined on
   * Windows.
   */
  readonly suspend: (() => Promise<void>) | undefined;
  /** The shell in which proposed commands are pasted, and the flags that the program was given itself. */
  readonly commands: CommandContext;
  readonly speech: Speech;
  /** The runtime, `node 24.21.0` or `bun 1.3.0`, and the platform as Node names it: `linux/x64`. */
  readonly machine: { readonly runtime: string; readonly platform: string };
}

/** Thrown when the reader of the output has gone (`| head -1`). The program then ends quietly. */
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
    signal: interrupts.signal,
    listen: interrupts.listen,
    clock: machineClock,
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
 * `output` for GitHub's runner, if that has started the program: text from elsewhere cannot become a workflow command, such as
 * `::add-mask::`. Each `write` has to be of whole lines.
 */
export function forRunner(output: Output, env: Io['env']): Output {
  if (!env.GITHUB_ACTIONS) return output;
  return { ...output, write: (text) => output.write(withoutWorkflowCommands(text)) };
}

const END_OF_INPUT = process.platform === 'win32' ? 'Ctrl-Z and Enter' : 'Ctrl-D';

interface InterruptHandler extends Pick<Io, 'signal' | 'listen'> {
  /** Runs `read` while signals have their default effect. */
  without<T>(read: () => T): T;
}

function interruptHandler(): InterruptHandler {
  const controller = new AbortController();
  const abort = (name: NodeJS.Signals): void => controller.abort(new Interrupted(name));
  const signals = ['SIGINT', 'SIGTERM'] as const;
  let attached = false;
  const listen = (): void => {
    // A second Ctrl-C ends the process.
    if (!attached) for (const name of signals) process.once(name, abort);
    attached = true;
  };
  const detach = (): void => {
    for (const name of signals) process.removeListener(name, abort);
    attached = false;
  };
  return {
    signal: controller.signal,
    listen,
    without: (read) => {
      if (!attached) return read();
      detach();
      try {
        return read();
      } finally {
        listen();
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

/** Loads node:tty only for what may be a terminal, because that costs 2 ms and 3 MB in Bun. */
function isTerminal(fd: number): boolean {
  try {
    return fstatSync(fd).isCharacterDevice() && process.getBuiltinModule('node:tty').isatty(fd);
  } catch {
    // The descriptor is closed.
    return false;
  }
}

/** Waits for the reader of a full pipe in non-blocking mode, instead of losing output. */
function writeAll(fd: number, bytes: Uint8Array): void {
  let offset = 0;
  while (offset < bytes.length) {
    try {
      offset += writeSync(fd, bytes, offset);
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      if (code === 'EPIPE') throw new OutputClosed();
      if (code !== 'EAGAIN') throw new UserError(`cannot write to ${fd === 1 ? 'stdout' : 'stderr'}: ${code}`);
      block(1);
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
      block(5);
    }
  }
}

/** Waits without letting anything else run. */
function block(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
