/** Reads the Secrets that pods pull with: one, some or all of them. Also finds the namespaces that have one of a given name. */

import { UserError } from '../errors.ts';
import { MADE_FROM, MANAGED_BY, SOURCE } from '../secret/copy.ts';
import { EXPIRES_AT } from '../secret/expiry.ts';
import { LAST_APPLIED } from '../secret/last-applied.ts';
import { DATA_KEY, type Secret } from '../secret/secret.ts';
import { forEachLimit } from '../system/concurrency.ts';
import { oddSecret } from './api-answer.ts';
import type { ApiError } from './api-error.ts';
import { eachObject } from './each-object.ts';
import { type ListQuery, listNames } from './object-request.ts';
import { type FieldSelection, fieldsWith } from './pick-json.ts';
import { type Reader, readObject } from './reader.ts';
import type { SecretRef } from './secret-request.ts';
import type { Transport } from './transport.ts';

export const SECRETS = { group: '', plural: 'secrets' } as const;
const TYPES = Object.keys(DATA_KEY);
const CONCURRENCY = 8;
/**
 * Of `managedFields`, only the times are read: they tell whether a Secret was changed after a pull had failed. The rest is long.
 */
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

/** The Secret, or why it cannot be seen. A missing right is noted. Throws UserError. */
export async function readSecret(reader: Reader, ref: SecretRef): Promise<Secret | 'missing' | 'forbidden'> {
  const found = await readObject(reader, SECRETS, ref);
  return typeof found === 'string' ? found : (found as unknown as Secret);
}

/**
 * Reads each of `refs`. When `use` fails, the Secret is noted if the reader has `unread`; otherwise the error is thrown. Throws
 * UserError.
 */
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
 * Passes every Secret of the two types that the kubelet uses to `use`, and keeps none. Secrets of other types are not fetched.
 * When the Secrets may not be listed, notes that and returns the server's answer. Throws UserError.
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

/** The fields that are needed to write a Secret again, and to tell who manages it. */
const TO_WRITE: FieldSelection = {
  metadata: {
    ...fieldsWith(['namespace', 'name', 'uid', 'resourceVersion', 'deletionTimestamp'], true),
    ...fieldsWith(['labels', 'annotations', 'ownerReferences'], true),
  },
  type: true,
  immutable: true,
  data: true,
};

export interface SecretQuery {
  /** All namespaces when left out. */
  readonly namespace?: string | undefined;
  /** When left out: every name, but only the two types that the kubelet uses. */
  readonly name?: string | undefined;
  readonly labelSelector?: string | undefined;
}

/**
 * As {@link eachPullSecret}, with the fields that are needed to write the Secrets again. With a name, Secrets of any type are
 * read.
 */
export async function eachSecretToWrite(
  reader: Reader,
  { name, ...query }: SecretQuery,
  use: (secret: Secret) => Generator<void> | undefined,
): Promise<ApiError | undefined> {
  const selectors = name === undefined ? TYPES.map((type) => `type=${type}`) : [`metadata.name=${name}`];
  const lists = selectors.map((fieldSelector) => eachOf(reader, { ...query, fieldSelector }, use, TO_WRITE));
  return (await Promise.all(lists)).find((refused) => refused !== undefined);
}

/** As {@link eachPullSecret}, for the Secrets of one name, whatever their type, in all namespaces. */
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
  return eachObject(reader, SECRETS, { ...options, shape }, (object) => {
    const odd = oddSecret(object);
    if (odd !== undefined) throw new UserError(`the API server answers with ${odd}`);
    return use(object as unknown as Secret);
  });
}

/** The names of the pull secrets in a namespace; empty when they may not be listed. */
export async function pullSecretNames(transport: Transport, namespace: string): Promise<string[]> {
  const lists = TYPES.map((type) => listNames(transport, SECRETS, { namespace, fieldSelector: `type=${type}` }));
  return (await Promise.all(lists)).flat();
}

/** The namespaces with a pull secret of this name, sorted; empty when they may not be listed. Secret contents are not read. */
export async function findPullSecrets(transport: Transport, name: string): Promise<string[]> {
  const lists = TYPES.map((type) => {
    const fieldSelector = `metadata.name=${name},type=${type}`;
    return listNames(transport, SECRETS, { fieldSelector, cached: true }, 'namespace');
  });
  return (await Promise.all(lists)).flat().sort();
}
