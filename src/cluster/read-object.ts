/** One object, as far as it may be read. */
import type { ApiObject } from '../domain/workloads/api-object.ts';
import { ApiError, refusalOf } from './client/api-error.ts';
import { objectPath } from './object-request.ts';
import type { Reader, Resource } from './reader.ts';

/** Left out: of a kind that is in no namespace. */
export interface Place {
  readonly namespace?: string;
  readonly name: string;
}

/** The object, or why there is none to see: a right that is missing is noted. Throws UserError. */
export async function readObject(
  { transport, missingRights }: Reader,
  resource: Resource,
  { namespace, name }: Place,
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
