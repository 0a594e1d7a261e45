/** Which namespaces doctor looks at, and whether they are listed one by one or all at once. */
import { ApiError } from '../../cluster/client/api-error.ts';
import type { Transport } from '../../cluster/client/transport.ts';
import { listPages, METADATA_OF_ONE, NAMESPACES, objectPath } from '../../cluster/object-request.ts';
import { SECRETS } from '../../cluster/read-secrets.ts';
import { labelledNamespaces, type ScopeFlags } from '../../cluster/secret-scope.ts';
import { type ApiObject, fieldOf } from '../../domain/workloads/api-object.ts';
import { isBeingDeleted } from '../../domain/workloads/pull-spec.ts';

/**
 * Up to this many namespaces are listed one by one. Beyond that, the whole cluster is listed and other namespaces are dropped.
 */
const FEW = 5;

/** Returns undefined for all namespaces. Throws UserError where no namespace has the labels. */
export async function chosenNamespaces(
  { allNamespaces, selector }: ScopeFlags,
  transport: Transport,
): Promise<ReadonlySet<string> | undefined> {
  if (selector === undefined) return allNamespaces === true ? undefined : new Set([transport.namespace]);
  return new Set(await labelledNamespaces(transport, selector));
}

/** The namespaces to list one after the other. Undefined stands for the whole cluster. */
export async function placesToList(
  namespaces: ReadonlySet<string> | undefined,
  transport: Transport,
): Promise<Iterable<string | undefined>> {
  const isWide = namespaces === undefined || (namespaces.size > FEW && (await mayListEverywhere(transport)));
  return isWide ? [undefined] : namespaces;
}

/** A user who may not list the whole cluster may still have a role in each of the namespaces. */
async function mayListEverywhere(transport: Transport): Promise<boolean> {
  try {
    await listPages(transport, SECRETS, { limit: 1, metadataOnly: true, shape: { metadata: { name: true } } }).next();
    return true;
  } catch (error) {
    if (error instanceof ApiError && error.status === 403) return false;
    throw error;
  }
}

/** Which of `namespaces`, or of all namespaces, are being deleted, as far as our rights let us read them. */
export async function endingAmong(
  namespaces: ReadonlySet<string> | undefined,
  transport: Transport,
): Promise<readonly string[]> {
  if (namespaces === undefined || namespaces.size > FEW) {
    return (await allEnding(transport)).filter((name) => namespaces?.has(name) ?? true);
  }
  const ending = await Promise.all(
    [...namespaces].map(async (name) => ((await isEnding(name, transport)) ? name : [])),
  );
  return ending.flat();
}

async function allEnding(transport: Transport): Promise<string[]> {
  const names: string[] = [];
  const shape = { metadata: { name: true, deletionTimestamp: true } } as const;
  try {
    for await (const items of listPages(transport, NAMESPACES, { metadataOnly: true, shape })) {
      const ending = items.filter((object) => isBeingDeleted({ object }));
      names.push(...ending.map(({ metadata }) => `${fieldOf(metadata, 'name')}`));
    }
    return names;
  } catch (error) {
    if (error instanceof ApiError) return [];
    throw error;
  }
}

async function isEnding(name: string, transport: Transport): Promise<boolean> {
  try {
    const path = objectPath(NAMESPACES, undefined, name);
    const object = await transport.request<ApiObject>({ method: 'GET', path, accept: METADATA_OF_ONE });
    return isBeingDeleted({ object });
  } catch (error) {
    if (error instanceof ApiError) return false;
    throw error;
  }
}
