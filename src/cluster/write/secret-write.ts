/** One write of a Secret, and what is there after an answer that may be wrong or lost. */
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

/** The new Secret, or why it was not created when reading the one that is there may help. */
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
    // It may be created all the same.
    const present = await presentAfter(error, transport, ref, options);
    if (present?.type === secret.type && isDeepStrictEqual(present?.data, secret.data)) return present as Secret;
    throw error instanceof ApiError ? refusal(error, { verb: 'create', ...ref }) : error;
  }
}

/** Has the server check a new Secret under another name, while the old one is still there; as it would be. Throws UserError. */
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

/** What is there after a write that failed, or whose answer was lost or made by a proxy; undefined when nobody knows. */
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

/** What is there, after `refused`; undefined when it is gone. Where neither creating nor reading is allowed, creating is what is missing. */
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
  /** Whether a Secret is what is wanted. */
  readonly isDone: (present: Secret) => boolean;
  readonly isLast: boolean;
}

/** The conflict when somebody else has changed or deleted it since it was read. */
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
    // It may be written all the same.
    const present = await presentAfter(error, transport, ref, options);
    if (present !== undefined && isDone(present)) return present;
    throw error instanceof ApiError ? refusal(error, { verb: 'patch', ...ref }) : error;
  }
}
