/** Which contexts lead to the same cluster. A cluster is known by the UID of its namespace kube-system, never by an address. */
import { isDeepStrictEqual } from 'node:util';
import { UserError } from '../errors.ts';
import type { Connection } from '../kubeconfig/connection.ts';
import type { ContextFlags } from '../kubeconfig/contexts.ts';
import { words } from '../line/command.ts';
import { againWith, prose } from '../line/hint.ts';
import { fieldOf } from '../workloads/api-object.ts';
import { ApiError, refusalOf } from './api-error.ts';
import { METADATA_OF_ONE, NAMESPACES, objectPath } from './object-request.ts';
import type { ContextTransport, Transport } from './transport.ts';

/**
 * Every cluster has this namespace, and nobody can delete it (apiserver plugin namespace/lifecycle). Its UID stands for the
 * cluster, as in OpenTelemetry's `k8s.cluster.uid`.
 */
export const KUBE_SYSTEM = 'kube-system';

/**
 * Whether two of the contexts of a run lead to one cluster. Throws UserError where that is not known, because the UID may not be
 * read in one of them.
 */
export type AreOneCluster = (one: ContextTransport, other: ContextTransport) => Promise<boolean>;

/**
 * Asks each cluster at most once, and only those that are compared. With `assumeDifferent`, asks none: the person knows that
 * contexts of different addresses or users lead to different clusters, such as two that were restored from one etcd backup.
 */
export function clusterIdentity({ assumeDifferent }: Pick<ContextFlags, 'assumeDifferent'>): AreOneCluster {
  const uids = new Map<Transport, Promise<string | undefined>>();
  const uidOf = ({ transport }: ContextTransport): Promise<string | undefined> => {
    const uid = uids.get(transport) ?? readUid(transport);
    uids.set(transport, uid);
    return uid;
  };
  return async (one, other) => {
    if (isSameConnection(one.connection, other.connection)) return true;
    if (assumeDifferent) return false;
    const [uid, otherUid] = await Promise.all([uidOf(one), uidOf(other)]);
    if (uid !== undefined && otherUid !== undefined) return uid === otherUid;
    throw unknown(one, other, uid === undefined ? one : other);
  };
}

/** The same address and the same user: every request would go the same way. An access proxy may choose by anything else. */
function isSameConnection(one: Connection, other: Connection): boolean {
  return isDeepStrictEqual([one.cluster, one.user], [other.cluster, other.user]);
}

/** The UID that the cluster is known by; undefined where it may not be read. Throws UserError. */
async function readUid(transport: Transport): Promise<string | undefined> {
  const path = objectPath(NAMESPACES, undefined, KUBE_SYSTEM);
  try {
    const uid = fieldOf(
      await transport.request<object>({ method: 'GET', path, accept: METADATA_OF_ONE }),
      'metadata',
      'uid',
    );
    return typeof uid === 'string' && uid !== '' ? uid : undefined;
  } catch (error) {
    if (error instanceof ApiError && (error.status === 403 || error.status === 404)) return undefined;
    throw error instanceof ApiError ? refusalOf(error) : error;
  }
}

function unknown(one: ContextTransport, other: ContextTransport, unread: ContextTransport): UserError {
  return new UserError(
    `contexts ${one.context} and ${other.context} may lead to the same cluster: namespace ${KUBE_SYSTEM} of ${unread.context} cannot be read`,
    prose`${againWith(words`--assume-different`)}, if they lead to different clusters; else use one of them for both`,
  );
}
