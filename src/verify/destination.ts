/**
 * Where a request about a registry may go, with or without a login: registries and pods name hosts that others chose. A registry
 * may not lead us to a host nearer than itself, and nobody to one that is off limits.
 */
import { addressBytes } from '../codec/go/ip-address.ts';

export interface Destination {
  readonly url: URL;
  /** The addresses that the name resolves to, and that we connect to. Undefined if a proxy resolves it. */
  readonly addresses: readonly string[] | undefined;
}

/** Who says where a registry is, and what may be asked there. */
export interface Trust {
  /**
   * `person`: the user of the command has named the server, or the Secret. `cluster`: an object of the cluster names the server,
   * and everybody who may create a pod may have written it.
   */
  readonly from: 'person' | 'cluster';
  /** Whether a registry on this machine may be asked. In a cluster elsewhere, such a name means its own nodes. */
  readonly loopback: boolean;
  /** Hosts that are asked in plain http if they speak no https. */
  readonly plainHttp: readonly string[];
}

/**
 * Why no request may go to `to`, to follow a noun. Undefined if it may. `registry` is the one that sends us there, or `to`
 * itself. If the registry speaks https, all hosts that it names must, too (after go-containerregistry
 * pkg/v1/remote/transport/bearer.go `validateRealmURL`). Addresses count as well as names, except behind a proxy, which resolves
 * names where we cannot see it.
 */
export function destinationProblem(to: Destination, registry: Destination, trust: Trust): string | undefined {
  const { url } = to;
  const near = nearest(to);
  if (near === 'off limits') return `is at a link-local or metadata address (${urlHost(url)})`;
  if (near === 'loopback' && !trust.loopback) {
    return `is on this machine, which is not where the cluster is (${urlHost(url)}; --allow-local-registries asks it)`;
  }
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && registry.url.protocol === 'http:')) {
    return `is not spoken to over https (${urlHost(url)})`;
  }
  if (url.hostname === registry.url.hostname) return undefined;
  // A person's registry may have other addresses inside a company than outside. A host that a tenant names may not.
  const isCloser =
    trust.from === 'cluster'
      ? isNearer(near, farthest(registry))
      : isNearer(nearness(url.hostname), nearness(registry.url.hostname));
  return isCloser ? `is at a private address (${urlHost(url)})` : undefined;
}

/** The host of `url`, for a sentence. A URL without a host is named by its protocol. */
export function urlHost({ host, protocol }: URL): string {
  return host === '' ? protocol : host;
}

/** Whether we connect to this machine. False behind a proxy, where the addresses are not known. */
export function isOnThisMachine({ addresses = [] }: Destination): boolean {
  return addresses.length > 0 && addresses.every((address) => nearness(address) === 'loopback');
}

/** Whether name and port are the same. From http to https, both may also be at their default ports. */
export function isSameHost(from: URL, to: URL): boolean {
  if (from.hostname !== to.hostname) return false;
  if (from.protocol === to.protocol) return from.port === to.port;
  return to.protocol === 'https:' && (from.port === to.port || (from.port === '' && to.port === ''));
}

function nearest({ url, addresses = [] }: Destination): Nearness {
  return [url.hostname, ...addresses].map(nearness).reduce((one, other) => (isNearer(other, one) ? other : one));
}

function farthest({ url, addresses = [] }: Destination): Nearness {
  const all = addresses.length > 0 ? addresses : [url.hostname];
  return all.map(nearness).reduce((one, other) => (isNearer(one, other) ? other : one));
}

/** In ascending order. */
const NEARNESS = ['public', 'private', 'loopback', 'off limits'] as const;

/** `off limits`: the addresses of this link, and those at which clouds hand out credentials to every client. */
export type Nearness = (typeof NEARNESS)[number];

/** The nearness of a host by its name. The addresses behind the name are judged one by one. `host` is one of a WHATWG URL. */
export function nearness(host: string): Nearness {
  const name = host.toLowerCase().replace(/\.$/, '');
  if (name === 'localhost' || name.endsWith('.localhost')) return 'loopback';
  if (name === 'metadata.google.internal') return 'off limits';
  // A zone says which link the address is of.
  if (name.includes('%')) return 'off limits';
  const bytes = addressBytes(name.replace(/^\[|\]$/g, ''));
  if (bytes === undefined) return 'public';
  return bytes.length === 4 ? nearnessOfIPv4(bytes) : nearnessOfIPv6(bytes);
}

export function isNearer(one: Nearness, other: Nearness): boolean {
  return NEARNESS.indexOf(one) > NEARNESS.indexOf(other);
}

/** Azure's WireServer, and the metadata services of Oracle and Alibaba Cloud; most others are link-local. */
const METADATA_V4 = ['168.63.129.16', '192.0.0.192', '100.100.100.200'];

function nearnessOfIPv4(bytes: Uint8Array): Nearness {
  const [first = 0, second = 0] = bytes;
  if ((first === 169 && second === 254) || METADATA_V4.includes(bytes.join('.'))) return 'off limits';
  if (first === 0 || first === 127) return 'loopback';
  // RFC 1918, and the shared addresses of RFC 6598.
  const isPrivate =
    first === 10 ||
    (first === 192 && second === 168) ||
    (first === 172 && second >> 4 === 1) ||
    (first === 100 && second >> 6 === 1);
  return isPrivate ? 'private' : 'public';
}

/** The metadata services of AWS (fd00:ec2::254, with its neighbours) and Google Cloud (fd20:ce::254). */
const METADATA_V6 = ['fd000ec2', 'fd2000ce'];

function nearnessOfIPv6(bytes: Uint8Array): Nearness {
  const embedded = embeddedIPv4(bytes);
  if (embedded !== undefined) return nearnessOfIPv4(embedded);
  const hex = toHex(bytes);
  if (/^0{31}[01]$/.test(hex)) return 'loopback';
  if (/^fe[89ab]/.test(hex) || METADATA_V6.some((prefix) => hex.startsWith(prefix))) return 'off limits';
  // RFC 4193, and the site-local addresses that it replaces.
  return /^f[cd]|^fe[cdef]/.test(hex) ? 'private' : 'public';
}

/** NAT64 (RFC 6052, RFC 8215), 6to4 (RFC 3056), IPv4-compatible (RFC 4291). Mapped addresses are IPv4 already. */
function embeddedIPv4(bytes: Uint8Array): Uint8Array | undefined {
  const hex = toHex(bytes);
  if (/^0064ff9b(0{16}|0001.{16})/.test(hex)) return bytes.subarray(12);
  if (hex.startsWith('2002')) return bytes.subarray(2, 6);
  return /^0{24}/.test(hex) && !/^0{31}[01]$/.test(hex) ? bytes.subarray(12) : undefined;
}

function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
