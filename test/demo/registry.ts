/** The registry of the demo: one public image and one that only janedoe may pull, over HTTP with Basic auth. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { imageOf } from '../environment/image.ts';
import { janedoe } from '../environment/registries.ts';

export interface DemoRegistry {
  readonly host: string;
  readonly publicImage: string;
  readonly privateImage: string;
  /** Puts an image with this static program behind both names. */
  fill(program: string): void;
  close(): void;
}

const MANIFEST = 'application/vnd.docker.distribution.manifest.v2+json';
const PUBLIC = 'public/pause';
const LOGIN = `Basic ${Buffer.from(`${janedoe.username}:${janedoe.password}`).toString('base64')}`;

/** Starts a registry without images. */
export async function startDemoRegistry(): Promise<DemoRegistry> {
  const contents = new Map<string, { readonly type: string; readonly bytes: Buffer }>();
  const server = createServer((request, response) => {
    const { name = '', reference = '' } =
      /^\/v2\/(?<name>.+)\/(?:manifests|blobs)\/(?<reference>[^/]+)$/.exec(request.url ?? '')?.groups ?? {};
    if (name !== PUBLIC && request.headers.authorization !== LOGIN) return refuse(response);
    if (name === '') return void response.end('{}');
    const content = contents.get(reference);
    if (content === undefined) return void response.writeHead(404).end('{"errors":[{"code":"MANIFEST_UNKNOWN"}]}');
    answer(request, response, content);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    host,
    publicImage: `${host}/${PUBLIC}:v1`,
    privateImage: `${host}/janedoe/jdoe-private:v1`,
    fill(program) {
      const store = (bytes: Buffer, type: string): object => {
        contents.set(digestOf(bytes), { type, bytes });
        return { mediaType: type, size: bytes.length, digest: digestOf(bytes) };
      };
      const { config, layer } = imageOf(program);
      const manifest = Buffer.from(
        JSON.stringify({
          schemaVersion: 2,
          mediaType: MANIFEST,
          config: store(config, 'application/vnd.docker.container.image.v1+json'),
          layers: [store(layer, 'application/vnd.docker.image.rootfs.diff.tar')],
        }),
      );
      store(manifest, MANIFEST);
      contents.set('v1', { type: MANIFEST, bytes: manifest });
    },
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

function refuse(response: ServerResponse): void {
  response.writeHead(401, { 'www-authenticate': 'Basic realm="demo"' }).end('{"errors":[{"code":"UNAUTHORIZED"}]}');
}

function answer(
  { method }: IncomingMessage,
  response: ServerResponse,
  { type, bytes }: { readonly type: string; readonly bytes: Buffer },
): void {
  const digest = digestOf(bytes);
  response.writeHead(200, {
    'content-type': type,
    'content-length': bytes.length,
    'docker-content-digest': digest,
  });
  response.end(method === 'HEAD' ? undefined : bytes);
}

function digestOf(bytes: Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}
