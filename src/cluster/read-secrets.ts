/** The Secrets that pods pull with: one, some, or all of them, and where there is one of a name. */
import { forEachLimit } from '../concurrency.ts';
import { DATA_KEY, type Secret } from '../domain/keyring/secret.ts';
import { MADE_FROM, MANAGED_BY, SOURCE } from '../domain/pull-secret/copy.ts';
import { EXPIRES_AT } from '../domain/pull-secret/expiry.ts';
import { LAST_APPLIED } from '../domain/pull-secret/last-applied.ts';
import { UserError } from '../errors.ts';
import { oddSecret } from './client/api-answer.ts';
import type { ApiError } from './client/api-error.ts';
import { type FieldSelection, fieldsWith } from './client/pick-json.ts';
import type { Transport } from './client/transport.ts';
import { eachObject } from './each-object.ts';
import { listNames } from './list-names.ts';
import type { ListQuery } from './object-request.ts';
import { type Reader, readObject } from './reader.ts';
import type { SecretRef } from './secret-request.ts';

export const SECRETS = { group: '', plural: 'secrets' } as const;
const TYPES = Object.keys(DATA_KEY);
const CONCURRENCY = 8;
const PAGE = 50;
/** A Secret may have a megabyte, and then the next page is smaller. */
const FIRST_PAGE = 8;
/** The times of `managedFields` tell whether one was changed after a pull had failed; the rest of them is long. */
const FIELDS: FieldSelection = {
  metadata: {
    namespace: true,
    name: true,
    creationTimestamp: true,
    labels: { [MANAGED_BY]: true },
    annotations: { [EXPIRES_AT]: true, [SOURCE]: true, [MADE_FROM]: true, [LAST_APPLIED]: true },
    managedFields: [{ time: true }],
  },
  type: true,
  immutable: true,
  data: true,
};

/** The Secret, or why there is none to see; a right that is missing is noted. Throws UserError. */
export async function readSecret(reader: Reader, ref: SecretRef): Promise<Secret | 'missing' | 'forbidden'> {
  const found = await readObject(reader, SECRETS, ref);
  return typeof found === 'string' ? found : (found as unknown as Secret);
}

/** Reads each of `refs`; one over which `use` fails is noted where the reader goes on. Throws UserError. */
export async function eachSecret(
  reader: Reader,
  refs: readonly SecretRef[],
  use: (ref: SecretRef, secret: Secret | 'missing' | 'forbidden') => Promise<void>,
): Promise<void> {
  await forEachLimit(CONCURRENCY, refs, async (ref) => {
    const secret = await readSecret(reader, ref);
    try {
      await use(ref, secret);
    } catch (error) {
      if (reader.unread === undefined) throw error;
      reader.unread.noteFailure(SECRETS, ref, error);
    }
  });
}

/**
 * Hands every Secret of the two types that kubelets look at to `use`, and keeps none. What is in a Secret of another type
 * is not fetched. Returns why they may not be listed, if so, which is noted. Throws UserError.
 */
export async function eachPullSecret(
  reader: Reader,
  namespace: string | undefined,
  use: (secret: Secret) => Generator<void> | undefined,
  labelSelector?: string,
): Promise<ApiError | undefined> {
  const lists = TYPES.map((type) => eachOf(reader, { namespace, labelSelector, fieldSelector: `type=${type}` }, use));
  return (await Promise.all(lists)).find((refused) => refused !== undefined);
}

/** What is needed to write a Secret again, and to know who makes it. */
const TO_WRITE: FieldSelection = {
  metadata: {
    ...fieldsWith(['namespace', 'name', 'uid', 'resourceVersion', 'deletionTimestamp'], true),
    ...fieldsWith(['labels', 'annotations', 'ownerReferences'], true),
  },
  type: true,
  immutable: true,
  data: true,
};

/** Which Secrets are read. */
export interface SecretQuery {
  /** Left out: all namespaces. */
  readonly namespace?: string | undefined;
  /** Left out: every name, of the two types that kubelets look at. */
  readonly name?: string | undefined;
  readonly labelSelector?: string | undefined;
}

/** {@link eachPullSecret} with all metadata but `managedFields`, for who changes what is read. */
export async function eachSecretToWrite(
  reader: Reader,
  { name, ...query }: SecretQuery,
  use: (secret: Secret) => Generator<void> | undefined,
): Promise<ApiError | undefined> {
  const selectors = name === undefined ? TYPES.map((type) => `type=${type}`) : [`metadata.name=${name}`];
  const lists = selectors.map((fieldSelector) => eachOf(reader, { ...query, fieldSelector }, use, TO_WRITE));
  return (await Promise.all(lists)).find((refused) => refused !== undefined);
}

/** {@link eachPullSecret} with the Secrets of one name, whatever their type, in all namespaces. */
export function eachSecretNamed(
  reader: Reader,
  name: string,
  use: (secret: Secret) => Generator<void> | undefined,
): Promise<ApiError | undefined> {
  return eachOf(reader, { fieldSelector: `metadata.name=${name}` }, use);
}

function eachOf(
  reader: Reader,
  options: ListQuery & { readonly fieldSelector: string },
  use: (secret: Secret) => Generator<void> | undefined,
  shape = FIELDS,
): Promise<ApiError | undefined> {
  const whole = { ...options, limit: PAGE, first: FIRST_PAGE, shape };
  return eachObject(reader, SECRETS, whole, (object) => {
    const odd = oddSecret(object);
    if (odd !== undefined) throw new UserError(`the API server answers with ${odd}`);
    return use(object as unknown as Secret);
  });
}

/** The names of the pull secrets of a namespace; empty where they may not be listed. */
export async function pullSecretNames(transport: Transport, namespace: string): Promise<string[]> {
  const lists = TYPES.map((type) => listNames(transport, SECRETS, { namespace, fieldSelector: `type=${type}` }));
  return (await Promise.all(lists)).flat();
}

/** The namespaces with a pull secret of this name, sorted; empty where that may not be asked. What is in them is not read. */
export async function findPullSecrets(transport: Transport, name: string): Promise<string[]> {
  const lists = TYPES.map((type) => {
    const fieldSelector = `metadata.name=${name},type=${type}`;
    return listNames(transport, SECRETS, { fieldSelector, cached: true }, 'namespace');
  });
  return (await Promise.all(lists)).flat().sort();
}
