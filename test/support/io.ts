/** An Io without a process: the program sees what the test provides, and its output is kept. */
import { PassThrough } from 'node:stream';
import { Interrupted, UserError } from '../../src/errors.ts';
import { machineClock } from '../../src/system/clock.ts';
import type { Input, Io, Output } from '../../src/system/io.ts';

export interface FakeIoOptions {
  readonly env?: Io['env'];
  readonly stdin?: string | Uint8Array;
  /** Whether all three streams are a terminal. */
  readonly tty?: boolean;
}

export interface FakeIo extends Io {
  /** Everything written so far. */
  readonly written: { readonly stdout: string; readonly stderr: string };
  /** Simulates Ctrl-C. */
  interrupt(): void;
}

export function fakeIo({ env = {}, stdin = '', tty = false }: FakeIoOptions = {}): FakeIo {
  const abort = new AbortController();
  const stdout = fakeOutput(tty);
  const stderr = fakeOutput(tty);
  return {
    stdin: fakeInput(Buffer.from(stdin), tty),
    stdout: stdout.output,
    stderr: stderr.output,
    env,
    signal: abort.signal,
    listen: () => undefined,
    clock: machineClock,
    suspend: undefined,
    commands: { shell: 'posix', given: {} },
    speech: { quiet: false, requests: false, warnings: new Set() },
    machine: { runtime: 'node 24.0.0', platform: 'linux/x64' },
    written: {
      get stdout() {
        return stdout.text();
      },
      get stderr() {
        return stderr.text();
      },
    },
    interrupt: () => abort.abort(new Interrupted()),
  };
}

function fakeInput(bytes: Buffer, isTTY: boolean): Input {
  const stream = new PassThrough();
  return {
    isTTY,
    readAll: (limit) => {
      if (bytes.length > limit) throw new UserError(`stdin holds more than ${limit} bytes`);
      return bytes;
    },
    // A prompt reads key by key: write to this stream what the person types.
    stream: () => Object.assign(stream, { isTTY, setRawMode: () => stream }) as unknown as NodeJS.ReadStream,
  };
}

function fakeOutput(isTTY: boolean): { readonly output: Output; readonly text: () => string } {
  const parts: string[] = [];
  const stream = new PassThrough();
  stream.on('data', (chunk: Buffer) => parts.push(chunk.toString()));
  return {
    output: {
      isTTY,
      columns: () => (isTTY ? 80 : undefined),
      write: (text) => {
        parts.push(text);
      },
      writeManifest: (text) => {
        parts.push(text);
      },
      stream: () => Object.assign(stream, { isTTY, columns: 80 }) as unknown as NodeJS.WriteStream,
    },
    text: () => parts.join(''),
  };
}
