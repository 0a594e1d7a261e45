/** One run of a credential helper, which is a third-party program and may wait for the user. */
import { runProgram } from '../../child-process.ts';
import { command } from '../../domain/text/command.ts';
import { errnoOf } from '../../errno.ts';
import { UserError } from '../../errors.ts';
import type { Io } from '../../io.ts';

export interface HelperRun {
  readonly stdout: Uint8Array;
  /** The helper's messages; empty when the user has seen them on the terminal. */
  readonly stderr: string;
  /** How the helper ended, in Go's words; undefined when it succeeded (os `ProcessState.String`). */
  readonly failure: string | undefined;
}

/** Larger than any answer: enough for a list of 40,000 servers. */
const STDOUT_LIMIT = 4 * 1024 * 1024;

/**
 * The time limit in milliseconds. A helper may wait for the user: pass for the passphrase of a key, a keychain for a click. On a
 * terminal, the user can see what it waits for, and press Ctrl-C. Elsewhere only a window could ask, and a pipeline should not
 * hang.
 */
export function helperTimeout(io: Io): number {
  return io.stdin.isTTY || io.stderr.isTTY ? 300_000 : 60_000;
}

/**
 * Runs the program at `path`, with `name` as its argv[0], one argument and `input` on stdin. Throws UserError when it does not
 * end within `timeout` milliseconds or prints too much, and the reason of the signal when that is aborted. The helper is killed
 * in each case.
 */
export async function runHelper(
  { path, name }: { readonly path: string; readonly name: string },
  { action, input, timeout }: { readonly action: string; readonly input: string; readonly timeout: number },
  io: Io,
): Promise<HelperRun> {
  io.listen();
  let stderr = '';
  const run = {
    path,
    args: [action],
    name,
    env: io.env,
    stdin: { text: input },
    // A helper that tells the user something (`touch your key`) does so on the terminal.
    stderr: io.stderr.isTTY
      ? ('inherit' as const)
      : (text: string) => {
          stderr += text;
        },
    stdoutLimit: STDOUT_LIMIT,
    timeoutMs: timeout,
  };
  const { end, stdout } = await runProgram(run, io.signal);
  const broken = (reason: string): UserError => new UserError(`${name} ${action}: ${reason}`, command`${name} list`);
  switch (end.how) {
    case 'exited':
      return { stdout, stderr, failure: end.code === 0 ? undefined : `exit status ${end.code}` };
    case 'killed':
      return { stdout, stderr, failure: `signal: ${end.signal}` };
    case 'not started':
      return { stdout, stderr, failure: `fork/exec ${path}: ${errnoOf(end.error) ?? end.error.name}` };
    case 'too late':
      throw broken(`no answer in ${timeout / 1000} s`);
    case 'too much output':
      throw broken(`more than ${STDOUT_LIMIT} bytes of output`);
  }
}
