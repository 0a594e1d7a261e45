/** The address of a token server, which a registry names and which we must not trust blindly. */
import { isIPv4, isIPv6 } from '../domain/ip-address.ts';

/**
 * The URL of `realm`, or why it may not get a password: it must be https (http only where the registry is), and no
 * address of a private network unless it is the registry's own host
 * (go-containerregistry pkg/v1/remote/transport/bearer.go `validateRealmURL`).
 */
export function checkRealm(realm: string | undefined, registry: URL): URL | { readonly refused: string } {
  if (realm === undefined || !URL.canParse(realm)) return { refused: 'the registry names no token server' };
  const url = new URL(realm);
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && registry.protocol === 'http:')) {
    return { refused: `the registry sends passwords to a token server without https (${url.host})` };
  }
  if (url.hostname !== registry.hostname && isPrivateAddress(url.hostname)) {
    return { refused: `the registry names a token server at a private address (${url.host})` };
  }
  return url;
}

/** Whether a registry on this machine is meant: those speak plain HTTP without any setting. */
export function isLoopback(host: string): boolean {
  const name = host.replace(/:[0-9]*$/, '');
  return name === 'localhost' || name === '[::1]' || (isIPv4(name) && name.startsWith('127.'));
}

/** Loopback, link-local, unique local and RFC 1918 addresses; names are not resolved. `host` is one of a WHATWG URL. */
function isPrivateAddress(host: string): boolean {
  if (isIPv4(host)) return /^(0|10|127)\.|^169\.254\.|^192\.168\.|^172\.(1[6-9]|2[0-9]|3[01])\./.test(host);
  const inner = host.replace(/^\[|\]$/g, '');
  return isIPv6(inner) && (/^(fe[89ab]|f[cd])/i.test(inner) || /^::(1$|ffff:|$)/i.test(inner));
}
