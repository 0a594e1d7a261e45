/** Reads Secrets for a diagnosis: one by name, the namespaces that have one of that name, and all pull secrets. */

import { eachPullSecret, findPullSecrets, readSecret, SECRETS } from '../../cluster/read-secrets.ts';
import type { Reader } from '../../cluster/reader.ts';
import { inPortions } from '../../concurrency.ts';
import type { AccountState, SecretState } from '../../domain/diagnosis/facts.ts';
import { diagnoseBriefly } from '../../domain/findings/diagnosed-secret.ts';
import type { Elsewhere } from '../../domain/findings/finding-record.ts';
import type { Secret } from '../../domain/keyring/secret.ts';
import { isObjectName } from '../../domain/text/object-name.ts';
import { hasKnownOwner, listedNames, type PullSpec } from '../../domain/workloads/pull-spec.ts';
import { type SecretName, secretKey, secretName } from '../../domain/workloads/references.ts';
import { packedSecret } from './packed-secret.ts';

/** The names of pull secrets, sorted. */
export type NamesByNamespace = ReadonlyMap<string, readonly string[]>;

/** Reads the state of a Secret. For a missing one, finds the namespaces that have one of that name. Throws UserError. */
export async function secretState(
  reader: Reader,
  id: SecretName,
  elsewhere: (name: string) => Promise<Elsewhere | undefined>,
): Promise<SecretState> {
  if (!isObjectName(id.name)) return { status: 'missing' };
  const secret = await readSecret(reader, id);
  if (secret === 'forbidden') return { status: 'forbidden' };
  if (secret !== 'missing') return inPortions(knownSecret(secret), reader.transport.signal);
  const look = () => elsewhere(id.name);
  const found = await (reader.unread?.attempt(SECRETS, id, look, undefined) ?? look());
  return found === undefined ? { status: 'missing' } : { status: 'missing', elsewhere: found };
}

/** The state of a Secret that has been read. Yields between its steps. */
export function* knownSecret(secret: Secret): Generator<void, SecretState> {
  const diagnosed = yield* diagnoseBriefly(secret, Date.now());
  yield;
  return { status: 'there', ...diagnosed, secret: packedSecret(secret) };
}

/** Finds the namespaces with a pull secret of that name, as far as our rights let us look. Reads no contents. */
export async function findElsewhere({ transport }: Reader, name: string): Promise<Elsewhere | undefined> {
  return elsewhereIn(await findPullSecrets(transport, name));
}

/** The same from `names`, where all pull secrets have been read. */
export function elsewhereAmong(name: string, names: NamesByNamespace): Elsewhere | undefined {
  return elsewhereIn([...names].flatMap(([namespace, here]) => (here.includes(name) ? [namespace] : [])).sort());
}

function elsewhereIn(namespaces: readonly string[]): Elsewhere | undefined {
  return namespaces.length === 0 ? undefined : { namespaces };
}

/** Hands each pull secret of a namespace, or of all namespaces, to `keep`. Returns undefined where listing is forbidden. */
export async function pullSecretsByNamespace(
  reader: Reader,
  namespace: string | undefined,
  keep: (secret: Secret) => Generator<void>,
): Promise<NamesByNamespace | undefined> {
  const found = new Map<string, string[]>();
  const refused = await eachPullSecret(reader, namespace, (secret) => {
    const { namespace: where = '', name = '' } = secret.metadata;
    const names = found.get(where) ?? [];
    names.push(name);
    found.set(where, names);
    return keep(secret);
  });
  if (refused !== undefined) return undefined;
  for (const names of found.values()) names.sort();
  return found;
}

/** The names in each namespace, those first that most lists of service accounts and workloads name. */
export function mostNamedFirst(
  names: NamesByNamespace,
  accounts: ReadonlyMap<string, AccountState>,
  owners: ReadonlyMap<string, PullSpec | undefined>,
): NamesByNamespace {
  const counts = new Map<string, number>();
  const note = (namespace: string, list: readonly unknown[] | undefined): void => {
    for (const key of listedNames(list).map((name) => secretKey(namespace, name)))
      counts.set(key, (counts.get(key) ?? 0) + 1);
  };
  for (const [key, state] of accounts)
    if (state.status === 'there') note(secretName(key).namespace, state.imagePullSecrets);
  // An object that a known controller made has the same list as the controller.
  for (const owner of owners.values())
    if (owner !== undefined && !hasKnownOwner(owner)) note(owner.ref.namespace, owner.imagePullSecrets);
  const countOf = (namespace: string, name: string): number => counts.get(secretKey(namespace, name)) ?? 0;
  return new Map(
    [...names].map(([namespace, some]) => [
      namespace,
      some.toSorted((one, other) => countOf(namespace, other) - countOf(namespace, one)),
    ]),
  );
}
