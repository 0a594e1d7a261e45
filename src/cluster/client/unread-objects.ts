/** Objects that the API server does not give, or over which we fail: each is noted, and the others are read. */
import { isBug, UserError } from '../../errors.ts';
import { ApiError, refusalOf } from './api-error.ts';

export interface ReadScope {
  /** Left out: of a kind that is in no namespace. */
  readonly namespace?: string;
  readonly name: string;
}

interface Resource {
  readonly plural: string;
}

export interface UnreadObject extends ReadScope {
  readonly resource: Resource;
  /** The server's own answer, or what became of the request; of a bug of ours only what kind of error it is. */
  readonly reason: string;
  readonly isBug: boolean;
}

export interface UnreadObjects {
  /** Does `work`, which is about one object; where that fails, the object is noted and `otherwise` is the answer. */
  attempt<T>(resource: Resource, place: ReadScope, work: () => Promise<T>, otherwise: T): Promise<T>;
  /** Notes an object with which `error` came: it is not as it should be, or we have a bug. Throws every other error. */
  noteFailure(resource: Resource, place: ReadScope, error: unknown): void;
  /** In the order in which they were met. */
  list(): readonly UnreadObject[];
}

/** So many requests without a proper answer, and the server is taken for out of order: each is repeated for seconds. */
const MAX_FAULTS = 20;

/** Throws UserError where no request would have an answer: the login is not accepted, or the server is out of order. */
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
        // Everything else is a bug, or the end of the program.
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
