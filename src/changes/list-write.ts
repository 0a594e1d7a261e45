/** The only code that writes lists of pull secrets, for every kind, whatever else writes them. */
import { ApiError, WriteConflict } from '../cluster/api-error.ts';
import { getObject, getPullSpec, objectPath, objectRefusal } from '../cluster/object-request.ts';
import { type FieldSelection, fieldsWith } from '../cluster/pick-json.ts';
import { type WriteOptions, writeQuery } from '../cluster/secret-request.ts';
import type { Transport } from '../cluster/transport.ts';
import { UserError } from '../errors.ts';
import { clusterCommand, command } from '../line/command.ts';
import { scope } from '../line/object-name.ts';
import { type ApiObject, fieldOf, isObject } from '../workloads/api-object.ts';
import { LIST_FIELD, pullKind } from '../workloads/kind.ts';
import { listPatch } from '../workloads/list-change.ts';
import { describeRef, type ObjectRef } from '../workloads/object-ref.ts';
import { type PullSpec, pullSpecOf } from '../workloads/pull-spec.ts';
import { type ChangeOptions, carryOut, type Next, writeOptions } from './step.ts';

/** A write of a whole list. */
interface ListWrite {
  readonly action: 'patch';
  readonly list: readonly unknown[];
}

export interface ChangedList {
  readonly action: 'patched' | 'unchanged';
  readonly before: readonly unknown[] | undefined;
  readonly after: readonly unknown[] | undefined;
  /** The object as it is now. */
  readonly pullSpec: PullSpec;
}

/** What became of an object with a list, for the report. */
export interface ListResult {
  readonly ref: ObjectRef;
  readonly action: ChangedList['action'] | 'recreated' | 'restarted';
  /** The names in the list; left out for a restart. */
  readonly before?: readonly string[];
  readonly after?: readonly string[];
}

/** Returns the list that should replace the one in `pullSpec`; undefined when that one is right. */
export type ListRule = (pullSpec: PullSpec) => readonly unknown[] | undefined;

/** Brings the list of `pullSpec`, as it was read, to what `plan` wants. Throws UserError. */
export async function changeList(
  transport: Transport,
  pullSpec: PullSpec,
  plan: ListRule,
  options: ChangeOptions,
): Promise<ChangedList> {
  const { ref } = pullSpec;
  const next = (present: PullSpec | undefined): Next<ListWrite> => {
    if (present === undefined) return { action: 'refuse', error: deletedMeanwhile(pullSpec) };
    const list = plan(present);
    return list === undefined ? { action: 'unchanged' } : { action: 'patch', list };
  };
  const writer = {
    what: describeRef(ref),
    read: () => getPullSpec(transport, ref),
    write: ({ list }: ListWrite, present = pullSpec, isDone: (found: PullSpec) => Promise<boolean>) =>
      tryList(transport, present, { after: list, isDone }, writeOptions(options)),
    versionOf: ({ object }: PullSpec) => fieldOf(object, 'metadata', 'resourceVersion'),
    refusal: (conflict: ApiError) => objectRefusal(conflict, 'patch', ref),
  };
  const how = { dryRun: options.dryRun, transport };
  const changed = await carryOut({ present: pullSpec, next }, writer, how);
  const { did, before = pullSpec, after = pullSpec } = changed;
  const lists = { before: before.imagePullSecrets, after: after.imagePullSecrets };
  if (did.action === 'unchanged') return { ...lists, action: 'unchanged', pullSpec: after };
  const planned = options.dryRun === 'client' ? { after: did.list } : {};
  return { ...lists, ...planned, action: 'patched', pullSpec: after };
}

function deletedMeanwhile({ ref }: PullSpec): UserError {
  const list = command`kubectl get ${pullKind(ref.kind).plural} ${scope(ref.namespace)}`;
  return new UserError(`${describeRef(ref)} was deleted meanwhile`, list);
}

/**
 * Writes `after`, the whole list, and returns the object as it is then. `isDone` tells whether an object is as wanted, because
 * the answer may be lost, or made by a proxy. Throws UserError.
 */
async function tryList(
  transport: Transport,
  pullSpec: PullSpec,
  { after, isDone }: { readonly after: readonly unknown[]; isDone(found: PullSpec): Promise<boolean> },
  options: WriteOptions,
): Promise<PullSpec | WriteConflict> {
  const { ref, object: before } = pullSpec;
  const kind = pullKind(ref.kind);
  const written = await patchList(transport, pullSpec, after, options).catch(async (error: unknown) => {
    if (options.dryRun || transport.signal.aborted) throw error;
    const present = await getPullSpec(transport, ref).catch(() => undefined);
    if (present === undefined || !(await isDone(present))) throw error;
    return present.object;
  });
  if (written instanceof WriteConflict) return written;
  if (ref.kind === 'ServiceAccount' && !options.dryRun) {
    await keepOwners(transport, { ref, before, after: written, fieldManager: options.fieldManager });
  }
  return pullSpecOf(kind, written) ?? pullSpec;
}

async function patchList(
  transport: Transport,
  { ref, uid, imagePullSecrets: before }: PullSpec,
  after: readonly unknown[],
  options: WriteOptions,
): Promise<ApiObject | WriteConflict> {
  const kind = pullKind(ref.kind);
  try {
    const answer = await transport.request<ApiObject>({
      method: 'PATCH',
      path: objectPath(kind, ref.namespace, ref.name),
      query: writeQuery(options),
      contentType: 'application/json-patch+json',
      body: listPatch(kind, { uid, before, after }),
      guarded: true,
    });
    if (pullSpecOf(kind, answer) !== undefined) return answer;
    const text = `the server ${transport.server} did not return ${describeRef(ref)}`;
    throw new UserError(text, clusterCommand`kubectl get --raw /version`);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (mayBeConflict(error)) return new WriteConflict(error);
    throw objectRefusal(error, 'patch', ref);
  }
}

/**
 * The API server answers a failed `test` like a malformed patch, without naming the object (apiserver
 * pkg/endpoints/handlers/patch.go `applyJSPatch`). Refusals by validation and admission name it.
 */
function mayBeConflict({ status, details }: ApiError): boolean {
  return status === 409 || (status === 422 && details.kind === undefined && details.causes.length === 0);
}

const FIELD = `f:${LIST_FIELD}`;
const ATTEMPTS = 20;

/** What is needed of `metadata.managedFields` to restore the owners of a list. */
export const LIST_OWNERS: FieldSelection = [
  {
    ...fieldsWith(['manager', 'operation', 'apiVersion', 'time', 'fieldsType', 'subresource'], true),
    fieldsV1: { [FIELD]: true },
  },
];

/** The managers that own the list of service account `object` by applying it. */
export function appliersOf(object: ApiObject): string[] {
  return applied(object).map(({ manager }) => `${manager}`);
}

interface AppliedList {
  readonly ref: ObjectRef;
  readonly before: ApiObject;
  /** The answer to the write. */
  readonly after: ApiObject;
  readonly fieldManager: string;
}

/**
 * Restores the ownership of the list for the managers that applied it in `before` (server-side apply). The list is atomic: with
 * any change, the API server takes it from every other manager. Those managers would never again be told of a conflict, and an
 * entry that they take out of their manifest would stay behind. Clients may write `managedFields` (client-go util/csaupgrade
 * does). Does nothing when the list has changed again since `after`, because then a later write took the ownership.
 */
async function keepOwners(transport: Transport, { ref, before, after, fieldManager }: AppliedList): Promise<void> {
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
