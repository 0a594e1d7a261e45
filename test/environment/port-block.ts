/** Ports of 127.0.0.1 that belong to one run, so that two runs at once never pick the same one. */
import { createServer, type Server } from 'node:net';

export interface PortBlock {
  /** A port of the block on which nothing listens. */
  next(): Promise<number>;
}

/**
 * Reserves a block for as long as this process lives: the listener on its first port owns it. The blocks lie below the ports that
 * systems assign to outgoing connections (32768 on Linux, 49152 on macOS), which could take a port between the check and the
 * start of a server.
 */
export async function reservePorts(): Promise<PortBlock> {
  const start = Math.floor(Math.random() * blocks);
  for (let count = 0; count < blocks; count++) {
    const first = lowest + ((start + count) % blocks) * blockSize;
    const owner = await listen(first);
    if (!owner) continue;
    owner.unref();
    return { next: nextFree(first) };
  }
  throw new Error(`no block of free ports between ${lowest} and ${lowest + blocks * blockSize}`);
}

const lowest = 20_000;
const blockSize = 64;
const blocks = 150;

function nextFree(first: number): () => Promise<number> {
  let used = 0;
  return async () => {
    for (let count = 1; count < blockSize; count++) {
      used = (used % (blockSize - 1)) + 1;
      const server = await listen(first + used);
      if (!server) continue;
      await new Promise((resolve) => server.close(resolve));
      return first + used;
    }
    throw new Error(`all ports from ${first} to ${first + blockSize} are in use`);
  };
}

function listen(port: number): Promise<Server | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => resolve(server));
  });
}
