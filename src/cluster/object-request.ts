/** Requests for one object of any kind, or for a list of them in pages. */
import { UsageError, type UserError } from '../errors.ts';
import { words } from '../line/command.ts';
import { prose } from '../line/hint.ts';
import { collectGarbage } from '../system/garbage.ts';
import { type ApiObject, fieldOf } from '../workloads/api-object.ts';
import { pullKind } from '../workloads/kind.ts';
import type { ObjectRef } from '../workloads/object-ref.ts';
import { type PullSpec, pullSpecOf } from '../workloads/pull-spec.ts';
import { ApiError, refusal, refusalOf } from './api-error.ts';
import type { ApiRequest } from './api-request.ts';
import { createPageReader } from './page-reader.ts';
import type { FieldSelection } from './pick-json.ts';
import { noPermission } from './right.ts';
import type { Transport } from './transport.ts';

/** A kind as requests and roles name it. */
export interface Resource {
  readonly group: string;
  readonly plural: string;
}

/** The path of one object, or of all objects of a kind, in one namespace or in all. */
export function objectPath(kind: Resource, namespace?: string, name?: string): string {
  const group = kind.group === '' ? '/api/v1' : `/apis/${kind.group}/v1`;
  const scope = namespace === undefined ? '' : `/namespaces/${encodeURIComponent(namespace)}`;
  return `${group}${scope}/${kind.plural}${name === undefined ? '' : `/${encodeURIComponent(name)}`}`;
}

/** Throws ApiError and UserError. */
export function getObject(transport: Transport, ref: ObjectRef): Promise<ApiObject> {
  return transport.request({ method: 'GET', path: objectPath(pullKind(ref.kind), ref.namespace, ref.name) });
}

/** Undefined when the object does not exist, or has no pod spec. Throws UserError when it may not be read. */
export async function getPullSpec(transport: Transport, ref: ObjectRef): Promise<PullSpec | undefined> {
  try {
    return pullSpecOf(pullKind(ref.kind), await getObject(transport, ref));
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.status === 404) return undefined;
    throw objectRefusal(error, 'get', ref);
  }
}

/** `error` in words for the user. */
export function objectRefusal(error: ApiError, verb: string, { kind, namespace, name }: ObjectRef): UserError {
  const { group, plural } = pullKind(kind);
  const resource = group === '' ? plural : `${plural}.${group}`;
  return refusal(error, { verb, namespace, name, kind: kind.toLowerCase(), resource });
}

const SELECTOR = prose`write it as in ${words`-l team=a`}`;

/** The `error` of a list request in words for the user. `labelSelector` is as the user typed it. */
export function listRefusal(
  error: ApiError,
  { plural }: Resource,
  namespace: string | undefined,
  labelSelector?: string,
): UserError {
  // The path and the rest of the query are regsecret's own, so only the selector can be wrong.
  if (error.status === 400 && labelSelector !== undefined) {
    return new UsageError(`the API server cannot read the selector of -l: ${error.message}`, SELECTOR);
  }
  if (error.status !== 403) return refusalOf(error);
  const where = namespace === undefined ? 'all namespaces' : `namespace ${namespace}`;
  return noPermission(`no permission to list ${plural} in ${where}`, error.message);
}

export interface ListQuery {
  /** All namespaces when left out. */
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
  /**
   * Whether the API server's cache, which lags a moment behind, is recent enough. Otherwise the server waits for etcd, up to 100
   * ms, to be sure that it has seen every write (apiserver pkg/storage/cacher `RequestWatchProgress`).
   */
  readonly cached?: boolean;
  /** Whether the API server returns metadata only. The contents of Secrets then never reach this machine. */
  readonly metadataOnly?: boolean;
  /** The fields to read of each object; all when left out. */
  readonly shape?: FieldSelection | undefined;
}

export const NAMESPACES = { group: '', plural: 'namespaces' } as const;
export const NODES = { group: '', plural: 'nodes' } as const;

