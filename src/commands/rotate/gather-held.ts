/** Reads the Secrets that hold a login for the registries, and their copies in other namespaces. */
import { eachSecretToWrite } from '../../cluster/read-secrets.ts';
import type { Reader } from '../../cluster/reader.ts';
import { lookAtSecret } from '../../cluster/secret-request.ts';
import { eachInScope } from '../../cluster/secret-scope.ts';
import { MANAGED_BY } from '../../secret/copy.ts';
import type { Secret } from '../../secret/secret.ts';
import { secretKey } from '../../workloads/references.ts';
import { type HeldSecret, heldIn, lookIn, type OtherPassword } from './held.ts';
import type { RotateRequest } from './rotate-request.ts';

export interface Gathered {
  readonly held: readonly HeldSecret[];
  /** `NAMESPACE/NAME` of the Secrets that the command selects. */
  readonly inScope: ReadonlySet<string>;
  /** Secrets that were named and hold no login for the registries. */
  readonly without: readonly Secret[];
  /** The passwords for other registries in the Secrets of the scope. */
  readonly others: readonly OtherPassword[];
}

/** Throws UserError where the Secrets may not be read. Notes a missing right where copies elsewhere may not be listed. */
export async function gatherHeld(
  reader: Reader,
  { scope, logins, rotatedElsewhere }: RotateRequest,
): Promise<Gathered> {
  const held = new Map<string, HeldSecret>();
  const without: Secret[] = [];
  const others: OtherPassword[] = [];
  const names = await namesHere(reader, scope, rotatedElsewhere);
  if (names !== undefined) {
    await eachInScope(reader, { ...scope, names }, function* (secret) {
      const { held: found, others: beside } = yield* lookIn(secret, logins);
      others.push(...beside);
      if (found !== undefined) held.set(secretKey(found.ref.namespace, found.ref.name), found);
      else if (names.length > 0) without.push(secret);
    });
  }
  const inScope = new Set(held.keys());
  if (scope.namespaces !== 'all' && inScope.size + (rotatedElsewhere?.size ?? 0) > 0) {
    const query = { labelSelector: `${MANAGED_BY}=regsecret` };
    await eachSecretToWrite(reader, query, function* (secret) {
      const found = yield* heldIn(secret, logins);
      if (found?.source === undefined) return;
      const sources = found.isFromElsewhere ? rotatedElsewhere : inScope;
      if (!sources?.has(found.source)) return;
      const key = secretKey(found.ref.namespace, found.ref.name);
      if (!inScope.has(key)) held.set(key, found);
    });
  }
  return { held: [...held.values()], inScope, without, others };
}

/** The names to read: a source in another cluster need not exist here. Returns undefined where no name is left. */
async function namesHere(
  { transport }: Reader,
  { namespaces, names }: RotateRequest['scope'],
  rotatedElsewhere: ReadonlySet<string> | undefined,
): Promise<readonly string[] | undefined> {
  if (typeof namespaces !== 'object' || !('only' in namespaces) || names.length === 0) return names;
  const { only: namespace } = namespaces;
  const here: string[] = [];
  for (const name of names) {
    const isElsewhere = rotatedElsewhere?.has(secretKey(namespace, name)) ?? false;
    if (!isElsewhere || (await lookAtSecret(transport, { namespace, name })) !== 'none') here.push(name);
  }
  return here.length === 0 ? undefined : here;
}

/**
 * Reads what the namespace of the connection holds, whatever the command selects. Returns nothing where listing is forbidden.
 * Throws UserError.
 */
export async function gatherHome(reader: Reader, { logins }: RotateRequest): Promise<HeldSecret[]> {
  const held: HeldSecret[] = [];
  await eachSecretToWrite(reader, { namespace: reader.transport.namespace }, function* (secret) {
    const found = yield* heldIn(secret, logins);
    if (found !== undefined) held.push(found);
  });
  return held;
}
