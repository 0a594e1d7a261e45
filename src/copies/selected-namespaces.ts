/** Reads the namespaces that a command line selects for copies. */
import { ApiError } from '../cluster/api-error.ts';
import { listPages, listRefusal, NAMESPACES } from '../cluster/object-request.ts';
import type { Transport } from '../cluster/transport.ts';
import { UserError } from '../errors.ts';
import { NAMESPACE_FIELDS, namespaceFacts, readNamespace } from '../gather/namespace.ts';
import { clusterCommand } from '../line/command.ts';
import type { LabelledSelection, NamespaceFacts } from '../secret/selected-namespace.ts';
import { forEachLimit } from '../system/concurrency.ts';

export interface NamespaceQuery {
  readonly selection: LabelledSelection;
  /** Whether copies elsewhere are deleted, for which a list is needed. */
  readonly prune?: boolean;
  readonly part?: { readonly only?: readonly string[] | undefined } | undefined;
}

/** Reads the namespaces to select from. Where listing is forbidden, reads the named ones one by one. Throws UserError. */
export async function readNamespaces(
  transport: Transport,
  { selection, prune, part }: NamespaceQuery,
): Promise<NamespaceFacts[]> {
  const { labelSelector, names } = selection;
  const found: NamespaceFacts[] = [];
  const list = async (fieldSelector?: string): Promise<void> => {
    const query = { labelSelector, fieldSelector, metadataOnly: true, shape: NAMESPACE_FIELDS };
    for await (const page of listPages(transport, NAMESPACES, query)) found.push(...page.map(namespaceFacts));
  };
  try {
    if (part?.only === undefined) await list();
    else await forEachLimit(transport.concurrency, part.only, (name) => list(`metadata.name=${name}`));
    return found;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.status !== 403 || !isNamed(selection) || prune)
      throw listRefusal(error, NAMESPACES, undefined, labelSelector);
    await forEachLimit(transport.concurrency, names, async (name) => {
      const facts = await readNamespace(transport, name);
      if (facts !== undefined) found.push(facts);
    });
    return found;
  }
}

/** Whether the selection consists of names only. */
function isNamed({ labelSelector, globs, all }: LabelledSelection): boolean {
  return labelSelector === undefined && globs.length === 0 && !all;
}

/** The error for a named namespace that does not exist. */
export function noNamespace(namespace: string): UserError {
  return new UserError(`namespace ${namespace} does not exist`, clusterCommand`kubectl create namespace ${namespace}`);
}
