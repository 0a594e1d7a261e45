/** Starts the supervisor of a cluster, and sends it requests. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { canUnshare } from './availability.ts';
import { waitFor } from './condition.ts';
import type { ClusterInfo } from './control-plane.ts';
import { type Answers, ask, type Greeting, type Request } from './line-protocol.ts';
import type { NodeInfo, NodeRegistries, NodeSettings } from './node.ts';
import type { RegistriesInfo } from './registries.ts';
import { report } from './report.ts';
import { sweepRunFolder, sweepRunFolders } from './run-folder.ts';

export interface Supervisor {
  /** The folder of this run, which `close` removes. */
  folder: string;
  /** The supervisor process. When it ends, everything ends; it ends when its stdin closes. */
  process: ChildProcess;
  /** Starts the control plane at the first call. */
  cluster(): Promise<ClusterInfo>;
  /** Starts a control plane without controllers, and with registries also a node. */
  small(registries?: NodeRegistries): Promise<Answers['small']>;
  /** Starts the registries at the first call. */
  registries(): Promise<RegistriesInfo>;
  /** Starts the usual node, or one with these settings, and everything it needs, at the first call. */
  node(settings?: NodeSettings): Promise<NodeInfo>;
  /** Stops everything and waits until nothing is left. */
  close(): Promise<void>;
}

/**
 * Starts a supervisor, which reports its progress on stderr. Everything that it starts ends when `close` is called or when this
 * process ends, however it ends.
 */
export async function startSupervisor(): Promise<Supervisor> {
  await sweepRunFolders();
  const [command = '', ...args] = supervisorCommand();
  // The supervisor gets its own session, so that Ctrl-C reaches only this process, which closes the supervisor's stdin when it is
  // ready to.
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'], detached: true });
  child.stdin.on('error', () => {});
  const { folder, socket } = await greeting(child);
  let closing = false;
  const gone = once(child, 'exit').then(async ([code, signal]) => {
    if (!closing) report(`the supervisor has ended (${signal ?? code}), and the cluster with it`);
    // If the supervisor was killed, this clears away the rest; otherwise nothing is left.
    await waitFor(() => sweepRunFolder(folder), { what: `${folder} to be cleared away` });
  });
  return {
    folder,
    process: child,
    cluster: () => askOnce(socket, { start: 'cluster' }),
    small: (registries) => askOnce(socket, { start: 'small', registries }),
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
