/** Which images a server opens, in words, and what keeps the entries of a Secret from opening one. */
import { matchesGlob } from '../codec/go/glob.ts';
import type { ContentEntry, Contents } from './contents.ts';
import { nameOfImage } from './image.ts';
import { keyOf, parseKey, readKey, splitHost } from './key.ts';
import { matchesImage, readAgain } from './match.ts';

/** For people, to follow "is used for": `every image of ghcr.io`. */
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

/** distribution/reference: a repository path may be no longer. */
const MAX_PATH = 255;

/** Longer than any host with a repository path and a password before it. A server that is longer is not read. */
export const MAX_SERVER = 16 * 1024;

/**
 * An image for which the kubelet would try the entry of `server`, undefined when there can be none. The search is complete,
 * because a label varies only at a `*` or a class, and a path only after its end (keyring.go `URLsMatchStr`).
 */
export function exampleImage(server: string): string | undefined {
  if (server.length > MAX_SERVER) return undefined;
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
  const name = nameOfImage(image);
  return name !== undefined && matchesImage(key, name);
}

/**
 * Hosts that fit, one for each way in which a first component counts as a registry (normalize.go `splitDockerDomain`): it
 * has a dot or a port, is `localhost`, has an upper-case letter, or is an IPv6 address in brackets.
 */
function hostsFor(labels: readonly string[], port: string): string[] {
  const [only] = labels;
  // No image has an empty label in its host, and a key may have half a million of them.
  if (labels.length > 1 && labels.includes('')) return [];
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

export type Difference = 'port' | 'path' | 'case';

/** What keeps `server` from matching `image`, undefined where it is for something else altogether, or matches. */
export function nearMiss(server: string, image: string): Difference | undefined {
  const name = nameOfImage(image);
  const key = readKey(server);
  if (name === undefined || key === undefined) return undefined;
  const slash = name.indexOf('/');
  const [own, other] = [splitHost(key.host), splitHost(name.slice(0, slash))];
  const path = name.slice(slash);
  if (!sameLabels(own.labels, other.labels, String)) {
    return sameLabels(own.labels, other.labels, lower) ? 'case' : undefined;
  }
  if (own.port !== other.port) return 'port';
  if (path.startsWith(key.path)) return undefined;
  return lower(path).startsWith(lower(key.path)) ? 'case' : 'path';
}

function sameLabels(one: readonly string[], other: readonly string[], fold: (text: string) => string): boolean {
  return one.length === other.length && one.every((label, index) => matchesGlob(fold(label), fold(other[index] ?? '')));
}

function lower(text: string): string {
  return text.toLowerCase();
}

/** An entry for other images, and what keeps it from matching. */
export interface NearEntry {
  readonly server: string;
  readonly difference: Difference;
}

/** No more entries are compared: hundreds for one host, or with a wildcard, are no typo. */
const COMPARED = 100;

/** The entries for which {@link nearMiss} finds a difference, in the order of the Secret. */
export function nearEntries(contents: Contents, image: string): NearEntry[] {
  const [host] = nameOfImage(image)?.split('/', 1) ?? [];
  if (host === undefined) return [];
  const index = indexOf(contents);
  const places = [host, WILDCARDS].flatMap((one) => index.get(folded(one))?.slice(0, COMPARED) ?? []);
  const inOrder = places.sort((one, other) => one - other);
  return inOrder.flatMap((place) => {
    const { server } = contents.entries[place] as ContentEntry;
    const difference = nearMiss(server, image);
    return difference === undefined ? [] : [{ server, difference }];
  });
}

/** Positions among the entries, by the name of the host. */
type HostIndex = ReadonlyMap<string, readonly number[]>;

/** All hosts with a wildcard. */
const WILDCARDS = '*';

const indexes = new WeakMap<Contents, HostIndex>();

function indexOf(contents: Contents): HostIndex {
  const known = indexes.get(contents);
  if (known !== undefined) return known;
  const index = Map.groupBy(contents.entries.keys(), (place) => {
    const host = folded(readKey(contents.entries[place]?.server ?? '')?.host ?? '');
    return /[*?[\\]/.test(host) ? WILDCARDS : host;
  });
  indexes.set(contents, index);
  return index;
}

function folded(host: string): string {
  return splitHost(host).labels.map(lower).join('.');
}
