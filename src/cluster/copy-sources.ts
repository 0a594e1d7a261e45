/** Finds the Secrets of which `sync` has made copies. */

import { copyMark, MADE_FROM, MANAGED_BY, SOURCE } from '../secret/copy.ts';
import type { Secret } from '../secret/secret.ts';
import { ApiError } from './api-error.ts';
import { listPages } from './object-request.ts';
import type { FieldSelection } from './pick-json.ts';
import { SECRETS } from './read-secrets.ts';
import type { Transport } from './transport.ts';

const MARKS: FieldSelection = {
  metadata: {
    namespace: true,
    name: true,
    labels: { [MANAGED_BY]: true },
    annotations: { [SOURCE]: true, [MADE_FROM]: true },
  },
};

/**
 * The sources of all copies, as `namespace/name`, read from the marks on the copies in all namespaces. Empty when Secrets may not
 * be listed.
 */
export async function copySources(transport: Transport): Promise<ReadonlySet<string>> {
  const sources = new Set<string>();
  await eachCopy(transport, (source) => sources.add(source));
  return sources;
}

/** The namespaces with a copy of `source`, which is `namespace/name`. Empty when Secrets may not be listed. */
export async function copyNamespaces(transport: Transport, source: string): Promise<string[]> {
  const namespaces: string[] = [];
  await eachCopy(transport, (of, namespace) => {
    if (of === source) namespaces.push(namespace);
  });
  return namespaces;
}

/** The sources of the copies of this name, by the namespace of the copy. Empty when Secrets may not be listed. */
export async function copiesNamed(transport: Transport, name: string): Promise<ReadonlyMap<string, string>> {
  const sources = new Map<string, string>();
  await eachCopy(transport, (source, namespace) => sources.set(namespace, source), `metadata.name=${name}`);
  return sources;
}

/**
 * Orders the `places` that hold a Secret called `name`: first the source of other `copies`, last the copies, which `sync`
 * overwrites.
 */
export function sourcesFirst(name: string, places: readonly string[], copies: ReadonlyMap<string, string>): string[] {
  const sources = new Set(copies.values());
  const rank = (namespace: string): number => (copies.has(namespace) ? 2 : sources.has(`${namespace}/${name}`) ? 0 : 1);
  return places.toSorted((one, other) => rank(one) - rank(other));
}

/** Calls `use` for each copy whose source is in this cluster. Only metadata is requested. */
async function eachCopy(
  transport: Transport,
  use: (source: string, namespace: string) => void,
  fieldSelector?: string,
): Promise<void> {
  const marked = { labelSelector: `${MANAGED_BY}=regsecret`, fieldSelector };
  const query = { ...marked, shape: MARKS, metadataOnly: true, cached: true };
  try {
    for await (const page of listPages(transport, SECRETS, query)) {
      for (const copy of page as unknown as readonly Secret[]) {
        const mark = copyMark(copy);
        if (mark === undefined || mark.from === 'another-cluster') continue;
        use(mark.source, copy.metadata.namespace ?? '');
      }
    }
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
  }
}
