/** Deletes a Secret, provided that it is still the one that is meant. */
import type { Secret } from '../../domain/keyring/secret.ts';
import { prose } from '../../domain/text/hint.ts';
import { fieldOf } from '../../domain/workloads/api-object.ts';
import { UserError } from '../../errors.ts';
import { ApiError, keepsChanging, refusal } from '../client/api-error.ts';
import type { Transport } from '../client/transport.ts';
import { lookAtSecret, type SecretRef, secretPath } from '../secret-request.ts';

export interface Deletion {
  /** The metadata as it was read. */
  readonly metadata: { readonly uid?: string | undefined; readonly resourceVersion?: string | undefined };
  /** Whether the present Secret is still to be deleted. */
  readonly isMeant: (present: Secret) => boolean;
  /** Lets the server check everything and change nothing. */
  readonly dryRun: boolean;
}

/** How often another writer may change the Secret in the meantime. */
const ATTEMPTS = 5;

/**
 * Deletes the Secret. Unless the answer confirms that, a look at the Secret decides. False for a Secret that has become another
 * one, which stays. Throws UserError.
 */
export async function deleteSecret(
  transport: Transport,
  ref: SecretRef,
  { metadata, isMeant, dryRun }: Deletion,
): Promise<boolean> {
  let { uid, resourceVersion } = metadata;
  let last: ApiError | undefined;
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    try {
      // When there is a body, the API server ignores the query (apiserver pkg/endpoints/handlers/delete.go `DeleteResource`).
      const preconditions = { uid, resourceVersion };
      const body = { apiVersion: 'v1', kind: 'DeleteOptions', preconditions, dryRun: dryRun ? ['All'] : undefined };
      const answer = await transport.request<unknown>({ method: 'DELETE', path: secretPath(ref), body, guarded: true });
      if (saysDeleted(answer)) return true;
      const text = `the server ${transport.server} does not say that secret ${ref.namespace}/${ref.name} is deleted`;
      throw new UserError(text, prose`run the same command again`);
    } catch (error) {
      if (transport.signal.aborted) throw error;
      // The answer may be lost, or made by a proxy.
      const present = await lookAtSecret(transport, ref);
      if (present === 'none') return true;
      if (present !== 'unknown' && !isMeant(present)) return false;
      if (present === 'unknown' || !(error instanceof ApiError)) throw error;
      if (error.status !== 409) throw refusal(error, { verb: 'delete', ...ref });
      last = error;
      ({ uid, resourceVersion } = present.metadata);
    }
  }
  throw keepsChanging(`secret ${ref.namespace}/${ref.name}`, last);
}

/** The API server answers with a Status, or with the object while a finalizer keeps it. A proxy may answer with anything. */
function saysDeleted(answer: unknown): boolean {
  const isStatus = fieldOf(answer, 'kind') === 'Status' && fieldOf(answer, 'status') === 'Success';
  return isStatus || fieldOf(answer, 'metadata', 'deletionTimestamp') !== undefined;
}
