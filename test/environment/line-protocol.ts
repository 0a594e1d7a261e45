/** The supervisor's protocol: one JSON object per line, with a request `{start: …}` and its answer `{ok}` or `{error}`. */
import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import type { ApiServer, ClusterInfo } from './control-plane.ts';
import type { NodeInfo, NodeRegistries, NodeSettings } from './node.ts';
import type { RegistriesInfo } from './registries.ts';
import type { RegistryInfo, RegistryOptions } from './registry.ts';

export type Request =
  | { start: 'cluster' }
  | { start: 'registries' }
  /** A control plane without controllers; with registries, also a node that runs its pods. */
  | { start: 'small'; registries?: NodeRegistries | undefined }
  /** Without settings: the usual node. */
  | { start: 'node'; settings?: NodeSettings | undefined }
  /** Kills every process on a node with its own settings, and restarts its services. */
  | { start: 'reboot'; label: string }
  /** A registry that is stopped as soon as the connection closes. */
  | { start: 'registry'; options: RegistryOptions };

export type Answer = { ok: unknown } | { error: string };

/** The answer to each request. */
export interface Answers {
  cluster: ClusterInfo;
  registries: RegistriesInfo;
  small: { cluster: ApiServer; node?: NodeInfo };
  node: NodeInfo;
  reboot: NodeInfo;
  registry: RegistryInfo;
}

/** The line that the supervisor prints once it listens. */
export interface Greeting {
  folder: string;
  socket: string;
}

/** Serves the requests of one connection. */
export function answerRequests(socket: Socket, answer: (request: Request, closed: Promise<void>) => unknown): void {
  socket.on('error', () => {}); // the other side was killed
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  createInterface(socket).on('line', (line) => {
    Promise.resolve(answer(JSON.parse(line) as Request, closed))
      .then((ok): Answer => ({ ok }))
      .catch((error: unknown): Answer => ({ error: error instanceof Error ? error.message : String(error) }))
      .then((answer) => socket.write(`${JSON.stringify(answer)}\n`));
  });
}

/** Sends one request on a new connection, which stays open until `close`. */
export function ask<Start extends Request['start']>(
  path: string,
  request: Extract<Request, { start: Start }>,
): Promise<{ answer: Answers[Start]; close(): void }> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('the supervisor of the cluster has ended')));
    createInterface(socket).once('line', (line) => {
      const answer = JSON.parse(line) as Answer;
      if ('ok' in answer) return resolve({ answer: answer.ok as Answers[Start], close: () => socket.destroy() });
      socket.destroy();
      reject(new Error(answer.error));
    });
    socket.write(`${JSON.stringify(request)}\n`);
  });
}
