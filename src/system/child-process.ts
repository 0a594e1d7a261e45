/** Runs another program with limits for its time and its output. No shell is used, except for the batch files of Windows. */
import type { ChildProcess } from 'node:child_process';
import { platform } from 'node:os';
import type { Readable } from 'node:stream';
import { UserError } from '../errors.ts';
import { batchStart, isBatchFile, REFUSED_BY_BATCH } from '../line/batch-file.ts';
import { prose } from '../line/hint.ts';
import type { Io } from './io.ts';

interface ProgramCall {
  readonly path: string;
  readonly args: readonly string[];
  /** The program's own name for itself (argv[0]); `path` when left out. */
  readonly name?: string;
  readonly env: Io['env'];
}

export interface ProgramRun extends ProgramCall {
  /** `inherit` passes on the stdin of this process. */
  readonly stdin: 'inherit' | 'ignore' | { readonly text: string };
  /** `inherit` passes on the stderr of this process. A function gets the text as it arrives, up to {@link STDERR_LIMIT} bytes. */
  readonly stderr: 'inherit' | ((text: string) => void);
  readonly stdoutLimit: number;
  /** Undefined for no limit. */
  readonly timeoutMs: number | undefined;
}

/** How a program ended. A program that takes too long, or prints too much, is killed. */
export type ProgramEnd =
  | { readonly how: 'exited'; readonly code: number }
  | { readonly how: 'killed'; readonly signal: string }
  | { readonly how: 'not started'; readonly error: NodeJS.ErrnoException }
  | { readonly how: 'too late' }
  | { readonly how: 'too much output' };

export interface ProgramResult {
  readonly end: ProgramEnd;
  readonly stdout: Uint8Array;
}

const STDERR_LIMIT = 64 * 1024;
/** Time to read output that has been written already. A process that the program has started may hold the pipe open for ever. */
const GRACE_MS = 200;

/**
 * Runs a program and returns when it has ended. Throws the reason of `signal` when that is aborted, and UserError when an
 * argument cannot be passed on whole. In every case, the program no longer runs afterwards, and processes that it has started
 * cannot block this one. For a batch file, the program is cmd.exe, and what the file has started may go on for a while.
 */
export async function runProgram(run: ProgramRun, signal: AbortSignal): Promise<ProgramResult> {
  // Node takes 4 ms to load it, and most commands start no program.
  const { spawn } = await import('node:child_process');
  signal.throwIfAborted();
  const { stdin, stderr } = run;
  const { path, args, ...how } = startOf(run, platform());
  const child = spawn(path, args, {
    ...how,
    env: { ...run.env },
    stdio: [typeof stdin === 'object' ? 'pipe' : stdin, 'pipe', stderr === 'inherit' ? 'inherit' : 'pipe'],
    windowsHide: true,
  });
  // The program may end before it has read its input.
  child.stdin?.on('error', () => {});
  if (typeof stdin === 'object') child.stdin?.end(stdin.text);
  try {
    return await resultOf(child, run, signal);
  } finally {
    child.kill('SIGKILL');
    for (const stream of [child.stdin, child.stdout, child.stderr]) stream?.destroy();
  }
}

interface Start {
  readonly path: string;
  readonly args: readonly string[];
  readonly argv0: string | undefined;
  /** Whether `args` are already the single line that a program gets on Windows. */
  readonly windowsVerbatimArguments: boolean;
}

/**
 * How `run` is started on `system`. Node starts no batch file, because Windows would have cmd.exe parse the arguments
 * (CVE-2024-27980). Throws UserError.
 */
export function startOf({ path, args, name, env }: ProgramCall, system: NodeJS.Platform): Start {
  if (system !== 'win32' || !isBatchFile(path)) return { path, args, argv0: name, windowsVerbatimArguments: false };
  const start = batchStart(path, args, env.SystemRoot || 'C:\\Windows');
  if (start === undefined) {
    throw new UserError(
      `cannot start ${path}: an argument of a batch file must not hold ${REFUSED_BY_BATCH}`,
      prose`use the program that the batch file starts`,
    );
  }
  return { path: start.path, args: start.line, argv0: 'cmd.exe', windowsVerbatimArguments: true };
}

function resultOf(child: ChildProcess, run: ProgramRun, signal: AbortSignal): Promise<ProgramResult> {
  const { stderr, stdoutLimit, timeoutMs } = run;
  const stdout: Uint8Array[] = [];
  const { promise, resolve, reject } = Promise.withResolvers<ProgramEnd>();
  const onAbort = (): void => reject(signal.reason);
  const exited = (code: number | null, by: string | null): void =>
    resolve(code === null ? { how: 'killed', signal: `${by}` } : { how: 'exited', code });
  const keep = (chunk: Uint8Array): unknown => stdout.push(chunk);
  take(child.stdout, stdoutLimit, keep, () => resolve({ how: 'too much output' }));
  if (stderr !== 'inherit') {
    const decoder = new TextDecoder();
    take(child.stderr, STDERR_LIMIT, (chunk) => stderr(decoder.decode(chunk, { stream: true })));
  }
  child.once('error', (error) => resolve({ how: 'not started', error }));
  child.once('close', exited);
  // `setImmediate` lets output that is there be read first, however late the timer fires.
  child.once('exit', (code, by) => setTimeout(() => setImmediate(exited, code, by), GRACE_MS).unref());
  signal.addEventListener('abort', onAbort, { once: true });
  const timer = timeoutMs === undefined ? undefined : setTimeout(resolve, timeoutMs, { how: 'too late' });
  return promise
    .finally(() => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    })
    .then((end) => ({ end, stdout: Buffer.concat(stdout) }));
}

/** Passes on the first `limit` bytes. The rest is read as well, so that the program goes on. */
function take(
  stream: Readable | null,
  limit: number,
  use: (chunk: Uint8Array) => unknown,
  onExcess = (): void => {},
): void {
  let room = limit;
  stream?.on('data', (chunk: Uint8Array) => {
    if (room > 0) use(chunk.subarray(0, room));
    room -= chunk.length;
    if (room < 0) onExcess();
  });
}
