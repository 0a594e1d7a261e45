/** Reads all objects of a kind that may be listed. */
import { breaks } from '../system/concurrency.ts';
import { type ApiObject, fieldOf } from '../workloads/api-object.ts';
import type { PullKind } from '../workloads/kind.ts';
import { type PullSpec, pullSpecOf } from '../workloads/pull-spec.ts';
import { ApiError, refusalOf } from './api-error.ts';
import { type ListQuery, listPages, type Resource } from './object-request.ts';
import type { Reader } from './reader.ts';
import type { ReadScope } from './unread-objects.ts';

/**
 * Passes every object of a kind to `use`, page by page; `use` may do its work in steps. When the objects may not be listed, or
 * the server does not know their kind, notes a missing right and returns the server's answer. An object that makes `use` fail is
 * noted if the reader has `unread`, otherwise the error is thrown. Throws UserError.
 */
export async function eachObject(
  { transport, missingRights, unread }: Reader,
  resource: Resource,
  options: ListQuery,
  use: (object: ApiObject) => Generator<void> | undefined,
): Promise<ApiError | undefined> {
  try {
    for await (const page of listPages(transport, resource, options)) {
      // Starts anew for each page, because the event loop was free while the page was awaited.
      const breakIfDue = breaks(transport.signal);
      for (const object of page) {
        for (const _ of used(object, use, resource, unread)) await breakIfDue();
        const pending = breakIfDue();
        if (pending !== undefined) await pending;
      }
    }
    return undefined;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.status !== 403 && error.status !== 404) throw refusalOf(error);
    missingRights.note('list', resource.plural, error);
    return error;
  }
}

function placeOf(object: ApiObject): ReadScope {
  const namespace = fieldOf(object, 'metadata', 'namespace');
  const name = `${fieldOf(object, 'metadata', 'name') ?? ''}`;
  return typeof namespace === 'string' ? { namespace, name } : { name };
}

/** Runs `use` on `object`, step by step. `unread` notes a failure. */
function* used(
  object: ApiObject,
  use: (object: ApiObject) => Generator<void> | undefined,
  resource: Resource,
  unread: Reader['unread'],
): Generator<void> {
  try {
    yield* use(object) ?? [];
  } catch (error) {
    if (unread === undefined) throw error;
    unread.noteFailure(resource, placeOf(object), error);
  }
}

/** As {@link eachObject}, for the objects that have a list of pull secrets. */
export function eachPullSpec(
  reader: Reader,
  kind: PullKind,
  options: ListQuery,
  use: (pullSpec: PullSpec) => void,
): Promise<ApiError | undefined> {
  return eachObject(reader, kind, options, (object) => {
    const pullSpec = pullSpecOf(kind, object);
    if (pullSpec !== undefined) use(pullSpec);
  });
}
