/** A process that starts a cluster as vitest and the demo do, and that tests may kill instead of those. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { run } from './child.ts';

export interface Starter {
  process: ChildProcess;
  folder: string;
  kubeconfig: string;
  kubectl: string;
  /** The public image; only with a node. */
  publicImage: string;
  /** The process ids of the supervisor and of the `unshare` around it. */
  supervisors: number[];
}

/** Starts a cluster in a separate process that leads a process group, as if started by a shell. */
export async function startStarter(need: 'cluster' | 'node'): Promise<Starter> {
  const supervisor = JSON.stringify(join(import.meta.dirname, 'supervisor.ts'));
  const program = `
    import { startSupervisor } from ${supervisor};
    const supervisor = await startSupervisor();
    const { folder } = supervisor;
    const { kubeconfig, bin } = await supervisor.cluster();
    ${need === 'node' ? 'await supervisor.node();' : ''}
    const publicImage = ${need === 'node' ? '(await supervisor.registries()).publicImage' : "''"};
    const started = { folder, kubeconfig, kubectl: bin.kubectl, publicImage, pid: supervisor.process.pid };
    console.log(JSON.stringify(started));
    process.once('SIGINT', () => supervisor.close());`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(createInterface(child.stdout), 'line');
  const { pid, ...started } = JSON.parse(line as string) as Omit<Starter, 'process' | 'supervisors'> & { pid: number };
  return { process: child, ...started, supervisors: [pid, ...(await childrenOf(pid))] };
}

/** The supervisor itself, where process `pid` is the `unshare` around it. */
async function childrenOf(pid: number): Promise<number[]> {
  const list = await run('ps', ['-A', '-ww', '-o', 'pid=', '-o', 'ppid=', '-o', 'args=']);
  const lines = list.stdout.split('\n').map((line) => line.trim().split(/\s+/));
  const children = lines.filter(([, parent, ...args]) => Number(parent) === pid && isSupervisor(args));
  return children.map(([id]) => Number(id));
}

function isSupervisor(args: readonly string[]): boolean {
  return args.some((argument) => argument.endsWith('supervisor-process.ts'));
}
