/**
 * The program that owns every process and mount of a run. It ends them when it gets a signal or its stdin closes, because its
 * starter stopped or was killed. As root on Linux it is process 1 of its own namespaces, so that even after its SIGKILL no
 * process and no mount remains.
 */
import { cpSync, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { killChildren } from './child.ts';
import { waitFor } from './condition.ts';
import { startControlPlane, startSmallControlPlane } from './control-plane.ts';
import { stopDaemons } from './daemon.ts';
import { type Answers, answerRequests, type Greeting, type Request } from './line-protocol.ts';
import { hideSystemFolders, mountMemory, unmount } from './mount.ts';
import { type NodeInfo, type NodeRegistries, type NodeSettings, type RunningNode, startNode } from './node.ts';
import { reservePorts } from './port-block.ts';
import { startRegistries } from './registries.ts';
import { type RegistryInfo, type RegistryOptions, startRegistry } from './registry.ts';
import { report } from './report.ts';
import { createRunFolder, removeRunFolder } from './run-folder.ts';

const hasNamespaces = process.pid === 1;
const folder = createRunFolder();
const state = join(folder, 'state');

let stopping = false;
process.stdin.once('close', stop).resume();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);

if (hasNamespaces) await mountMemory(state);
const ports = await reservePorts();
const cluster = once(() => startControlPlane(folder, ports, report));
const registries = once(() => startRegistries(folder, ports, report));
const system = once(() => hideSystemFolders(join(state, 'system')));
const nodes = new Map<string | undefined, Promise<RunningNode>>();

const socket = join(folder, 'supervisor.sock');
createServer((connection) => answerRequests(connection, answer)).listen(socket, () => {
  const greeting: Greeting = { folder, socket };
  process.stdout.write(`${JSON.stringify(greeting)}\n`);
});

function answer(request: Request, closed: Promise<void>): unknown {
  switch (request.start) {
    case 'cluster':
      return cluster();
    case 'small':
      return startSmall(request.registries);
    case 'registries':
      return registries();
    case 'node':
      return node(request.settings);
    case 'reboot':
      return reboot(request.label);
    case 'registry':
      return startRegistryUntil(closed, request.options);
  }
}

/** Starts a node with these settings at the first request. */
async function node(settings?: NodeSettings): Promise<NodeInfo> {
  const started = nodes.get(settings?.label) ?? startNodeHere(settings);
  nodes.set(settings?.label, started);
  return (await started).info;
}

async function reboot(label: string): Promise<NodeInfo> {
  const running = await nodes.get(label);
  if (running === undefined) throw new Error(`there is no node ${label}`);
  await running.reboot();
  return running.info;
}

async function startNodeHere(settings?: NodeSettings): Promise<RunningNode> {
  if (!hasNamespaces) throw new Error('a node needs namespaces of its own, so Linux and root');
  const started = registries();
  const control = await cluster();
  await system();
  return startNode({ cluster: control, registries: started, ports, report, settings });
}

async function startSmall(given: NodeRegistries | undefined): Promise<Answers['small']> {
  const control = await startSmallControlPlane(folder, ports, report);
  if (given === undefined) return { cluster: control };
  await system();
  const options = { cluster: control, registries: Promise.resolve(given), ports, report, settings: undefined };
  return { cluster: control, node: (await startNode(options)).info };
}

async function startRegistryUntil(closed: Promise<void>, options: RegistryOptions): Promise<RegistryInfo> {
  const registry = await startRegistry(folder, ports, options);
  closed.then(registry.stop);
  return registry;
}

/** Runs `start` at the first call, and returns the same promise to all callers. */
function once<T>(start: () => Promise<T>): () => Promise<T> {
  let started: Promise<T> | undefined;
  return () => {
    started ??= start();
    return started;
  };
}

async function stop(): Promise<void> {
  if (stopping) return;
  stopping = true;
  try {
    await Promise.all([killChildren(), stopDaemons()]);
    if (hasNamespaces) await leaveNamespaces();
    const logs = process.env.REGSECRET_LOGS; // a folder in which to keep the logs
    if (logs) cpSync(join(folder, 'logs'), logs, { recursive: true });
    await removeRunFolder(folder);
  } catch (error) {
    report(`could not clear away ${folder}: ${(error as Error).message}`);
  }
  process.exit();
}

/** Kills the processes that our children have started and left to us, such as containers, and unmounts the state folder. */
async function leaveNamespaces(): Promise<void> {
  const others = (): boolean => readdirSync('/proc').some((name) => /^\d+$/.test(name) && name !== '1' && lives(name));
  if (others()) process.kill(-1, 'SIGKILL'); // from process 1, that is every other process in our namespace
  await waitFor(() => !others(), { what: 'the last processes to end', everyMs: 5 });
  await unmount(state);
}

/**
 * Whether a process still runs. Orphans that have ended stay zombies because nothing waits for them here; they hold no resources.
 */
function lives(id: string): boolean {
  try {
    return !/^State:\tZ/m.test(readFileSync(`/proc/${id}/status`, 'utf8'));
  } catch {
    return false;
  }
}
