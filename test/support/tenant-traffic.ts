/** Records the traffic of this process: the addresses, and the requests that change something on the API server. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { ClientRequest } from 'node:http';
import type { Socket } from 'node:net';

export interface ApiTraffic {
  /** The addresses of all connections. */
  readonly addresses: ReadonlySet<string>;
  /** The requests to the API server that change something, sent {@link during} some work. */
  readonly writes: readonly string[];
  /** The number of dry runs of changes. */
  readonly dryRuns: number;
  /** Records requests while `work` runs. */
  during<T>(work: () => Promise<T>): Promise<T>;
  close(): void;
}

export function isLoopback(address: string): boolean {
  return /^(127\.|::1$)/.test(address);
}

/** Watches every socket and request of this process. Throws at a connection to an address outside this machine. */
export function trafficTo(server: string): ApiTraffic {
  const { port } = new URL(server);
  const addresses = new Set<string>();
  const writes: string[] = [];
  let dryRuns = 0;
  let watched = false;
  const onSocket = (message: unknown): void => {
    const { socket } = message as { socket: Socket };
    socket.on('connectionAttempt', (address: string) => {
      addresses.add(address);
      if (!isLoopback(address)) throw new Error(`a connection to ${address}`);
    });
  };
  const onRequest = (message: unknown): void => {
    const { request } = message as { request: ClientRequest };
    const { method, path } = request;
    if (!watched || method === 'GET' || !`${request.getHeader('host')}`.endsWith(`:${port}`)) return;
    if (path.includes('dryRun=All')) dryRuns += 1;
    else writes.push(`${method} ${path.slice(0, 300)}`);
  };
  subscribe('net.client.socket', onSocket);
  subscribe('http.client.request.start', onRequest);
  return {
    addresses,
    writes,
    get dryRuns() {
      return dryRuns;
    },
    async during(work) {
      watched = true;
      try {
        return await work();
      } finally {
        watched = false;
      }
    },
    close() {
      unsubscribe('net.client.socket', onSocket);
      unsubscribe('http.client.request.start', onRequest);
    },
  };
}
