/** Single writes of a Secret, each with a look at the Secret when the answer may be wrong or lost. */
import { isDeepStrictEqual } from 'node:util';
import { ApiError, refusal, WriteConflict } from '../cluster/api-error.ts';
import {
  createSecret,
  lookAtSecret,
  patchSecret,
  requestSecret,
  type SecretRef,
  secretPath,
  type WriteOptions,
} from '../cluster/secret-request.ts';
import type { Transport } from '../cluster/transport.ts';
import { UserError } from '../errors.ts';
import { prose } from '../line/hint.ts';
import type { Secret } from '../secret/secret.ts';
import type { LoginPlace } from '../secret/selected-namespace.ts';
import { fieldOf } from '../workloads/api-object.ts';

/** The new Secret, or the conflict when reading the existing Secret may help. Throws UserError. */
export async function tryCreate(
  transport: Transport,
  ref: LoginPlace,
  secret: Secret,
  options: WriteOptions,
): Promise<Secret | WriteConflict> {
  try {
    return await createSecret(transport, ref, secret, options);
  } catch (error) {
    if (error instanceof ApiError && (error.reason === 'AlreadyExists' || error.status === 403))
      return new WriteConflict(error);
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
  ref: LoginPlace,
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
 * allowed, the error is about creating. Throws UserError.
 */
export async function readWritten(
  transport: Transport,
  ref: SecretRef,
  refused?: ApiError,
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

/**
 * The patched Secret, or the conflict when another writer changed or deleted it since it was read. `isDone` tells whether a Secret
 * is as wanted. Throws UserError.
 */
export async function tryPatch(
  transport: Transport,
  ref: LoginPlace,
  { patch, isDone }: { readonly patch: object; isDone(found: Secret): Promise<boolean> },
  options: WriteOptions,
): Promise<Secret | WriteConflict> {
  try {
    return await patchSecret(transport, ref, patch, options);
  } catch (error) {
    if (error instanceof ApiError && (error.reason === 'Conflict' || error.status === 404))
      return new WriteConflict(error);
    // The patch may have been applied all the same.
    const present = await presentAfter(error, transport, ref, options);
    if (present !== undefined && (await isDone(present))) return present;
    throw error instanceof ApiError ? refusal(error, { verb: 'patch', ...ref }) : error;
  }
}

/**
 * Deletes the Secret that was read as `metadata` says; returns the conflict when it is another one by now. Unless the answer
 * confirms the deletion, a look at the Secret decides. Throws UserError.
 */
export async function tryDelete(
  transport: Transport,
  ref: SecretRef,
  { uid, resourceVersion }: Pick<Secret['metadata'], 'uid' | 'resourceVersion'>,
  { dryRun }: Pick<WriteOptions, 'dryRun'>,
): Promise<undefined | WriteConflict> {
  try {
    // When there is a body, the API server ignores the query (apiserver pkg/endpoints/handlers/delete.go `DeleteResource`).
    const preconditions = { uid, resourceVersion };
    const body = { apiVersion: 'v1', kind: 'DeleteOptions', preconditions, dryRun: dryRun ? ['All'] : undefined };
    const answer = await transport.request<unknown>({ method: 'DELETE', path: secretPath(ref), body, guarded: true });
    if (saysDeleted(answer)) return undefined;
    const text = `the server ${transport.server} did not confirm that secret ${ref.namespace}/${ref.name} was deleted`;
    throw new UserError(text, prose`run the same command again`);
  } catch (error) {
    if (transport.signal.aborted) throw error;
    // The answer may be lost, or made by a proxy.
    const present = await lookAtSecret(transport, ref);
    if (present === 'none') return undefined;
    if (present !== 'unknown' && present.metadata.uid !== uid) return new WriteConflict();
    if (!(error instanceof ApiError)) throw error;
    if (error.status === 409 && present !== 'unknown') return new WriteConflict(error);
    throw refusal(error, { verb: 'delete', ...ref });
  }
}

/** The API server answers with a Status, or with the object while a finalizer keeps it. A proxy may answer with anything. */
function saysDeleted(answer: unknown): boolean {
  const isStatus = fieldOf(answer, 'kind') === 'Status' && fieldOf(answer, 'status') === 'Success';
  return isStatus || fieldOf(answer, 'metadata', 'deletionTimestamp') !== undefined;
}
