/**
 * How the kubelet reduces a server (a key of `auths`) to the key it compares with images
 * (kubernetes pkg/credentialprovider/keyring.go, unchanged since 2015).
 */
import { GoUrlError, parseGoUrl, splitHostPort } from '../codec/go/url.ts';

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

/** The key of `server`; undefined where the kubelet cannot read it and ignores this one entry. */
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

/** The key of `server` as one text, equal for servers that the kubelet treats as one: `ghcr.io`, `https://ghcr.io/v2/`. */
export function keyText(server: string): string {
  // No key begins with a space.
  return keyOf(server) ?? ` ${server}`;
}

/** Whether the kubelet treats two servers as one. */
export function sameKey(one: string, other: string): boolean {
  return one === other || keyText(one) === keyText(other);
}

/** Labels and port of a host (`SplitURL`). */
export function splitHost(host: string): { labels: string[]; port: string } {
  const { name, port } = splitHostPort(host);
  return { labels: name.split('.'), port };
}
