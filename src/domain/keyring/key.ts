/**
 * How the kubelet reduces a server (a key of `auths`) to the key it compares with images
 * (kubernetes pkg/credentialprovider/keyring.go, unchanged since 2015).
 */
import { matchesGlob } from '../go/glob.ts';
import { GoUrlError, parseGoUrl, splitHostPort } from '../go/url.ts';

/** A server as the kubelet keeps it: host[:port] and, unless it is empty or `/`, a path. */
export interface Key {
  readonly host: string;
  readonly path: string;
}

/** The key of `server`; throws GoUrlError where the kubelet logs the entry and ignores it (`BasicDockerKeyring.Add`). */
export function parseKey(server: string): Key {
  const schemed = server.startsWith('https://') || server.startsWith('http://');
  const { host, path } = parseGoUrl(schemed ? server : `https://${server}`);
  const effective = path.startsWith('/v1/') || path.startsWith('/v2/') ? path.slice(3) : path;
  return { host, path: effective === '/' ? '' : effective };
}

/** The key as one text, by which the kubelet orders and merges entries. */
export function formatKey(key: Key): string {
  return key.host + key.path;
}

/** The key of `server`; undefined where the kubelet cannot read it, and leaves out that entry alone. */
export function readKey(server: string): Key | undefined {
  try {
    return parseKey(server);
  } catch (error) {
    if (error instanceof GoUrlError) return undefined;
    throw error;
  }
}

/** {@link readKey} as one text. */
export function keyOf(server: string): string | undefined {
  const key = readKey(server);
  return key === undefined ? undefined : formatKey(key);
}

/** The key of `server` as one text, the same for servers that are one to the kubelet: `ghcr.io`, `https://ghcr.io/v2/`. */
export function keyText(server: string): string {
  // No key begins with a space.
  return keyOf(server) ?? ` ${server}`;
}

/** Whether two servers are one and the same to the kubelet. */
export function sameKey(one: string, other: string): boolean {
  return one === other || keyText(one) === keyText(other);
}

/** Labels and port of a host (`SplitURL`). */
export function splitHost(host: string): { labels: string[]; port: string } {
  const { name, port } = splitHostPort(host);
  return { labels: name.split('.'), port };
}

/** What a key, or the name of an image, is compared by. */
export interface KeyParts {
  readonly labels: readonly string[];
  readonly port: string;
  readonly path: string;
}

/** Undefined where the kubelet cannot read it a second time. */
export function partsOf(key: string): KeyParts | undefined {
  const url = readAgain(key);
  return url && { ...splitHost(url.host), path: url.path };
}

/** Whether a key opens an image, by its name without tag (`URLsMatchStr`). */
export function matchesImage(key: string, name: string): boolean {
  const [pattern, target] = [partsOf(key), partsOf(name)];
  return pattern !== undefined && target !== undefined && matchesParts(pattern, target);
}

/** The same of parts that have been read (`URLsMatch`). */
export function matchesParts(pattern: KeyParts, target: KeyParts): boolean {
  return (
    pattern.port === target.port &&
    pattern.labels.length === target.labels.length &&
    target.path.startsWith(pattern.path) &&
    pattern.labels.every((label, index) => matchesGlob(label, target.labels[index] ?? ''))
  );
}

/**
 * Whether an image gets the entry of Docker Hub when no other matches (`isDefaultRegistryMatch`): any first component
 * without a dot or colon is taken for one of Docker Hub, even `localhost`.
 */
export function isDockerHub(name: string): boolean {
  const [first = '', ...rest] = name.split('/');
  if (first === '') return false;
  return rest.length === 0 || first === 'docker.io' || first === 'index.docker.io' || !/[.:]/.test(first);
}

/** A key is read a second time, so what an escape in it stood for counts (`ParseSchemelessURL`); undefined when it cannot. */
export function readAgain(key: string): { readonly host: string; readonly path: string } | undefined {
  try {
    return parseGoUrl(`https://${key}`);
  } catch (error) {
    if (error instanceof GoUrlError) return undefined;
    throw error;
  }
}
