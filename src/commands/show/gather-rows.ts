/** Gathers the rows of `list`: the Secrets with the login that is looked for, and who refers to them. */
import type { ApiError } from '../../cluster/api-error.ts';
import { listRefusal } from '../../cluster/object-request.ts';
import { eachPullSecret, eachSecret, eachSecretNamed, SECRETS } from '../../cluster/read-secrets.ts';
import type { Reader } from '../../cluster/reader.ts';
import {
  holdsLogin,
  type LoginFilter,
  missingRow,
  type SecretRow,
  type SecretSummary,
  summarize,
  unreadRow,
  withOrigin,
} from '../../findings/secret-row.ts';
import { type CopyOrigins, createCopyOrigins } from '../../gather/copy-origins.ts';
import { unreadFindings } from '../../gather/unread-findings.ts';
import { gatherUsage } from '../../gather/usage.ts';
import type { KubeletEntry } from '../../secret/keyring.ts';
import type { Secret } from '../../secret/secret.ts';
import { inPortions } from '../../system/concurrency.ts';
import { type SecretName, secretKey, secretName, UNUSED } from '../../workloads/references.ts';

/** Which Secrets are listed. */
export interface ListScope {
  /** Undefined: all namespaces. */
  readonly namespace: string | undefined;
  readonly names: readonly string[];
  readonly labelSelector: string | undefined;
  readonly login: LoginFilter;
  /** Whether rows tell which Secrets are copies, and how the copies compare with their sources. */
  readonly looks: boolean;
  /** Whether a missing Secret that is referred to has a row. A command that such a name is piped into would fail. */
  readonly missing: boolean;
  /** Returns the text that stands for a password, where any is printed. */
  readonly fingerprint: (login: KubeletEntry) => string;
}

export interface ListedSecrets {
  readonly rows: readonly SecretRow[];
  /** Existing Secrets without such a login. */
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
  if (refused !== undefined) throw listRefusal(refused, SECRETS, namespace);
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

/** Adds the origin of each copy. A source has the same name as its copy, so a list by name in all namespaces includes both. */
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

/** Names in one namespace are not listed but read one by one later, which needs no right to list. */
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