/** The most objects in a page, as kubectl has it. */
const PAGE = 500;
/** Objects in the first page, of which nobody knows how large they are. */
const FIRST_PAGE = 50;
/** The length to aim at in the next page. */
const PAGE_BYTES = 4 * 1024 * 1024;
/** A page that becomes longer is left, and asked for again with fewer objects: what is kept of it may be most of it. */
const MOST_PAGE_BYTES = 4 * PAGE_BYTES;
/** When the objects of a page are larger than this on average, in bytes, garbage is collected after it. */
const LARGE = 64 * 1024;
/**
 * https://kubernetes.io/docs/reference/using-api/api-concepts/#metadata-only-fetches. This one is for a single object, also in a
 * watch; the next is for a list.
 */
export const METADATA_OF_ONE = 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io';
export const METADATA = 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io';

/**
 * Yields the objects of a kind page by page, so that memory does not grow with the cluster. Throws ApiError and UserError. The
 * continue token of a long list expires after some minutes. The rest is then read in one request (client-go tools/pager
 * `FullListIfExpired`). Objects that were already yielded are skipped, since lists are sorted by namespace and name.
 */
export async function* listPages(
  transport: Transport,
  kind: Resource,
  { namespace, shape = true, cached = false, metadataOnly = false, ...selectors }: ListQuery,
): AsyncGenerator<readonly ApiObject[]> {
  const path = objectPath(kind, namespace);
  const accept = metadataOnly ? METADATA : undefined;
  const ask = async (query: NonNullable<ApiRequest['query']>, mostBytes: number) => {
    let page = createPageReader(shape, mostBytes);
    const reader = () => {
      page = createPageReader(shape, mostBytes);
      return page;
    };
    const list = await transport.request<ApiObject>({ method: 'GET', path, query, accept, reader });
    return { ...list, items: itemsOf(list), page };
  };
  let limit = FIRST_PAGE;
  let token: string | undefined;
  let last = '';
  for (;;) {
    // Version 0 would read from the cache too, but without pages.
    const age = cached && token === undefined ? { resourceVersion: '1', resourceVersionMatch: 'NotOlderThan' } : {};
    const query = { ...selectors, ...age, limit: `${limit}`, continue: token };
    const list = await ask(query, limit === 1 ? Number.POSITIVE_INFINITY : MOST_PAGE_BYTES).catch((error: unknown) => {
      if (token !== undefined && error instanceof ApiError && error.status === 410) return undefined;
      throw error;
    });
    if (list === undefined) {
      const { items } = await ask(selectors, Number.POSITIVE_INFINITY);
      yield items.filter((object) => keyOf(object) > last);
      return;
    }
    const { items, page } = list;
    const average = page.bytes / Math.max(1, page.objects);
    limit = Math.max(1, Math.min(PAGE, page.isCut ? limit - 1 : PAGE, Math.floor(PAGE_BYTES / average)));
    if (average > LARGE) collectGarbage();
    if (page.isCut) continue;
    last = items.length === 0 ? last : keyOf(items.at(-1));
    yield items;
    const next = fieldOf(list, 'metadata', 'continue');
    if (typeof next !== 'string' || next === '') return;
    token = next;
  }
}

function itemsOf(list: ApiObject): readonly ApiObject[] {
  return Array.isArray(list.items) ? list.items : [];
}

/** Names are ASCII, so these keys sort in the order of etcd's keys. */
function keyOf(object: unknown): string {
  return `${fieldOf(object, 'metadata', 'namespace')}/${fieldOf(object, 'metadata', 'name')}`;
}

/** Requests only metadata. Returns an empty list when the objects may not be listed. */
export async function listNames(
  transport: Transport,
  kind: Resource,
  options: ListQuery,
  field: 'name' | 'namespace' = 'name',
): Promise<string[]> {
  const names: string[] = [];
  const shape = { metadata: { namespace: true, name: true } } as const;
  try {
    for await (const page of listPages(transport, kind, { ...options, shape, metadataOnly: true })) {
      names.push(...page.map((object) => `${fieldOf(object, 'metadata', field)}`));
    }
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
  }
  return names;
}
