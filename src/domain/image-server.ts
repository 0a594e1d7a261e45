/** The server under which the login for an image belongs. */
import { ImageReferenceError, imageName, parseImage } from './image.ts';
import { formatKey, parseKey } from './key.ts';
import { canonicalServer, DOCKER_HUB, registryOf, serverProblem } from './server.ts';

/** `ghcr.io` for `ghcr.io/org/app:v1`; Docker Hub has its one key. What is no image may still begin with a registry. */
export function imageServer(image: string): string {
  try {
    return canonicalServer(imageName(parseImage(image)).split('/', 1)[0] ?? '');
  } catch (error) {
    if (!(error instanceof ImageReferenceError)) throw error;
    const [first = '', ...rest] = image.split('/');
    return rest.length > 0 && /[.:]/.test(first) ? first.toLowerCase() : DOCKER_HUB;
  }
}

/** What to type for the entry `server`, so that a login takes its place; by `image` where the entry itself is no good. */
export function serverToType(server: string, image: string | undefined): string {
  const problem = serverProblem(server);
  if (problem !== undefined || server.includes('*')) {
    return image === undefined ? (problem?.proposal ?? 'REGISTRY') : imageServer(image);
  }
  const canonical = canonicalServer(server);
  return canonical === DOCKER_HUB ? canonical : formatKey(parseKey(server));
}

/** The host[:port] that is asked for `image`. */
export function registryHost(image: string): string {
  const server = imageServer(image);
  return registryOf(server) ?? server;
}
