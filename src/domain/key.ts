/**
 * How the kubelet reduces a server (a key of `auths`) to the key it compares with images
 * (kubernetes pkg/credentialprovider/keyring.go, unchanged since 2015).
 */
import { GoUrlError, parseGoUrl, splitHostPort } from './go-url.ts';

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

/** Whether two servers are one and the same to the kubelet, such as `ghcr.io` and `https://ghcr.io/v2/`. */
export function sameKey(one: string, other: string): boolean {
  if (one === other) return true;
  try {
    return formatKey(parseKey(one)) === formatKey(parseKey(other));
  } catch (error) {
    if (error instanceof GoUrlError) return false;
    throw error;
  }
}

/** Labels and port of a host (`SplitURL`). */
export function splitHost(host: string): { labels: string[]; port: string } {
  const { name, port } = splitHostPort(host);
  return { labels: name.split('.'), port };
}
