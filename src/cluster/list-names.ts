/** Names of what there is, for proposing one of them. */
import { DATA_KEY } from '../domain/keyring/secret.ts';
import { fieldOf } from '../domain/workloads/api-object.ts';
import type { PullKind } from '../domain/workloads/kind.ts';
import { ApiError } from './client/api-error.ts';
import type { Transport } from './client/transport.ts';
import { type ListOptions, listPages } from './object-request.ts';

const SECRETS = { group: '', plural: 'secrets' } as const;

/** Of each object only metadata is asked for. Empty where they may not be listed. */
export async function listNames(
  transport: Transport,
  kind: Pick<PullKind, 'group' | 'plural'>,
  options: ListOptions,
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

/** The pull secrets of a namespace; empty where they may not be listed. */
export async function listPullSecrets(transport: Transport, namespace: string): Promise<string[]> {
  const lists = Object.keys(DATA_KEY).map((type) =>
    listNames(transport, SECRETS, { namespace, fieldSelector: `type=${type}` }),
  );
  return (await Promise.all(lists)).flat();
}

/** The namespaces that have a Secret of this name; empty where that may not be asked. */
export function namespacesWith(transport: Transport, name: string): Promise<string[]> {
  return listNames(transport, SECRETS, { fieldSelector: `metadata.name=${name}` }, 'namespace');
}
