/** How near to us a host is, in every notation: on the internet, in a private network, on this machine, or off limits. */
import { addressBytes } from '../codec/go/ip-address.ts';

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
  return bytes === undefined ? 'public' : nearnessOf(bytes);
}

export function isNearer(one: Nearness, other: Nearness): boolean {
  return NEARNESS.indexOf(one) > NEARNESS.indexOf(other);
}

/** The first range counts that has the address. */
const RANGES: readonly (readonly [range: string, nearness: Nearness])[] = [
  ['169.254.0.0/16', 'off limits'],
  // Azure's WireServer, and the metadata services of Oracle and Alibaba Cloud; most others are link-local.
  ['168.63.129.16/32', 'off limits'],
  ['192.0.0.192/32', 'off limits'],
  ['100.100.100.200/32', 'off limits'],
  ['0.0.0.0/8', 'loopback'],
  ['127.0.0.0/8', 'loopback'],
  // RFC 1918, the shared addresses of RFC 6598, and what IANA lists as not globally reachable (iana-ipv4-special-registry).
  ['10.0.0.0/8', 'private'],
  ['172.16.0.0/12', 'private'],
  ['192.168.0.0/16', 'private'],
  ['100.64.0.0/10', 'private'],
  ['192.0.0.0/24', 'private'],
  ['192.0.2.0/24', 'private'],
  ['192.88.99.0/24', 'private'],
  ['198.18.0.0/15', 'private'],
  ['198.51.100.0/24', 'private'],
  ['203.0.113.0/24', 'private'],
  ['224.0.0.0/3', 'private'],
  ['0.0.0.0/0', 'public'],
  ['::/127', 'loopback'],
  ['fe80::/10', 'off limits'],
  // The metadata services of AWS (fd00:ec2::254, with its neighbours) and Google Cloud (fd20:ce::254).
  ['fd00:ec2::/32', 'off limits'],
  ['fd20:ce::/32', 'off limits'],
  // Protocols such as Teredo, and documents (iana-ipv6-special-registry). Only the rest of 2000::/3 is for everyone.
  ['2001::/23', 'private'],
  ['2001:db8::/32', 'private'],
  ['3fff::/20', 'private'],
  ['2000::/3', 'public'],
  ['::/0', 'private'],
];

/** Forms of an IPv4 address: IPv4-compatible (RFC 4291), NAT64 (RFC 6052), 6to4 (RFC 3056). Mapped addresses are IPv4 already. */
const EMBEDDING: readonly (readonly [range: string, offset: number])[] = [
  ['::/96', 12],
  ['64:ff9b::/96', 12],
  ['2002::/16', 2],
];

/** NAT64 of a network's own (RFC 8215), so it is at most as far as that network. */
const LOCAL_NAT64 = '64:ff9b:1::/48';

function nearnessOf(bytes: Uint8Array): Nearness {
  if (isIn(bytes, LOCAL_NAT64)) {
    const inner = nearnessOf(bytes.subarray(12));
    return inner === 'public' ? 'private' : inner;
  }
  const offset = isIn(bytes, '::/127') ? undefined : EMBEDDING.find(([range]) => isIn(bytes, range))?.[1];
  if (offset !== undefined) return nearnessOf(bytes.subarray(offset, offset + 4));
  return RANGES.find(([range]) => isIn(bytes, range))?.[1] ?? 'off limits';
}

/** Whether an address is in `range`, such as `10.0.0.0/8`. */
function isIn(bytes: Uint8Array, range: string): boolean {
  const [first = '', length] = range.split('/');
  const prefix = addressBytes(first);
  if (prefix?.length !== bytes.length) return false;
  return prefix.every((byte, index) => {
    const bits = Math.min(8, Math.max(0, Number(length) - 8 * index));
    return (byte ^ (bytes[index] ?? 0)) >> (8 - bits) === 0;
  });
}
