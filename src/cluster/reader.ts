/** A connection to read with, what it was not allowed to read, and what could not be read. */
import { isObjectName } from '../domain/text/object-name.ts';
import type { ApiObject } from '../domain/workloads/api-object.ts';
import { ApiError, refusalOf } from './client/api-error.ts';
import type { Transport } from './client/transport.ts';
import type { ReadScope, UnreadObjects } from './client/unread-objects.ts';
import { objectPath, type Resource } from './object-request.ts';

/** Of a command there is one, so that it can say at its end what it has not seen. */
export interface Reader {
  readonly transport: Transport;
  readonly missingRights: MissingRights;
  /** Where many objects are looked at: one that cannot be read does not keep the others from being answered. */
  readonly unread?: UnreadObjects | undefined;
}

export interface MissingRights {
  /** As in a role: `list` and `pods`. */
  note(verb: string, resource: string): void;
  /** Such as `list pods`, sorted. */
  list(): readonly string[];
  /** The resources of one verb, sorted. */
  resources(verb: string): readonly string[];
}

/** Without `unread`, an object that cannot be read is an error. */
export function createReader(transport: Transport, unread?: UnreadObjects): Reader {
  const rights = new Set<string>();
  const list = (): string[] => [...rights].sort();
  return {
    transport,
    unread,
    missingRights: {
      note: (verb, resource) => void rights.add(`${verb} ${resource}`),
      list,
      resources: (verb) =>
        list().flatMap((right) => (right.startsWith(`${verb} `) ? [right.slice(verb.length + 1)] : [])),
    },
  };
}

/**
 * The object, or why there is none to see: a right that is missing is noted, and so is what could not be read where the
 * reader goes on. Nobody is asked for a name that no object can have. Throws UserError.
 */
export async function readObject(
  reader: Reader,
  resource: Resource,
  place: ReadScope,
): Promise<ApiObject | 'missing' | 'forbidden'> {
  if (!isObjectName(place.name)) return 'missing';
  const read = () => askFor(reader, resource, place);
  const { unread } = reader;
  if (unread !== undefined) return unread.attempt(resource, place, read, 'forbidden');
  return read().catch((error: unknown) => {
    throw error instanceof ApiError ? refusalOf(error) : error;
  });
}

/** Throws ApiError and UserError. */
async function askFor(
  { transport, missingRights }: Reader,
  resource: Resource,
  { namespace, name }: ReadScope,
): Promise<ApiObject | 'missing' | 'forbidden'> {
  try {
    return await transport.request<ApiObject>({ method: 'GET', path: objectPath(resource, namespace, name) });
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.status === 404) return 'missing';
    if (error.status !== 403) throw error;
    missingRights.note('get', resource.plural);
    return 'forbidden';
  }
}
