/** A namespace as a place for copies: whether it is being deleted, and whether it opts out of `sync`. */

import { ApiError, refusalOf } from '../cluster/api-error.ts';
import { METADATA_OF_ONE, NAMESPACES, objectPath } from '../cluster/object-request.ts';
import type { Transport } from '../cluster/transport.ts';
import { SYNC } from '../secret/copy.ts';
import type { NamespaceFacts } from '../secret/selected-namespace.ts';
import { type ApiObject, fieldOf, textOf } from '../workloads/api-object.ts';

/** The fields of a namespace that {@link namespaceFacts} reads. */
export const NAMESPACE_FIELDS = {
  metadata: { name: true, deletionTimestamp: true, annotations: { [SYNC]: 'name' } },
} as const;

/** The facts of a namespace, as the API server answers it. */
export function namespaceFacts({ metadata }: ApiObject): NamespaceFacts {
  return {
    name: `${fieldOf(metadata, 'name')}`,
    isEnding: fieldOf(metadata, 'deletionTimestamp') !== undefined,
    isLeftAlone: optsOut(fieldOf(metadata, 'annotations', SYNC)),
  };
}

/** Any value but `true` opts out: whoever wrote `False` or `no` wants no login there. */
function optsOut(annotation: unknown): boolean {
  return annotation !== undefined && textOf(annotation).toLowerCase() !== 'true';
}

/** Returns undefined where the namespace does not exist. One that may not be read counts as existing: writing will tell. */
export async function readNamespace(transport: Transport, name: string): Promise<NamespaceFacts | undefined> {
  try {
    const path = objectPath(NAMESPACES, undefined, name);
    return namespaceFacts(await transport.request<ApiObject>({ method: 'GET', path, accept: METADATA_OF_ONE }));
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.status === 404) return undefined;
    if (error.status === 403) return { name, isEnding: false, isLeftAlone: false };
    throw refusalOf(error);
  }
}
