/** Single writes of a Secret, each with a look at the Secret when the answer may be wrong or lost. */
import { isDeepStrictEqual } from 'node:util';
import type { Secret } from '../../domain/keyring/secret.ts';
import { UserError } from '../../errors.ts';
import { ApiError, refusal } from '../client/api-error.ts';
import type { Transport } from '../client/transport.ts';
import {
  createSecret,
  lookAtSecret,
  requestSecret,
  type SecretRef,
  secretPath,
  type WriteOptions,
  writeQuery,
} from '../secret-request.ts';

/** The new Secret, or the refusal when reading the existing Secret may help. */
export async function tryCreate(
  transport: Transport,
  ref: SecretRef,
  secret: Secret,
  options: WriteOptions,
): Promise<Secret | ApiError> {
  try {
    return await createSecret(transport, ref, secret, options);
  } catch (error) {
    if (error instanceof ApiError && (error.reason === 'AlreadyExists' || error.status === 403)) return error;
    // The Secret may have been created all the same.
    const present = await presentAfter(error, transport, ref, options);
    if (present?.type === secret.type && isDeepStrictEqual(present?.data, secret.data)) return present as Secret;
    throw error instanceof ApiError ? refusal(error, { verb: 'create', ...ref }) : error;
  }
}

/**
 * Has the server check a new Secret in a dry run under another name, while the old one still exists. Returns it as it would be.
 * Throws UserError.
 */
export async function rehearseSecret(
  transport: Transport,
  ref: SecretRef,
  secret: Secret,
  options: WriteOptions,
): Promise<Secret> {
  const { name: _, ...metadata } = secret.metadata;
  const rehearsal = { ...secret, metadata: { ...metadata, generateName: 'regsecret-' } };
  try {
    const accepted = await createSecret(transport, ref, rehearsal, { ...options, dryRun: true });
    return { ...accepted, metadata: { ...accepted.metadata, name: ref.name } };
  } catch (error) {
    throw error instanceof ApiError ? refusal(error, { verb: 'create', ...ref }) : error;
  }
}

/**
 * The Secret after a write that failed, or whose answer was lost or made by a proxy; undefined when there is none, or nothing is
 * known.
 */
async function presentAfter(
  error: unknown,
  transport: Transport,
  ref: SecretRef,
  { dryRun }: WriteOptions,
): Promise<Secret | undefined> {
  if (dryRun || !(error instanceof ApiError || error instanceof UserError)) return undefined;
  const present = await lookAtSecret(transport, ref);
  return typeof present === 'string' ? undefined : present;
}

/**
 * The existing Secret, after the create that was `refused`; undefined when it is gone. When neither creating nor reading is
 * allowed, the error is about creating.
 */
export async function readWritten(
  transport: Transport,
  ref: SecretRef,
  refused: ApiError | undefined,
): Promise<Secret | undefined> {
  try {
    return await requestSecret(transport, ref);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (refused?.status === 403) throw refusal(refused, { verb: 'create', ...ref });
    if (error.status === 404) return undefined;
    throw refusal(error, { verb: 'get', ...ref });
  }
}

export interface SecretPatch {
  readonly patch: object;
  /** Whether a Secret already is as wanted. */
  readonly isDone: (present: Secret) => boolean;
  readonly isLast: boolean;
}

/** The patched Secret, or the conflict when another writer changed or deleted it since it was read. */
export async function tryPatch(
  transport: Transport,
  ref: SecretRef,
  { patch, isDone, isLast }: SecretPatch,
  options: WriteOptions,
): Promise<Secret | ApiError> {
  try {
    return await transport.request<Secret>({
      method: 'PATCH',
      path: secretPath(ref),
      query: writeQuery(options),
      contentType: 'application/merge-patch+json',
      body: patch,
      guarded: true,
    });
  } catch (error) {
    const isChanged = error instanceof ApiError && (error.reason === 'Conflict' || error.status === 404);
    if (isChanged && !isLast) return error;
    // The patch may have been applied all the same.
    const present = await presentAfter(error, transport, ref, options);
    if (present !== undefined && isDone(present)) return present;
    throw error instanceof ApiError ? refusal(error, { verb: 'patch', ...ref }) : error;
  }
}
