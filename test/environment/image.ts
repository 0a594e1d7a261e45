/** Makes an image with one program, and pushes it with crane. */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { run } from './child.ts';
import type { RegistryUser } from './registry-user.ts';
import { tar } from './tar.ts';

/** The config and the only layer of an image. Its only file and entry point is the given static program. */
export function imageOf(program: string): { readonly config: Buffer; readonly layer: Buffer } {
  const layer = tar([{ path: 'app', content: readFileSync(program), mode: 0o755 }]);
  const config = JSON.stringify({
    architecture: process.arch === 'x64' ? 'amd64' : process.arch,
    os: 'linux',
    config: { Entrypoint: ['/app'] },
    rootfs: { type: 'layers', diff_ids: [`sha256:${createHash('sha256').update(layer).digest('hex')}`] },
  });
  return { config: Buffer.from(config), layer };
}

/** Writes the image of a program as an archive like `docker save`. */
export function writeImage(program: string, archive: string): string {
  const { config, layer } = imageOf(program);
  const manifest = JSON.stringify([{ Config: 'config.json', RepoTags: [], Layers: ['layer.tar'] }]);
  writeFileSync(
    archive,
    tar([
      { path: 'config.json', content: config },
      { path: 'layer.tar', content: layer },
      { path: 'manifest.json', content: Buffer.from(manifest) },
    ]),
  );
  return archive;
}

/** Pushes an image archive under a name, with the login of the given user. */
export async function pushImage(
  crane: string,
  archive: string,
  image: string,
  folder: string,
  user?: RegistryUser,
): Promise<void> {
  const front = await startPushFront(image.slice(0, image.indexOf('/')));
  try {
    await push(crane, archive, front.host + image.slice(image.indexOf('/')), folder, user);
  } finally {
    await front.close();
  }
}

async function push(
  crane: string,
  archive: string,
  image: string,
  folder: string,
  user: RegistryUser | undefined,
): Promise<void> {
  const docker = join(folder, `docker-${createHash('sha256').update(image).digest('hex').slice(0, 8)}`);
  mkdirSync(docker, { recursive: true });
  const host = image.slice(0, image.indexOf('/'));
  const auths = user ? { [host]: { username: user.username, password: user.password } } : {};
  writeFileSync(join(docker, 'config.json'), JSON.stringify({ auths }), { mode: 0o600 });
  const env = { DOCKER_CONFIG: docker, HOME: docker };
  const pushed = await run(crane, ['push', archive, image], { env });
  if (pushed.code !== 0) throw new Error(`crane push ${image}: ${pushed.stderr.trim()}`);
}

/**
 * A proxy for the registry at `behind` that names its token server by host name, because crane refuses a token server at a
 * private address.
 */
async function startPushFront(behind: string): Promise<{ readonly host: string; close(): Promise<void> }> {
  const server = createServer((incoming, answer) => {
    const { method, headers, url = '' } = incoming;
    const passed = request(`http://${behind}${url}`, { method, headers }, (response) => {
      const challenge = response.headers['www-authenticate']?.replace('http://127.0.0.1:', 'http://localhost:');
      const shown = challenge === undefined ? {} : { 'www-authenticate': challenge };
      answer.writeHead(response.statusCode ?? 502, { ...response.headers, ...shown });
      response.pipe(answer);
    });
    passed.once('error', () => answer.destroy());
    incoming.pipe(passed);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}
