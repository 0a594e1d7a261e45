/** Starting the supervisor of a cluster, and asking it for what is needed. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { canUnshare } from './availability.ts';
import { waitFor } from './condition.ts';
import type { ClusterInfo } from './control-plane.ts';
import { type Answers, ask, type Greeting, type Request } from './line-protocol.ts';
import type { NodeInfo, NodeSettings } from './node.ts';
import type { RegistriesInfo } from './registries.ts';
import { report } from './report.ts';
import { sweepRunFolder, sweepRunFolders } from './run-folder.ts';

export interface Supervisor {
  /** The folder of this run, which is gone after `close`. */
  folder: string;
  /** The process whose end ends everything; its stdin is what it lives by. */
  process: ChildProcess;
  /** Starts the control plane, the first time it is asked. */
  cluster(): Promise<ClusterInfo>;
  /** Starts the registries, the first time it is asked. */
  registries(): Promise<RegistriesInfo>;
  /** Starts the usual node or one with these settings, and what it needs of the rest, the first time it is asked. */
  node(settings?: NodeSettings): Promise<NodeInfo>;
  /** Stops everything and waits until nothing is left. */
  close(): Promise<void>;
}

/**
 * Starts a supervisor, which says on stderr what it is doing. All that it starts ends when `close` is called or when
 * this process ends, however it ends.
 */
export async function startSupervisor(): Promise<Supervisor> {
  await sweepRunFolders();
  const [command = '', ...args] = supervisorCommand();
  // A session of its own: Ctrl-C reaches this process alone, which then closes the supervisor's stdin in its own time.
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'], detached: true });
  child.stdin.on('error', () => {});
  const { folder, socket } = await greeting(child);
  let closing = false;
  const gone = once(child, 'exit').then(async ([code, signal]) => {
    if (!closing) report(`the supervisor has ended (${signal ?? code}), and the cluster with it`);
    // It was killed hard, or else there is nothing to do.
    await waitFor(() => sweepRunFolder(folder), { what: `${folder} to be cleared away` });
  });
  return {
    folder,
    process: child,
    cluster: () => askOnce(socket, { start: 'cluster' }),
    registries: () => askOnce(socket, { start: 'registries' }),
    node: (settings) => askOnce(socket, { start: 'node', settings }),
    close: async () => {
      closing = true;
      child.stdin.end();
      await gone;
    },
  };
}

async function askOnce<Start extends Request['start']>(
  socket: string,
  request: Extract<Request, { start: Start }>,
): Promise<Answers[Start]> {
  const { answer, close } = await ask(socket, request);
  close();
  return answer;
}

function supervisorCommand(): string[] {
  const program = [process.execPath, join(import.meta.dirname, 'supervisor-process.ts')];
  const unshare = ['unshare', '--fork', '--pid', '--mount-proc', '--kill-child'];
  return canUnshare() ? [...unshare, ...program] : program;
}

async function greeting(child: ChildProcess): Promise<Greeting> {
  if (!child.stdout) throw new Error('the supervisor has no stdout');
  const lines = createInterface(child.stdout);
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`the supervisor of the cluster ended with code ${code} before it was ready`);
  });
  const [line] = await Promise.race([once(lines, 'line'), ended]);
  return JSON.parse(line as string) as Greeting;
}
