/** Which images a server opens, in words. */
import { exampleImage } from './example-image.ts';
import { parseKey } from './key.ts';

/** For people, to be read behind "is used for": `every image of ghcr.io`. */
export function coverageOf(server: string): string {
  if (exampleImage(server) === undefined) return 'no image';
  const { host, path } = parseKey(server);
  if (host === 'index.docker.io') return 'images of Docker Hub, such as nginx and org/app';
  const registry = host.includes('*') ? `registries like ${host}` : nameOf(host);
  if (path === '') return `every image of ${registry}`;
  // The kubelet compares characters, not components.
  const where = path.endsWith('/') ? 'under' : 'whose names begin with';
  return `images of ${registry} ${where} ${path.slice(1)}`;
}

function nameOf(host: string): string {
  return host === 'docker.io' ? 'Docker Hub' : host;
}
