/** Looks up the hosts of registries once, so that connections go to the addresses that have been checked. */
import { isIP } from 'node:net';
import { NetworkError, networkError } from '../http/network-error.ts';
import { proxyFor } from '../http/proxy.ts';
import { oncePerKey } from '../system/concurrency.ts';
import type { Io } from '../system/io.ts';
import type { Destination } from '../verify/destination.ts';

/** The addresses of a name. Throws the errors of node:dns. */
export type Resolve = (name: string) => Promise<readonly string[]>;

/** Throws NetworkError for a name that cannot be resolved. */
export type Locate = (url: URL) => Promise<Destination>;

/** A proxy looks up names itself, so through a proxy the addresses are not known, unless the URL holds one. */
export function createLocate(env: Io['env'], resolve: Resolve = systemResolve): Locate {
  const known = oncePerKey<readonly string[]>();
  return async (url) => {
    const name = url.hostname.replace(/^\[|\]$/g, '');
    if (isIP(name)) return { url, addresses: [name] };
    if (proxyFor(url, env) !== undefined) return { url, addresses: undefined };
    return { url, addresses: await known(name, () => addressesOf(name, resolve)) };
  };
}

async function addressesOf(name: string, resolve: Resolve): Promise<readonly string[]> {
  const addresses = await resolve(name).catch((error: unknown) => {
    throw networkError(error, false);
  });
  if (addresses.length === 0) throw new NetworkError('dns', 'ENODATA', false);
  return addresses;
}

/** Looks a name up as connections do, so /etc/hosts counts as well. */
async function systemResolve(name: string): Promise<readonly string[]> {
  const { lookup } = await import('node:dns/promises');
  return (await lookup(name, { all: true })).map(({ address }) => address);
}
