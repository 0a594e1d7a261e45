/**
 * Where a request about a registry may go, with or without a login: registries and pods name hosts that others chose. A registry
 * may not lead us to a host nearer than itself, and nobody to one that is off limits.
 */
import { isNearer, type Nearness, nearness } from './nearness.ts';

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
  /**
   * Which registries in private networks may be asked, as HOST[:PORT]. A tenant who names one does not reach it, but we do, from
   * the network of the person.
   */
  readonly inPrivate: 'all' | readonly string[];
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
    return `is on this machine, which is not where the cluster is (${urlHost(url)}; --allow-local-registries checks it)`;
  }
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && registry.url.protocol === 'http:')) {
    return `is not used over https (${urlHost(url)})`;
  }
  if (isCloser(to, registry, trust)) return `is at a private address (${urlHost(url)})`;
  if (allOf(to).includes('private') && !isKnown(to, registry, trust)) {
    return `is in a private network, and this machine has no login for it (${urlHost(url)}; --allow-local-registries checks it)`;
  }
  return undefined;
}

/** A person's registry may have other addresses inside a company than outside. A host that a tenant names may not. */
function isCloser(to: Destination, registry: Destination, { from }: Trust): boolean {
  if (to.url.hostname === registry.url.hostname) return false;
  return from === 'cluster'
    ? isNearer(nearest(to), farthest(registry))
    : isNearer(nearness(to.url.hostname), nearness(registry.url.hostname));
}

/** Whether `to` may be asked although it is in a private network: by its own name, or under the host name of its registry. */
function isKnown({ url }: Destination, registry: Destination, { inPrivate }: Trust): boolean {
  if (inPrivate === 'all') return true;
  const names = url.hostname === registry.url.hostname ? [url, registry.url] : [url];
  return inPrivate.some((host) => names.some((name) => isNamed(name, host)));
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

/** Whether `url` is at HOST[:PORT]; the default port may be written or not. */
export function isNamed(url: URL, host: string): boolean {
  return [`https://${host}`, `http://${host}`].some((text) => URL.canParse(text) && isSameHost(new URL(text), url));
}

function nearest(place: Destination): Nearness {
  return allOf(place).reduce((one, other) => (isNearer(other, one) ? other : one));
}

/** Of the name and of each address, because a connection goes to any of them. */
function allOf({ url, addresses = [] }: Destination): Nearness[] {
  return [url.hostname, ...addresses].map(nearness);
}

function farthest({ url, addresses = [] }: Destination): Nearness {
  const all = addresses.length > 0 ? addresses : [url.hostname];
  return all.map(nearness).reduce((one, other) => (isNearer(one, other) ? other : one));
}
