/** Where a registry may send us: it names token servers and redirects, and must not be trusted blindly. */
import { isIPv4, isIPv6 } from '../domain/go/ip-address.ts';

/** The URL of `realm`, or why it may not get a password. */
export function checkRealm(realm: string | undefined, registry: URL): URL | { readonly refused: string } {
  if (realm === undefined || !URL.canParse(realm)) return { refused: 'the registry names no token server' };
  const url = new URL(realm);
  const refused = targetProblem(url, registry);
  return refused === undefined ? url : { refused: `its token server ${refused}` };
}

/**
 * Why `registry` may not send us to `url`, to follow a noun: it must be https (http only where the registry is), and no
 * address that is closer to us than the registry itself (after go-containerregistry pkg/v1/remote/transport/bearer.go
 * `validateRealmURL`). Names are not resolved: with a proxy we could not.
 */
export function targetProblem(url: URL, registry: URL): string | undefined {
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && registry.protocol === 'http:')) {
    return `is not spoken to over https (${url.host})`;
  }
  if (url.hostname === registry.hostname || nearness(url.hostname) <= nearness(registry.hostname)) return undefined;
  return `is at a private address (${url.host})`;
}

/** Whether a registry on this machine is meant: those speak plain HTTP without any setting. */
export function isLoopback(host: string): boolean {
  return nearness(host.replace(/:[0-9]*$/, '')) === LOOPBACK;
}

const PRIVATE = 1;
const LOOPBACK = 2;
/** Addresses of this link; the metadata services of clouds, which hand out credentials, are at 169.254.169.254. */
const LINK_LOCAL = 3;

/** 0 for the wide world. A registry on this machine may name any but the last. `host` is one of a WHATWG URL. */
function nearness(host: string): number {
  const name = host.replace(/\.$/, '');
  if (name === 'localhost' || name.endsWith('.localhost')) return LOOPBACK;
  if (name === 'metadata.google.internal') return LINK_LOCAL;
  if (isIPv4(name)) return nearnessOfIPv4(name);
  const inner = name.replace(/^\[|\]$/g, '');
  if (!isIPv6(inner)) return 0;
  const embedded = embeddedIPv4(inner);
  if (embedded !== undefined) return nearnessOfIPv4(embedded);
  if (inner === '::1' || inner === '::') return LOOPBACK;
  if (/^fe[89ab]/i.test(inner) || /^fd00:ec2:/i.test(inner)) return LINK_LOCAL;
  return /^f[cd]/i.test(inner) ? PRIVATE : 0;
}

function nearnessOfIPv4(address: string): number {
  if (/^169\.254\./.test(address)) return LINK_LOCAL;
  if (/^(0|127)\./.test(address)) return LOOPBACK;
  // RFC 1918, and the shared addresses of RFC 6598.
  const isPrivate = /^10\.|^192\.168\.|^172\.(1[6-9]|2[0-9]|3[01])\.|^100\.(6[4-9]|[7-9][0-9]|1[01][0-9]|12[0-7])\./;
  return isPrivate.test(address) ? PRIVATE : 0;
}

/** The IPv4 address that an IPv6 address stands for (mapped, RFC 4291; NAT64, RFC 6052), as WHATWG URLs write those. */
function embeddedIPv4(address: string): string | undefined {
  const [, high = '', low = ''] = /^(?:::ffff:|64:ff9b::)([0-9a-f]{1,4}):([0-9a-f]{1,4})$/i.exec(address) ?? [];
  if (high === '') return undefined;
  const [first, second] = [Number.parseInt(high, 16), Number.parseInt(low, 16)];
  return [first >> 8, first & 0xff, second >> 8, second & 0xff].join('.');
}
