/** Deletes a Secret and creates it again, for changes that the API server allows in no other way. */
import { isDeepStrictEqual } from 'node:util';
import type { Secret } from '../../domain/keyring/secret.ts';
import { command, kubectlPath } from '../../domain/text/command.ts';
import { scope } from '../../domain/text/object-name.ts';
import { UserError } from '../../errors.ts';
import { saveManifest } from '../../file.ts';
import { ApiError, refusal } from '../client/api-error.ts';
import type { Transport } from '../client/transport.ts';
import { createSecret, type SecretRef, secretPath, type WriteOptions } from '../secret-request.ts';

export interface Replacement extends WriteOptions {
  readonly ref: SecretRef;
  /** The Secret as it was read. */
  readonly existing: Secret;
  readonly secret: Secret;
}

/**
 * Puts `secret` in the place of `existing`; undefined when that has changed since it was read. The server has to accept
 * the new one in a dry run, under another name, before the old one is deleted; should it then refuse after all, the new
 * one goes into a file. Throws UserError.
 */
export async function recreateSecret(
  transport: Transport,
  { ref, existing, secret, ...options }: Replacement,
): Promise<Secret | undefined> {
  try {
    const { name: _, ...metadata } = secret.metadata;
    const rehearsal = { ...secret, metadata: { ...metadata, generateName: 'regsecret-' } };
    const accepted = await createSecret(transport, ref, rehearsal, { ...options, dryRun: true });
    if (options.dryRun) return { ...accepted, metadata: { ...accepted.metadata, name: ref.name } };
  } catch (error) {
    throw error instanceof ApiError ? refusal(error, { verb: 'create', ...ref }) : error;
  }
  if (!(await remove(transport, ref, existing))) return undefined;
  try {
    return await createSecret(transport, ref, secret, options);
  } catch (error) {
    const present = await readBack(transport, ref, error);
    if (present !== undefined && isDeepStrictEqual(present.data, secret.data)) return present;
    const { file } = saveManifest(ref.name, secret);
    const reason = error instanceof Error ? error.message : 'interrupted';
    throw new UserError(
      `secret ${ref.namespace}/${ref.name} is deleted but could not be created again: ${reason}`,
      command`kubectl create ${scope(ref.namespace)} -f ${kubectlPath(file)}`,
    );
  }
}

/** The Secret that was in the way: our own, when the answer to its creation was lost. */
async function readBack(transport: Transport, ref: SecretRef, error: unknown): Promise<Secret | undefined> {
  if (!(error instanceof ApiError) || error.reason !== 'AlreadyExists') return undefined;
  return transport.request<Secret>({ method: 'GET', path: secretPath(ref) }).catch(() => undefined);
}

/** False when it was replaced meanwhile. */
async function remove(transport: Transport, ref: SecretRef, { metadata }: Secret): Promise<boolean> {
  const { uid, resourceVersion } = metadata;
  try {
    const body = { apiVersion: 'v1', kind: 'DeleteOptions', preconditions: { uid, resourceVersion } };
    await transport.request({ method: 'DELETE', path: secretPath(ref), body, guarded: true });
    return true;
  } catch (error) {
    // Deleted by our first attempt, whose answer was lost, or by somebody else: both want it created now.
    if (await isGone(transport, ref, error)) return true;
    if (!(error instanceof ApiError)) throw error;
    if (error.status === 409) return false;
    throw refusal(error, { verb: 'delete', ...ref });
  }
}

/** Looks for itself where the answer to the deletion says something else: a proxy may have made it. */
async function isGone(transport: Transport, ref: SecretRef, error: unknown): Promise<boolean> {
  if (error instanceof ApiError && error.status === 404) return true;
  try {
    await transport.request({ method: 'GET', path: secretPath(ref) });
    return false;
  } catch (reading) {
    return reading instanceof ApiError && reading.status === 404 && reading.reason === 'NotFound';
  }
}
