/** Which namespaces doctor looks at, and whether they are listed one by one or all at once. */
import { ApiError } from '../../cluster/client/api-error.ts';
import type { Transport } from '../../cluster/client/transport.ts';
import { listPages, METADATA_OF_ONE, NAMESPACES, objectPath } from '../../cluster/object-request.ts';
import { SECRETS } from '../../cluster/read-secrets.ts';
import { labelledNamespaces, type ScopeFlags } from '../../cluster/secret-scope.ts';
import { type ApiObject, fieldOf } from '../../domain/workloads/api-object.ts';

/** Up to so many namespaces are listed one by one; of more, all of the cluster is listed, and what is elsewhere left out. */
const FEW = 5;

/** Undefined for all of them. Throws UserError where no namespace has the labels. */
export async function chosenNamespaces(
  { allNamespaces, selector }: ScopeFlags,
  transport: Transport,
): Promise<ReadonlySet<string> | undefined> {
  if (selector === undefined) return allNamespaces === true ? undefined : new Set([transport.namespace]);
  return new Set(await labelledNamespaces(transport, selector));
}

/** What is listed one after the other; undefined stands for all of the cluster. */
export async function placesToList(
  namespaces: ReadonlySet<string> | undefined,
  transport: Transport,
): Promise<Iterable<string | undefined>> {
  const isWide = namespaces === undefined || (namespaces.size > FEW && (await mayListEverywhere(transport)));
  return isWide ? [undefined] : namespaces;
}

/** Who may not has perhaps a role in each of the namespaces. */
async function mayListEverywhere(transport: Transport): Promise<boolean> {
  try {
    await listPages(transport, SECRETS, { limit: 1, metadataOnly: true, shape: { metadata: { name: true } } }).next();
    return true;
  } catch (error) {
    if (error instanceof ApiError && error.status === 403) return false;
    throw error;
  }
}

/** Those of `namespaces`, or of all, that are being deleted, as far as they may be read. */
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
      for (const { metadata } of items)
        if (fieldOf(metadata, 'deletionTimestamp') !== undefined) names.push(`${fieldOf(metadata, 'name')}`);
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
    const { metadata } = await transport.request<ApiObject>({ method: 'GET', path, accept: METADATA_OF_ONE });
    return fieldOf(metadata, 'deletionTimestamp') !== undefined;
  } catch (error) {
    if (error instanceof ApiError) return false;
    throw error;
  }
}
