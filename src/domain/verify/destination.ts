/** Where a request about a registry may go, with or without a login: registries and pods name hosts that others chose. */
import { isNearer, type Nearness, nearness } from './nearness.ts';

export interface Destination {
  readonly url: URL;
  /** What the name stands for, and what we connect to; undefined where a proxy looks it up. */
  readonly addresses: readonly string[] | undefined;
}

/** Whose word is taken for where a registry is. */
export interface Trust {
  /**
   * `person`: the one who runs the command has named the server, or the Secret. `cluster`: it stands in an object of the
   * cluster, which anybody may have written who may create a pod.
   */
  readonly from: 'person' | 'cluster';
  /** Whether a registry on this machine is asked: a cluster elsewhere means its own nodes by that name. */
  readonly loopback: boolean;
  /** Hosts that are asked in plain http where they speak no https. */
  readonly plainHttp: readonly string[];
}

/**
 * Why no request may go to `to`, to follow a noun; undefined when it may. `registry` is who sends us there, or `to` itself.
 * Where the registry is https, so must be everything that it names (after go-containerregistry
 * pkg/v1/remote/transport/bearer.go `validateRealmURL`). Addresses count, not only names, except behind a proxy: it looks
 * names up where we cannot see it.
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
  // A person's registry may be known by other addresses inside a company than outside; what a tenant names may not.
  const isCloser =
    trust.from === 'cluster'
      ? isNearer(near, farthest(registry))
      : isNearer(nearness(url.hostname), nearness(registry.url.hostname));
  return isCloser ? `is at a private address (${urlHost(url)})` : undefined;
}

/** `url` in a sentence: some have no host. */
export function urlHost({ host, protocol }: URL): string {
  return host === '' ? protocol : host;
}

/** Whether we connect to this machine; what a proxy makes of a name is not known. */
export function isOnThisMachine({ addresses = [] }: Destination): boolean {
  return addresses.length > 0 && addresses.every((address) => nearness(address) === 'loopback');
}

/** The same name and port; or the same name on the default ports, from http to https. */
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
