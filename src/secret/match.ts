/** Whether a key opens an image (kubernetes pkg/credentialprovider/keyring.go, unchanged since 2015). */
import { matchesGlob } from '../codec/go/glob.ts';
import { GoUrlError, parseGoUrl } from '../codec/go/url.ts';
import { keyOf, splitHost } from './key.ts';

/** The parts by which a key is compared with the name of an image. */
export interface KeyParts {
  readonly labels: readonly string[];
  readonly port: string;
  readonly path: string;
}

/** The parts of `key`; undefined where the kubelet cannot read the key a second time. */
export function partsOf(key: string): KeyParts | undefined {
  const url = readAgain(key);
  return url && { ...splitHost(url.host), path: url.path };
}

/** Whether a key opens an image, by its name without tag (`URLsMatchStr`). */
export function matchesImage(key: string, name: string): boolean {
  const [pattern, target] = [partsOf(key), partsOf(name)];
  return pattern !== undefined && target !== undefined && matchesParts(pattern, target);
}

/** {@link matchesImage} for parts that have been read (`URLsMatch`). */
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

/** Whether the entry of `server` may be tried for an image of this name. */
export function isFor(server: string, name: string): boolean {
  const key = keyOf(server);
  return key !== undefined && (matchesImage(key, name) || (key === 'index.docker.io' && isDockerHub(name)));
}

/** Reads a key again, as the kubelet does, so that a decoded escape counts (`ParseSchemelessURL`). Undefined when that fails. */
export function readAgain(key: string): { readonly host: string; readonly path: string } | undefined {
  try {
    return parseGoUrl(`https://${key}`);
  } catch (error) {
    if (error instanceof GoUrlError) return undefined;
    throw error;
  }
}

/** With more names, a search takes longer than it saves. */
const MAX_NAMES = 16;

/**
 * Finds servers that may open images of these `hosts` (`NAME:PORT`), in one server or in a whole payload. A server without a
 * wildcard or an escape must contain the name of the host. Of 25,000 servers, only those found are then read.
 */
export function serversFor(hosts: ReadonlySet<string>): RegExp {
  const names = new Set(['index.docker.io', ...[...hosts].map((host) => host.replace(/:[^:]*$/, ''))]);
  if (names.size > MAX_NAMES) return /^/;
  return new RegExp(['[*?[\\\\%]', ...[...names].map((name) => name.replace(/[^A-Za-z0-9]/g, '\\$&'))].join('|'));
}
