/** A registry on this machine, for checks of images that are pushed and pulled. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { execute } from '../runtime.ts';
import { goTool } from './go-tool.ts';

export interface LocalRegistry {
  /** Pushes an image with one small file, and returns its address with its digest. */
  readonly push: (name: string) => string;
  readonly stop: () => Promise<void>;
}

/** Starts a registry that keeps pushed images in memory until it is stopped. */
export async function startRegistry(folder: string): Promise<LocalRegistry> {
  const host = `127.0.0.1:${await freePort()}`;
  const server = spawn(goTool('crane'), ['registry', 'serve', '--address', host], { stdio: 'ignore', cwd: folder });
  const ended = once(server, 'exit');
  await answers(host);
  return {
    push: (name) => push(`${host}/${name}:latest`, name, folder),
    stop: async () => {
      server.kill();
      await ended;
    },
  };
}

function push(address: string, name: string, folder: string): string {
  writeFileSync(join(folder, name), name);
  execute('tar', ['-cf', join(folder, `${name}.tar`), '-C', folder, name]);
  const layer = ['--new_layer', join(folder, `${name}.tar`), '--new_tag', address];
  return execute(goTool('crane'), ['append', '--insecure', '--oci-empty-base', ...layer]).trim();
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

async function answers(host: string): Promise<void> {
  const deadline = performance.now() + 30_000;
  while (performance.now() < deadline) {
    const response = await fetch(`http://${host}/v2/`).catch(() => undefined);
    if (response?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`no registry answers at ${host}`);
}
