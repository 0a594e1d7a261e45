/** The Secrets that a command works on: by name, in one namespace, in all, or in the namespaces with certain labels. */

import { matchesGlob } from '../codec/go/glob.ts';
import { UsageError, UserError } from '../errors.ts';
import { clusterCommand, words } from '../line/command.ts';
import { prose } from '../line/hint.ts';
import type { Secret } from '../secret/secret.ts';
import {
  chosenNamespace,
  isReserved,
  type LoginPlace,
  listedNamespace,
  type NamespaceSelection,
  type SelectedNamespace,
} from '../secret/selected-namespace.ts';
import { forEachLimit } from '../system/concurrency.ts';
import { fieldOf } from '../workloads/api-object.ts';
import { secretNameOf } from '../workloads/references.ts';
import { ApiError } from './api-error.ts';
import { findSecret } from './not-found.ts';
import { listPages, listRefusal, NAMESPACES } from './object-request.ts';
import { eachSecretToWrite, SECRETS, type SecretQuery } from './read-secrets.ts';
import type { Reader } from './reader.ts';
import type { Transport } from './transport.ts';

export interface SecretScope {
  /** One namespace, all of them, those with these labels, or those of `--to`. */
  readonly namespaces:
    | { readonly only: SelectedNamespace }
    | 'all'
    | { readonly labelSelector: string }
    | { readonly to: Pick<NamespaceSelection, 'names' | 'globs'> };
  /** Every name when empty. */
  readonly names: readonly string[];
  /** The subcommand that the hint repeats when a name is wrong. */
  readonly verb: string;
}

/** The flags that select namespaces. */
export interface ScopeFlags {
  readonly allNamespaces?: boolean | undefined;
  readonly selector?: string | undefined;
}

/**
 * Throws UsageError for an empty selector. To the API server it means everything, but it comes from a variable that is not set.
 */
export function checkSelector(selector: string | undefined): void {
  if (selector?.trim() !== '') return;
  throw new UsageError(
    'the selector of -l is empty, which would select every namespace',
    prose`give the labels, as in ${words`-l team=a`}`,
  );
}

/**
 * The namespaces of the flags, otherwise the one of the connection. With both -l and -A, -l counts, as in kubectl, because it
 * selects fewer.
 */
export function namespacesOf(
  { allNamespaces, selector }: ScopeFlags,
  only: SelectedNamespace,
): SecretScope['namespaces'] {
  if (selector !== undefined) return { labelSelector: selector };
  return allNamespaces ? 'all' : { only };
}

/** The namespace of the scope; undefined where there may be several. */
export function onlyNamespace({ namespaces }: Pick<SecretScope, 'namespaces'>): SelectedNamespace | undefined {
  return typeof namespaces === 'object' && 'only' in namespaces ? namespaces.only : undefined;
}

const CONCURRENCY = 8;

/**
 * Passes every Secret in scope to `use`: those of the two types that the kubelet uses, and for a given name those of any type. A
 * name that does not exist in the single namespace is an error. Throws UserError.
 */
export async function eachInScope(
  reader: Reader,
  { namespaces, names, verb }: SecretScope,
  use: (secret: Secret, place: LoginPlace) => Generator<void> | undefined,
): Promise<void> {
  const useIn = (namespace: SelectedNamespace) => (secret: Secret) =>
    use(secret, { namespace, name: secretNameOf(secret).name });
  if (namespaces === 'all') {
    return eachNamed(reader, {}, names, (secret) =>
      useIn(listedNamespace(secretNameOf(secret).namespace, namespaces))(secret),
    );
  }
  if (!('only' in namespaces)) {
    const chosen =
      'to' in namespaces
        ? await chosenNamespaces(reader.transport, namespaces.to)
        : await labelledNamespaces(reader.transport, namespaces.labelSelector);
    const isHome = (namespace: string): boolean => namespace === reader.transport.namespace;
    // `rotate` writes the connection's own namespace last. If this one, read first, has the new content, all others have it as
    // well, even while another run is writing.
    for (const some of [chosen.filter(isHome), chosen.filter((namespace) => !isHome(namespace))]) {
      await forEachLimit(CONCURRENCY, some, (namespace) => eachNamed(reader, { namespace }, names, useIn(namespace)));
    }
    return;
  }
  const namespace = namespaces.only;
  if (names.length === 0) return eachNamed(reader, { namespace }, names, useIn(namespace));
  // Reading by name needs no right to list.
  await forEachLimit(CONCURRENCY, names, async (name) => {
    const secret = await findSecret(reader.transport, { namespace, name }, verb);
    for (const _ of useIn(namespace)(secret) ?? []);
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

/** The namespaces of `--to`. Lists none where all are named. Throws UserError where a pattern matches none. */
async function chosenNamespaces(
  transport: Transport,
  { names, globs }: Pick<NamespaceSelection, 'names' | 'globs'>,
): Promise<SelectedNamespace[]> {
  const listed = globs.length === 0 ? [] : await namespaceNames(transport);
  const idle = globs.find((glob) => !listed.some((name) => isChosen(name, { names: [], globs: [glob] })));
  if (idle !== undefined) {
    const isVendors = listed.some((name) => isReserved(name) && matchesGlob(idle, name));
    const what = isVendors ? `${idle} matches only namespaces that are chosen by name` : `no namespace matches ${idle}`;
    throw new UserError(`${what}, so nothing was checked`, clusterCommand`kubectl get namespaces`);
  }
  return [...new Set([...names, ...listed])].flatMap((name) => isChosen(name, { names, globs }) ?? []);
}

function isChosen(name: string, to: Pick<NamespaceSelection, 'names' | 'globs'>): SelectedNamespace | undefined {
  const selection = { ...to, all: false, exclude: [] };
  return chosenNamespace({ name, isEnding: false, isLeftAlone: false }, selection, undefined);
}

/** The names of the namespaces with these labels. Throws UserError, also when there are none. */
export async function labelledNamespaces(transport: Transport, labelSelector: string): Promise<SelectedNamespace[]> {
  const names = await namespaceNames(transport, labelSelector);
  if (names.length > 0) return names.map((name) => listedNamespace(name, { labelSelector }));
  throw new UserError(
    `no namespace has the labels ${labelSelector}, so nothing was checked`,
    prose`-l chooses namespaces by their labels: ${clusterCommand`kubectl get namespaces --show-labels`}`,
  );
}

/** Throws UserError where they may not be listed. */
async function namespaceNames(transport: Transport, labelSelector?: string): Promise<string[]> {
  const shape = { metadata: { name: true } } as const;
  const names: string[] = [];
  try {
    for await (const page of listPages(transport, NAMESPACES, { labelSelector, shape, metadataOnly: true })) {
      names.push(...page.map((object) => `${fieldOf(object, 'metadata', 'name')}`));
    }
  } catch (error) {
    throw error instanceof ApiError ? listRefusal(error, NAMESPACES, undefined, labelSelector) : error;
  }
  return names;
}
