/**
 * Preserves the ownership of a service account's list for the managers that apply it (server-side apply). The list is atomic:
 * with any change, the API server takes it from every other manager. Those managers would never again be told of a conflict, and
 * an entry that they take out of their manifest would stay behind. Clients may write `managedFields` (client-go util/csaupgrade
 * does).
 */
import { type ApiObject, fieldOf, isObject } from '../../domain/workloads/api-object.ts';
import { LIST_FIELD, pullKind } from '../../domain/workloads/kind.ts';
import type { ObjectRef } from '../../domain/workloads/object-ref.ts';
import { ApiError } from '../client/api-error.ts';
import type { Transport } from '../client/transport.ts';
import { getObject, objectPath } from '../object-request.ts';

const FIELD = `f:${LIST_FIELD}`;
const ATTEMPTS = 20;

/** The managers that own the list of service account `object` by applying it. */
export function appliersOf(object: ApiObject): string[] {
  return applied(object).map(({ manager }) => `${manager}`);
}

export interface ListWrite {
  readonly ref: ObjectRef;
  readonly before: ApiObject;
  /** The answer to the write. */
  readonly after: ApiObject;
  readonly fieldManager: string;
}

/**
 * Restores the ownership of the managers that owned the list in `before`. Does nothing when the list has changed again since
 * `after`, because then a later write took the ownership.
 */
export async function keepOwners(transport: Transport, { ref, before, after, fieldManager }: ListWrite): Promise<void> {
  const path = objectPath(pullKind(ref.kind), ref.namespace, ref.name);
  let current = after;
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const lost = applied(before).filter((owner) => !applied(current).some((other) => same(owner, other)));
    if (lost.length === 0) return;
    const body = [
      { op: 'test', path: `/${LIST_FIELD}`, value: after[LIST_FIELD] ?? null },
      // A replace rather than a test, so that the API server answers a mismatch with a conflict.
      { op: 'replace', path: '/metadata/resourceVersion', value: fieldOf(current, 'metadata', 'resourceVersion') },
      { op: 'replace', path: '/metadata/managedFields', value: shared(entries(current), lost) },
    ];
    const contentType = 'application/json-patch+json';
    try {
      const query = { fieldManager };
      await transport.request({ method: 'PATCH', path, query, contentType, body, guarded: true });
      return;
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 409) return;
      const fresh = await getObject(transport, ref).catch(() => undefined);
      if (fresh === undefined) return;
      current = fresh;
      if (JSON.stringify(current[LIST_FIELD]) !== JSON.stringify(after[LIST_FIELD])) return;
    }
  }
}

function shared(current: readonly ApiObject[], lost: readonly ApiObject[]): ApiObject[] {
  const kept = current.map((entry) =>
    lost.some((owner) => same(owner, entry)) ? { ...entry, fieldsV1: { ...fields(entry), [FIELD]: {} } } : entry,
  );
  const gone = lost.filter((owner) => !current.some((entry) => same(owner, entry)));
  return [...kept, ...gone.map((owner) => ({ ...owner, fieldsV1: { [FIELD]: {} } }))];
}

function applied(object: ApiObject): ApiObject[] {
  return entries(object).filter((entry) => entry.operation === 'Apply' && Object.hasOwn(fields(entry), FIELD));
}

function entries(object: ApiObject): ApiObject[] {
  const managed = fieldOf(object, 'metadata', 'managedFields');
  return Array.isArray(managed) ? managed.filter(isObject) : [];
}

function fields(entry: ApiObject): ApiObject {
  return isObject(entry.fieldsV1) ? entry.fieldsV1 : {};
}

function same(one: ApiObject, other: ApiObject): boolean {
  return one.manager === other.manager && one.operation === other.operation && one.apiVersion === other.apiVersion;
}
