/** One run of a credential helper: a child without a shell, whose time and output are limited. */
import type { ChildProcess, SpawnOptions } from 'node:child_process';
import { UserError } from '../errors.ts';
import type { Io } from '../io.ts';

export interface HelperRun {
  readonly stdout: Uint8Array;
  /** What the helper said beside its answer; nothing where the person has seen it on the terminal. */
  readonly stderr: Uint8Array;
  /** How it ended, in Go's words, undefined when well (os `ProcessState.String`). */
  readonly failure: string | undefined;
}

/** More than any answer: a list of 40,000 servers. */
const STDOUT_LIMIT = 4 * 1024 * 1024;
const STDERR_LIMIT = 64 * 1024;

/**
 * A helper may wait for a person: pass for the passphrase of a key, a keychain for a click. On a terminal that person can
 * see what is waited for, and press Ctrl-C; elsewhere only a window could ask, and a pipeline should not hang.
 */
export function helperTimeout(io: Io): number {
  return io.stdin.isTTY || io.stderr.isTTY ? 300_000 : 60_000;
}

/**
 * Runs the program at `path`, which calls itself `name`, with one argument and `input` on stdin. Throws UserError when it
 * has not ended in `timeout` milliseconds or prints too much, and the reason of `io.signal` when that is aborted; the
 * helper is killed in each case.
 */
export async function runHelper(
  { path, name }: { readonly path: string; readonly name: string },
  { action, input, timeout }: { readonly action: string; readonly input: string; readonly timeout: number },
  io: Io,
): Promise<HelperRun> {
  // Node takes 4 ms to load it, and most logins need no helper.
  const { spawn } = await import('node:child_process');
  io.signal.throwIfAborted();
  const options: SpawnOptions = {
    argv0: name,
    env: { ...io.env },
    // A helper that speaks to the person (`touch your key`) does it there.
    stdio: ['pipe', 'pipe', io.stderr.isTTY ? 'inherit' : 'pipe'],
    windowsHide: true,
  };
  return new Promise((resolve, reject) => {
    const child = spawn(path, [action], options);
    const stop = (reason: unknown): void => {
      child.kill('SIGKILL');
      // What the helper has started may hold the pipe open.
      child.stdout?.destroy();
      child.stderr?.destroy();
      settle(() => reject(reason));
    };
    const onAbort = (): void => stop(io.signal.reason);
    const stopFor = (reason: string): void => stop(new UserError(`${name} ${action}: ${reason}`, `${name} list`));
    const timer = setTimeout(() => stopFor(`no answer in ${timeout / 1000} s`), timeout);
    const settle = (end: () => void): void => {
      clearTimeout(timer);
      io.signal.removeEventListener('abort', onAbort);
      end();
    };
    io.signal.addEventListener('abort', onAbort);
    const stdout = collect(child.stdout, STDOUT_LIMIT, () => stopFor(`more than ${STDOUT_LIMIT} bytes of output`));
    const stderr = collect(child.stderr, STDERR_LIMIT, () => {});
    child.on('error', (error: NodeJS.ErrnoException) => {
      const failure = `fork/exec ${path}: ${error.code ?? error.name}`;
      settle(() => resolve({ stdout: stdout(), stderr: stderr(), failure }));
    });
    child.on('close', (code, signal) => {
      const failure = signal === null ? (code === 0 ? undefined : `exit status ${code}`) : `signal: ${signal}`;
      settle(() => resolve({ stdout: stdout(), stderr: stderr(), failure }));
    });
    // A helper may end without having read the server.
    child.stdin?.on('error', () => {});
    child.stdin?.end(input);
  });
}

/** Keeps the first `limit` bytes of a stream; the returned function gives them. */
function collect(stream: ChildProcess['stdout'], limit: number, onExcess: () => void): () => Uint8Array {
  const chunks: Uint8Array[] = [];
  let size = 0;
  stream?.on('data', (chunk: Uint8Array) => {
    const room = limit - size;
    chunks.push(chunk.subarray(0, room));
    size += Math.min(chunk.length, room);
    if (chunk.length > room) onExcess();
  });
  return () => Buffer.concat(chunks, size);
}
