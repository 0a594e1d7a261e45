/** Namespaces that are being deleted: the API server creates nothing in them. */
import { ApiError } from '../cluster/api-error.ts';
import { listPages, NAMESPACES } from '../cluster/object-request.ts';
import type { Transport } from '../cluster/transport.ts';
import { UserError } from '../errors.ts';
import { NAMESPACE_FIELDS, namespaceFacts, readNamespace } from './namespace.ts';

/** Up to this many namespaces are read one by one. Beyond that, all are listed. */
const FEW = 5;

/** Which of `namespaces`, or of all namespaces, are being deleted, as far as our rights let us read them. */
export async function endingAmong(
  namespaces: ReadonlySet<string> | undefined,
  transport: Transport,
): Promise<readonly string[]> {
  if (namespaces === undefined || namespaces.size > FEW) {
    return (await allEnding(transport)).filter((name) => namespaces?.has(name) ?? true);
  }
  const facts = await Promise.all([...namespaces].map((name) => readNamespace(transport, name).catch(ignored)));
  return facts.flatMap((one) => (one?.isEnding ? one.name : []));
}

function ignored(error: unknown): undefined {
  if (!(error instanceof UserError)) throw error;
}

async function allEnding(transport: Transport): Promise<string[]> {
  const names: string[] = [];
  try {
    for await (const items of listPages(transport, NAMESPACES, { metadataOnly: true, shape: NAMESPACE_FIELDS })) {
      names.push(...items.map(namespaceFacts).flatMap(({ name, isEnding }) => (isEnding ? name : [])));
    }
    return names;
  } catch (error) {
    if (error instanceof ApiError) return [];
    throw error;
  }
}
