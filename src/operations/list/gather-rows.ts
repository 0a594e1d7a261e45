/** The rows of `list`: what is read, who refers to it, and what is left out for the login that is looked for. */
import type { ApiError } from '../../cluster/client/api-error.ts';
import { listRefusal } from '../../cluster/object-request.ts';
import { eachPullSecret, eachSecret, eachSecretNamed } from '../../cluster/read-secrets.ts';
import type { Reader } from '../../cluster/reader.ts';
import { gatherUsage } from '../../cluster/usage.ts';
import { inPortions } from '../../concurrency.ts';
import {
  holdsLogin,
  type LoginFilter,
  missingRow,
  type SecretRow,
  type SecretSummary,
  summarize,
  unreadRow,
  withOrigin,
} from '../../domain/findings/secret-row.ts';
import type { KubeletEntry } from '../../domain/keyring/entry.ts';
import type { Secret } from '../../domain/keyring/secret.ts';
import { type SecretName, secretKey, secretName, UNUSED } from '../../domain/workloads/references.ts';
import { type CopyOrigins, createCopyOrigins } from '../doctor/copy-origins.ts';
import { unreadFindings } from '../doctor/unread-findings.ts';

/** Which Secrets are listed. */
export interface ListScope {
  /** Undefined: all of them. */
  readonly namespace: string | undefined;
  readonly names: readonly string[];
  readonly labelSelector: string | undefined;
  readonly login: LoginFilter;
  /** Whether it is said which are copies, and what their sources are like. */
  readonly looks: boolean;
  /** Whether one that is referred to and missing has a row; a name without an object fails what it is piped into. */
  readonly missing: boolean;
  /** What stands for each password, where any is printed. */
  readonly fingerprint: (login: KubeletEntry) => string;
}

export interface ListedSecrets {
  readonly rows: readonly SecretRow[];
  /** Those that are there and have no such login. */
  readonly others: readonly SecretName[];
}

/** Reads Secrets and who refers to them at the same time, then asks for those of other types that are referred to. */
export async function gatherRows(reader: Reader, scope: ListScope, now: number): Promise<ListedSecrets> {
  const { namespace, names, labelSelector, login } = scope;
  const isAny = login.servers === undefined && login.username === undefined;
  const isListed = (name: string): boolean =>
    labelSelector === undefined && (names.length === 0 || names.includes(name));
  const summaries = new Map<string, SecretSummary>();
  const others = new Set<string>();
  const origins = createCopyOrigins(reader);
  const keep = function* (secret: Secret): Generator<void> {
    if (scope.looks) origins.note(secret);
    const { namespace: where = '', name = '' } = secret.metadata;
    if (!(yield* holdsLogin(secret, login))) return void others.add(secretKey(where, name));
    const summary = yield* summarize(secret, now, scope.fingerprint);
    summaries.set(secretKey(summary.namespace, summary.name), summary);
  };
  const [{ usage, mounts }, refused] = await Promise.all([
    gatherUsage(reader, namespace),
    eachListed(reader, scope, keep),
  ]);
  if (refused !== undefined) throw listRefusal(refused, { group: '', plural: 'secrets' }, namespace);
  const named = namespace === undefined ? [] : names.map((name) => secretKey(namespace, name));
  const unseen = [...new Set([...usage.keys(), ...named])]
    .filter((key) => !summaries.has(key) && !others.has(key) && isListed(secretName(key).name))
    .map(secretName);
  await eachSecret(reader, unseen, async (ref, secret) => {
    const key = secretKey(ref.namespace, ref.name);
    if (secret === 'forbidden' || (secret === 'missing' && !(scope.missing && usage.has(key)))) return;
    if (secret === 'missing' && isAny) summaries.set(key, missingRow(ref.namespace, ref.name));
    else if (secret !== 'missing') await inPortions(keep(secret), reader.transport.signal);
  });
  await addOrigins(summaries, origins, scope);
  for (const found of reader.unread === undefined ? [] : unreadFindings(reader.unread)) {
    if (!isAny || found.object.kind !== 'Secret' || !isListed(found.object.name)) continue;
    const row = unreadRow(found);
    summaries.set(secretKey(row.namespace, row.name), row);
  }
  const rows = [...summaries].map(([key, summary]) => ({
    ...summary,
    usedBy: { ...(usage.get(key) ?? UNUSED), ...mounts.get(key) },
  }));
  return { rows, others: [...others].map(secretName) };
}

/** Where each copy comes from. A source has the name of its copy, so that with names, too, those of all namespaces are there. */
async function addOrigins(
  summaries: Map<string, SecretSummary>,
  origins: CopyOrigins,
  { namespace, labelSelector }: ListScope,
): Promise<void> {
  for (const [key, copyOf] of await origins.find(namespace === undefined && labelSelector === undefined)) {
    const summary = summaries.get(key);
    if (summary !== undefined) summaries.set(key, withOrigin(summary, copyOf));
  }
}

/** Those of names in one namespace are read one by one, for which a role needs no right to list. */
async function eachListed(
  reader: Reader,
  { namespace, names, labelSelector }: ListScope,
  use: (secret: Secret) => Generator<void>,
): Promise<ApiError | undefined> {
  if (names.length === 0) return eachPullSecret(reader, namespace, use, labelSelector);
  if (namespace !== undefined) return undefined;
  const refused = await Promise.all(names.map((name) => eachSecretNamed(reader, name, use)));
  return refused.find((error) => error !== undefined);
}
