/** Reads the source of a sync, a Secret of the cluster or a login of this machine, and reports what is wrong with it. */

import { checkedSecret } from '../../attaching/check-secret.ts';
import { findSecret } from '../../cluster/not-found.ts';
import type { Transport } from '../../cluster/transport.ts';
import { syncSourceOf } from '../../copies/copy-plan.ts';
import type { Finding } from '../../findings/finding.ts';
import { copySourceOf } from '../../secret/copy.ts';
import { knownEnds } from '../../secret/expiry.ts';
import type { KnownSource, SyncListener, SyncRequest } from './sync-request.ts';

/** Reads the source in the namespace of `transport`. Throws UserError where pods could not use it: they would fail everywhere. */
export async function readSource(
  transport: Transport,
  { name, login, foreign }: Pick<SyncRequest, 'name' | 'login' | 'foreign'>,
  listener: Pick<SyncListener, 'finding' | 'ends'>,
): Promise<KnownSource> {
  const { namespace } = transport;
  const secret =
    login === undefined
      ? await findSecret(transport, { namespace, name }, 'sync')
      : { ...login, metadata: { ...login.metadata, namespace } };
  // That it is a copy, or of another type, is said before what else is wrong with it.
  copySourceOf(secret);
  const { contents, findings } = await checkedSecret(secret, transport);
  // The expiry of a login from this machine has already been reported.
  const isSaid = ({ code }: Finding): boolean => login !== undefined && /^expire/.test(code);
  for (const finding of findings) if (!isSaid(finding)) listener.finding(finding);
  const source = syncSourceOf(secret, contents, { foreign, madeFrom: login === undefined ? undefined : 'login' });
  listener.ends(knownEnds(source.entries, source.expiresAt));
  return { secret, source, home: namespace };
}

/**
 * Reads the source once more, and reports nothing about it. Undefined where there is nothing to read: it is in another cluster, or
 * a login of this machine. Throws UserError.
 */
export async function readSourceAgain(transport: Transport, request: SyncRequest): Promise<KnownSource | undefined> {
  const isHere = request.known === undefined && request.login === undefined;
  return isHere ? readSource(transport, request, { finding: () => undefined, ends: () => undefined }) : undefined;
}

/**
 * `known` for the cluster at `servers.to`; unchanged where that is the cluster it was read from. In another cluster, no namespace
 * is the source's own, and copies of a Secret are marked as copies from another cluster.
 */
export function sourceFor(
  known: KnownSource,
  servers: { readonly from: string | undefined; readonly to: string },
): KnownSource {
  if (servers.from === servers.to) return known;
  const { source } = known;
  return { ...known, home: undefined, source: { ...source, madeFrom: source.madeFrom ?? 'another-cluster' } };
}
