/** Child processes that cannot be forgotten: each leads a process group, and all groups are killed together. */
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { waitFor } from './condition.ts';

export interface Result {
  code: number;
  stdout: string;
  stderr: string;
}

/** Starts a program in its own process group, so that Ctrl-C in a terminal reaches this process and not the program. */
export function startChild(command: string, args: readonly string[], options: SpawnOptions): ChildProcess {
  if (ended) throw new Error(`not starting ${command}: everything is being stopped`);
  const child = spawn(command, args, { ...options, detached: true });
  running.add(child);
  child.once('exit', () => running.delete(child));
  child.once('error', () => running.delete(child));
  return child;
}

/** Runs a program to its end. */
export async function run(
  command: string,
  args: readonly string[],
  options: { env?: NodeJS.ProcessEnv; cwd?: string; stdin?: string | Uint8Array } = {},
): Promise<Result> {
  const { stdin, ...rest } = options;
  const child = spawn(command, args, { ...rest, stdio: ['pipe', 'pipe', 'pipe'] });
  const closed = new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? -1));
  });
  child.stdin.on('error', () => {}); // a program need not read its input to the end
  child.stdin.end(stdin);
  const [code, stdout, stderr] = await Promise.all([closed, text(child.stdout), text(child.stderr)]);
  return { code, stdout, stderr };
}

/** Kills a child with its whole group, and waits until it is gone. */
export async function killChild(child: ChildProcess): Promise<void> {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    return; // the group is gone already
  }
  await waitFor(() => child.exitCode !== null || child.signalCode !== null, {
    what: `process ${child.pid} to end`,
    everyMs: 5,
  });
}

/** Kills everything that was started here, and prevents new starts. */
export async function killChildren(): Promise<void> {
  ended = true;
  await Promise.all([...running].map(killChild));
}

let ended = false;
const running = new Set<ChildProcess>();
