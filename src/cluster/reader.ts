/** A connection to read with, and what it was not allowed to read. */
import type { ApiObject } from '../domain/workloads/api-object.ts';
import { ApiError, refusalOf } from './client/api-error.ts';
import type { Transport } from './client/transport.ts';
import { objectPath, type Resource } from './object-request.ts';

/** Of a command there is one, so that it can say at its end what it has not seen. */
export interface Reader {
  readonly transport: Transport;
  readonly missingRights: MissingRights;
}

export interface MissingRights {
  /** As in a role: `list` and `pods`. */
  note(verb: string, resource: string): void;
  /** Such as `list pods`, sorted. */
  list(): readonly string[];
  /** The resources of one verb, sorted. */
  resources(verb: string): readonly string[];
}

export function createReader(transport: Transport): Reader {
  const rights = new Set<string>();
  const list = (): string[] => [...rights].sort();
  return {
    transport,
    missingRights: {
      note: (verb, resource) => void rights.add(`${verb} ${resource}`),
      list,
      resources: (verb) =>
        list().flatMap((right) => (right.startsWith(`${verb} `) ? [right.slice(verb.length + 1)] : [])),
    },
  };
}

/** Left out: of a kind that is in no namespace. */
export interface ReadScope {
  readonly namespace?: string;
  readonly name: string;
}

/** The object, or why there is none to see: a right that is missing is noted. Throws UserError. */
export async function readObject(
  { transport, missingRights }: Reader,
  resource: Resource,
  { namespace, name }: ReadScope,
): Promise<ApiObject | 'missing' | 'forbidden'> {
  try {
    return await transport.request<ApiObject>({ method: 'GET', path: objectPath(resource, namespace, name) });
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.status === 404) return 'missing';
    if (error.status !== 403) throw refusalOf(error);
    missingRights.note('get', resource.plural);
    return 'forbidden';
  }
}
