/** Whether any image can match a server, shown by an image that does. */
import { matchesGlob } from './glob.ts';
import { GoUrlError } from './go-url.ts';
import { ImageReferenceError, imageName, parseImage } from './image.ts';
import { formatKey, parseKey, splitHost } from './key.ts';
import { matchesImage, readAgain } from './match.ts';

/** distribution/reference: a repository path may be no longer. */
const MAX_PATH = 255;

/**
 * An image that the kubelet would try the entry of `server` for, undefined when there can be none. Complete, because a
 * label is free only where it has a `*` or a class, and a path only behind its end (keyring.go `URLsMatchStr`).
 */
export function exampleImage(server: string): string | undefined {
  const key = keyOf(server);
  // BasicDockerKeyring.Lookup takes the entry under this very key for every image of Docker Hub.
  if (key === 'index.docker.io') return 'docker.io/library/nginx';
  const url = key === undefined ? undefined : readAgain(key);
  if (key === undefined || url === undefined || url.path.length > MAX_PATH + 1) return undefined;
  const { labels, port } = splitHost(url.host);
  const suffix = port === '' ? '' : `:${port}`;
  for (const host of hostsFor(labels, port)) {
    for (const path of pathsFor(url.path)) {
      const image = `${host}${suffix}${path}`;
      if (opens(key, image)) return image;
    }
  }
  return undefined;
}

function opens(key: string, image: string): boolean {
  try {
    return matchesImage(key, imageName(parseImage(image)));
  } catch (error) {
    if (error instanceof ImageReferenceError) return false;
    throw error;
  }
}

/**
 * Hosts that fit, one for each way in which a first component counts as a registry (normalize.go `splitDockerDomain`): it
 * has a dot or a port, is `localhost`, has an upper-case letter, or is an IPv6 address in brackets.
 */
function hostsFor(labels: readonly string[], port: string): string[] {
  const [only] = labels;
  if (labels.length > 1 || only === undefined) return [labels.map((label) => fill(label, 'a')).join('.')];
  if (port !== '') return only.includes(':') ? [`[${only}]`] : [fill(only, 'a')];
  const localhost = matchesGlob(only, 'localhost') ? ['localhost'] : [];
  return [...localhost, fill(only, 'A')];
}

/** A label that the pattern matches; a class such as `[F::1]` is an IPv6 address without a port. */
function fill(label: string, star: string): string {
  if (!label.startsWith('[')) return label.replaceAll('*', star);
  return [...'ABCDEF'].find((letter) => matchesGlob(label, letter)) ?? label;
}

/** Repository paths that begin with `prefix`, of two components at least, as Docker Hub's have. */
function pathsFor(prefix: string): string[] {
  const start = prefix === '' ? '/' : prefix;
  return [`${start}a/a`, `${start}/a`, start];
}

function keyOf(server: string): string | undefined {
  try {
    return formatKey(parseKey(server));
  } catch (error) {
    if (error instanceof GoUrlError) return undefined;
    throw error;
  }
}
