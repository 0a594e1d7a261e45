/**
 * Objects that the API server does not return, or that an error here keeps from being examined. Each is noted, and the others are
 * still read.
 */
import { isBug, UserError } from '../errors.ts';
import { ApiError, refusalOf } from './api-error.ts';

export interface ReadScope {
  /** Left out for a kind that is not namespaced. */
  readonly namespace?: string;
  readonly name: string;
}

interface UnreadResource {
  readonly plural: string;
}

export interface UnreadObject extends ReadScope {
  readonly resource: UnreadResource;
  /** The server's own answer, or why the request failed. For a bug of regsecret, only the name of the error class. */
  readonly reason: string;
  readonly isBug: boolean;
}

export interface UnreadObjects {
  /** Runs `work`, which reads one object. When that fails, notes the object and returns `otherwise`. */
  attempt<T>(resource: UnreadResource, place: ReadScope, work: () => Promise<T>, otherwise: T): Promise<T>;
  /**
   * Notes an object whose examination threw `error`: the object is malformed, or regsecret has a bug. Rethrows any other error.
   */
  noteFailure(resource: UnreadResource, place: ReadScope, error: unknown): void;
  /** In the order in which they were noted. */
  list(): readonly UnreadObject[];
}

/** After more failed requests than this, the server counts as out of order. Each failure has already been retried for seconds. */
const MAX_FAULTS = 20;

/**
 * The returned object's methods throw UserError when no request would be answered: the login is rejected, or the server is out of
 * order.
 */
export function createUnreadObjects(): UnreadObjects {
  const found = new Map<string, UnreadObject>();
  let faults = 0;
  const note = (object: UnreadObject): void => {
    found.set(`${object.resource.plural}/${object.namespace}/${object.name}`, object);
  };
  return {
    async attempt(resource, place, work, otherwise) {
      try {
        return await work();
      } catch (error) {
        // Any other error is a bug, or the end of the program.
        if (!(error instanceof ApiError || error instanceof UserError)) throw error;
        const refused = error instanceof ApiError ? error : undefined;
        if (refused === undefined || refused.status >= 500) faults += 1;
        if (faults > MAX_FAULTS || refused?.status === 401) throw refused === undefined ? error : refusalOf(refused);
        note({ resource, ...place, reason: error.message, isBug: false });
        return otherwise;
      }
    },
    noteFailure(resource, place, error) {
      if (error instanceof UserError) return note({ resource, ...place, reason: error.message, isBug: false });
      if (!isBug(error)) throw error;
      note({ resource, ...place, reason: error.name, isBug: true });
    },
    list: () => [...found.values()],
  };
}
