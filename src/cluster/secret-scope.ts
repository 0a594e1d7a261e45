/** The Secrets that a command is about: by name, in one namespace, in all, or in those with certain labels. */
import { forEachLimit } from '../concurrency.ts';
import type { Secret } from '../domain/keyring/secret.ts';
import { type Command, clusterCommand, words } from '../domain/text/command.ts';
import { prose } from '../domain/text/hint.ts';
import { fieldOf } from '../domain/workloads/api-object.ts';
import { UsageError, UserError } from '../errors.ts';
import { ApiError } from './client/api-error.ts';
import type { Transport } from './client/transport.ts';
import { findSecret } from './not-found.ts';
import { listPages, listRefusal, NAMESPACES } from './object-request.ts';
import { eachSecretToWrite, SECRETS, type SecretQuery } from './read-secrets.ts';
import type { Reader } from './reader.ts';

export interface SecretScope {
  /** One namespace, all of them, or those with these labels. */
  readonly namespaces: { readonly only: string } | 'all' | { readonly labelSelector: string };
  /** None: every name. */
  readonly names: readonly string[];
  /** The subcommand that is typed again where a name is wrong. */
  readonly verb: string;
  /** What is typed beside the name then. */
  readonly flags?: Command;
}

/** The flags that say which namespaces. */
export interface ScopeFlags {
  readonly allNamespaces?: boolean | undefined;
  readonly selector?: string | undefined;
}

/** Throws UsageError for a selector that is empty: to the API server it means everything, and it is a variable that is not set. */
export function checkSelector(selector: string | undefined): void {
  if (selector?.trim() !== '') return;
  throw new UsageError(
    'the selector of -l is empty, which would mean every namespace',
    prose`say which labels, as in ${words`-l team=a`}`,
  );
}

/** Those of the flags, else the one of the connection. -l alone counts where -A is typed, too, as in kubectl: it picks fewer. */
export function namespacesOf({ allNamespaces, selector }: ScopeFlags, only: string): SecretScope['namespaces'] {
  if (selector !== undefined) return { labelSelector: selector };
  return allNamespaces ? 'all' : { only };
}

const CONCURRENCY = 8;

/**
 * Hands every Secret in scope to `use`: those of the two types that kubelets look at, and of a name whatever its type. A name that
 * does not exist in the one namespace is an error. Throws UserError.
 */
export async function eachInScope(
  reader: Reader,
  { namespaces, names, verb, flags }: SecretScope,
  use: (secret: Secret) => Generator<void> | undefined,
): Promise<void> {
  if (namespaces === 'all') return eachNamed(reader, {}, names, use);
  if ('labelSelector' in namespaces) {
    const chosen = await labelledNamespaces(reader.transport, namespaces.labelSelector);
    const isHome = (namespace: string): boolean => namespace === reader.transport.namespace;
    // `rotate` writes home last: who sees what is new there sees it everywhere, also while another run writes.
    for (const some of [chosen.filter(isHome), chosen.filter((namespace) => !isHome(namespace))]) {
      await forEachLimit(CONCURRENCY, some, (namespace) => eachNamed(reader, { namespace }, names, use));
    }
    return;
  }
  const namespace = namespaces.only;
  if (names.length === 0) return eachNamed(reader, { namespace }, names, use);
  // For this a role needs no right to list.
  await forEachLimit(CONCURRENCY, names, async (name) => {
    const secret = await findSecret(reader.transport, { namespace, name }, verb, flags);
    for (const _ of use(secret) ?? []);
  });
}

async function eachNamed(
  reader: Reader,
  query: SecretQuery,
  names: readonly string[],
  use: (secret: Secret) => Generator<void> | undefined,
): Promise<void> {
  const queries = names.length === 0 ? [query] : names.map((name) => ({ ...query, name }));
  for (const one of queries) {
    const refused = await eachSecretToWrite(reader, one, use);
    if (refused !== undefined) throw listRefusal(refused, SECRETS, query.namespace);
  }
}

/** The names of the namespaces with these labels. Throws UserError, also where there is none. */
export async function labelledNamespaces(transport: Transport, labelSelector: string): Promise<string[]> {
  const shape = { metadata: { name: true } } as const;
  const names: string[] = [];
  try {
    for await (const page of listPages(transport, NAMESPACES, { labelSelector, shape, metadataOnly: true })) {
      names.push(...page.map((object) => `${fieldOf(object, 'metadata', 'name')}`));
    }
  } catch (error) {
    throw error instanceof ApiError ? listRefusal(error, NAMESPACES, undefined, labelSelector) : error;
  }
  if (names.length > 0) return names;
  throw new UserError(
    `no namespace has the labels ${labelSelector}, so nothing was looked at`,
    prose`-l chooses namespaces by their labels: ${clusterCommand`kubectl get namespaces --show-labels`}`,
  );
}
