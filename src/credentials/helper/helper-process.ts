/** One run of a credential helper, which is a program that other people have written and that may wait for a person. */
import { runProgram } from '../../child-process.ts';
import { command } from '../../domain/text/command.ts';
import { errnoOf } from '../../errno.ts';
import { UserError } from '../../errors.ts';
import type { Io } from '../../io.ts';

export interface HelperRun {
  readonly stdout: Uint8Array;
  /** What the helper said beside its answer; nothing where the person has seen it on the terminal. */
  readonly stderr: string;
  /** How it ended, in Go's words, undefined when well (os `ProcessState.String`). */
  readonly failure: string | undefined;
}

/** More than any answer: a list of 40,000 servers. */
const STDOUT_LIMIT = 4 * 1024 * 1024;

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
  let stderr = '';
  const run = {
    path,
    args: [action],
    name,
    env: io.env,
    stdin: { text: input },
    // A helper that speaks to the person (`touch your key`) does it there.
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
