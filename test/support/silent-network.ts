/**
 * A network in front of the API server that loses connections silently: they stay open, but nothing passes any more, not even
 * their end.
 */
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { cluster } from '../environment/use.ts';

export interface SilentNetwork {
  /** The address of the API server through this network. */
  readonly server: string;
  /** How many connections have been opened. */
  readonly opened: number;
  /** From now on nothing passes over the existing connections. New ones work as usual. */
  forget(): void;
  close(): Promise<void>;
}

/** Forwards every byte, so TLS and HTTP are those of the API server. */
export async function startSilentNetwork(): Promise<SilentNetwork> {
  const { hostname, port } = new URL(cluster().server);
  const open = new Set<Socket>();
  const forgotten = new WeakSet<Socket>();
  let opened = 0;
  const server = createServer((client) => {
    opened += 1;
    const target = connect(Number(port), hostname);
    open.add(client).add(target);
    const pass = (from: Socket, to: Socket): void => {
      from.on('data', (bytes) => forgotten.has(client) || to.write(bytes));
      from.on('error', () => from.destroy());
      from.on('close', () => {
        open.delete(from);
        if (!forgotten.has(client)) to.destroy();
      });
    };
    pass(client, target);
    pass(target, client);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    server: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get opened() {
      return opened;
    },
    forget() {
      for (const socket of open) forgotten.add(socket);
    },
    async close() {
      for (const socket of open) socket.destroy();
      await new Promise((done) => server.close(done));
    },
  };
}
