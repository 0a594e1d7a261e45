/** A connection to read with, and a record of missing rights and unreadable objects. */
import type { Hint } from '../line/hint.ts';
import { isObjectName } from '../line/object-name.ts';
import type { ApiObject } from '../workloads/api-object.ts';
import { ApiError, refusalOf } from './api-error.ts';
import { objectPath, type Resource } from './object-request.ts';
import { grantFor, isMissingRight } from './right.ts';
import type { Transport } from './transport.ts';
import type { ReadScope, UnreadObjects } from './unread-objects.ts';

/** Each command has one reader, so that it can report at its end what it could not see. */
export interface Reader {
  readonly transport: Transport;
  readonly missingRights: MissingRights;
  /** Set when many objects are examined, so that an unreadable one does not stop the rest. */
  readonly unread?: UnreadObjects | undefined;
}

export interface MissingRights {
  /** Named as in a role, such as `list` and `pods`. */
  note(verb: string, resource: string, refused: Error): void;
  /** For example `list pods`; sorted. */
  list(): readonly string[];
  /** The resources of one verb, sorted. */
  resources(verb: string): readonly string[];
  /** What an administrator can run. */
  readonly grant: Hint;
}

/** Without `unread`, an object that cannot be read is an error. */
export function createReader(transport: Transport, unread?: UnreadObjects): Reader {
  const rights = new Set<string>();
  let message: string | undefined;
  const list = (): string[] => [...rights].sort();
  return {
    transport,
    unread,
    missingRights: {
      note: (verb, resource, refused) => {
        rights.add(`${verb} ${resource}`);
        if (isMissingRight(refused.message)) message = refused.message;
      },
      get grant() {
        return grantFor(message);
      },
      list,
      resources: (verb) =>
        list().flatMap((right) => (right.startsWith(`${verb} `) ? [right.slice(verb.length + 1)] : [])),
    },
  };
}

/**
 * The object, or why it cannot be seen. A missing right is noted, and so is an unreadable object if the reader has `unread`. No
 * request is sent for a name that no object can have. Throws UserError.
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
    missingRights.note('get', resource.plural, error);
    return 'forbidden';
  }
}
