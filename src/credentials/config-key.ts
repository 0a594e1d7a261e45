/** A key of a login file, or a server that is asked for: its registry, and the part of the registry that it stands for. */

import { GoUrlError, parseGoUrl, splitHostPort } from '../codec/go/url.ts';
import { DOCKER_HUB } from '../secret/display-server.ts';
import { parseKey } from '../secret/key.ts';
import { canonicalServer } from '../secret/server.ts';
import { trim } from '../text/trim.ts';

export interface RegistryPart {
  /** HOST[:PORT], and `docker.io` for all names of Docker Hub. */
  readonly registry: string;
  /** The path of a namespace or repository, empty for the whole registry. */
  readonly part: string;
}

const HUB_HOSTS = ['docker.io', 'index.docker.io', 'registry-1.docker.io'];

/** The images that `server` is for, as the kubelet reads it. */
export function registryPart(server: string): RegistryPart {
  const { host, path } = reduce(server);
  return { registry: HUB_HOSTS.includes(host) ? 'docker.io' : host, part: trim(path, '/') };
}

function reduce(server: string): { host: string; path: string } {
  try {
    return parseKey(server);
  } catch (error) {
    // No tool has a login under such a name.
    if (error instanceof GoUrlError) return { host: server, path: '' };
    throw error;
  }
}

/** The images that a tool's key is for. docker and podman read only the host of a URL. */
function partOfKey(key: string): RegistryPart {
  return registryPart(key.includes('://') ? convertToHostname(key) : key);
}

/** Whether a tool's key is for a part of a registry. */
export function isPart(key: string): boolean {
  return partOfKey(key).part !== '';
}

/** The server to write for a login that a tool keeps under `key`. */
export function serverOf(key: string): string {
  const { registry, part } = partOfKey(key);
  return part === '' ? canonicalServer(registry) : key;
}

/** The key under which docker keeps the login of `registry` (docker/cli configfile/file.go `getAuthConfigKey`). */
export function dockerKey(registry: string): string {
  return registry === 'docker.io' || registry === 'index.docker.io' ? DOCKER_HUB : registry;
}

/**
 * Whether docker keeps `key` for a login in the browser, beside the login itself (docker/cli internal/oauth/manager
 * `storeTokensInStore`).
 */
export function isWebLoginToken(key: string): boolean {
  return key === `${DOCKER_HUB}access-token` || key === `${DOCKER_HUB}refresh-token`;
}

/** Host and port of a key that may be a URL (docker/cli credentials/file_store.go `ConvertToHostname`). */
export function convertToHostname(key: string): string {
  const isUrl = key.includes('://') && /^([A-Za-z][A-Za-z0-9+.-]*:)?\/\//.test(key);
  const fromUrl = isUrl ? urlHost(key) : '';
  return fromUrl === '' ? (key.split('/', 1)[0] ?? '') : fromUrl;
}

/** Go's url.URL `Hostname` and `Port`, joined as net.JoinHostPort does. Empty where `url` is no URL. */
function urlHost(url: string): string {
  try {
    const { name, port } = splitHostPort(parseGoUrl(url).host);
    if (name === '') return '';
    if (port === '') return name.replace(/^\[(.*)\]$/, '$1');
    return name.includes(':') ? `[${name}]:${port}` : `${name}:${port}`;
  } catch (error) {
    if (error instanceof GoUrlError) return '';
    throw error;
  }
}

/** The registry for which podman reads `key` (containers/image pkg/docker/config `normalizeAuthFileKey`). */
export function podmanHost(key: string, legacy: boolean): string {
  const stripped = key.replace(/^http:\/\//, '').replace(/^https:\/\//, '');
  return normalizeRegistry(legacy || stripped !== key ? (stripped.split('/', 1)[0] ?? '') : stripped);
}

/** One name for all names of Docker Hub (`normalizeRegistry`). */
export function normalizeRegistry(registry: string): string {
  return registry === 'docker.io' || registry === 'registry-1.docker.io' ? 'index.docker.io' : registry;
}
