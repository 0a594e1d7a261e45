/** Lists the names of existing objects, to propose one of them. */
import { fieldOf } from '../workloads/api-object.ts';
import { ApiError } from './api-error.ts';
import { type ListQuery, listPages, type Resource } from './object-request.ts';
import type { Transport } from './transport.ts';

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
