/** Deletes a Secret and creates it again, for changes that the API server does not allow otherwise. */
import { isDeepStrictEqual } from 'node:util';
import { pause } from '../../concurrency.ts';
import type { Secret } from '../../domain/keyring/secret.ts';
import { prose } from '../../domain/text/hint.ts';
import { UserError } from '../../errors.ts';
import { ApiError, isRefusal, refusal, WriteConflict } from '../client/api-error.ts';
import type { Transport } from '../client/transport.ts';
import { createSecret, lookAtSecret, type SecretRef, secretPath, type WriteOptions } from '../secret-request.ts';
import { type CopyListener, copyRef, dropCopy, type KeptCopy, keepCopy } from './kept-copy.ts';
import { rehearseSecret } from './secret-write.ts';

export interface Replacement extends WriteOptions {
  readonly ref: SecretRef;
  readonly secret: Secret;
  /** Undefined where no copy of the old Secret is kept meanwhile, because its content is elsewhere. */
  readonly listener?: CopyListener | undefined;
}

/** The Secret that goes. */
interface Old {
  readonly secret: Secret;
  readonly copy?: KeptCopy | undefined;
}

/** Time for finalizers, which keep a deleted Secret for a while. */
const TERMINATION_MS = 10_000;
const POLL_MS = 200;

/**
 * Replaces `existing` with `secret`; a conflict when `existing` was changed or replaced since it was read. Before the old Secret
 * is deleted, the server has to accept the new one in a dry run under another name. With a listener, a copy of the old one is
 * kept until the new one exists. Throws UserError.
 */
export async function recreateSecret(
  transport: Transport,
  existing: Secret,
  replacement: Replacement,
): Promise<Secret | WriteConflict> {
  const { ref, secret, listener, ...options } = replacement;
  const accepted = await rehearseSecret(transport, ref, secret, options);
  if (options.dryRun) return accepted;
  return orTellOfCopy(transport, replacement, async () => {
    const copy = listener && (await keepCopy(transport, ref, existing, options));
    listener?.say(`until the new secret/${ref.name} is there, secret/${copy?.ref.name} is a copy of the old one`);
    const old = { secret: existing, copy };
    return (await remove(transport, old, replacement)) ?? putBack(transport, old, replacement);
  });
}

/**
 * Creates the Secret when only `copy` is left of its predecessor, then removes the copy; a conflict when another writer has
 * created a different Secret. Throws UserError.
 */
export function restoreSecret(
  transport: Transport,
  copy: KeptCopy,
  replacement: Replacement,
): Promise<Secret | WriteConflict> {
  const old = { secret: copy.original, copy };
  return orTellOfCopy(transport, replacement, () => putBack(transport, old, replacement));
}

/** Runs `work`. On an interruption, tells the user about the copy, since no request can be sent any more to see what exists. */
async function orTellOfCopy<T>(
  transport: Transport,
  { ref, listener }: Replacement,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (transport.signal.aborted) {
      listener?.warn(
        `secret/${ref.name} was being replaced: if it is not there, secret/${copyRef(ref).name} is a copy of it`,
      );
      listener?.hint(AGAIN);
    }
    throw error;
  }
}

const AGAIN = prose`run the same command again`;

async function putBack(transport: Transport, old: Old, replacement: Replacement): Promise<Secret | WriteConflict> {
  const created = await create(transport, old, replacement);
  const { listener, dryRun } = replacement;
  if (!(created instanceof WriteConflict) && !dryRun && old.copy && listener)
    await dropCopy(transport, old.copy, listener);
  return created;
}

/**
 * Deletes the Secret; a conflict when it is no longer the one that was read. After a failed request, a look at the Secret decides.
 */
async function remove(
  transport: Transport,
  old: Old,
  { ref, listener }: Replacement,
): Promise<WriteConflict | undefined> {
  const { uid, resourceVersion } = old.secret.metadata;
  try {
    const body = { apiVersion: 'v1', kind: 'DeleteOptions', preconditions: { uid, resourceVersion } };
    await transport.request({ method: 'DELETE', path: secretPath(ref), body, guarded: true });
    return undefined;
  } catch (error) {
    if (transport.signal.aborted) throw error;
    const present = await lookAtSecret(transport, ref);
    // The first attempt deleted the Secret and its answer was lost, or another client did. In both cases it is created now.
    if (present === 'none') return undefined;
    if (present === 'unknown') throw failure(`it is unclear whether ${nameOf(ref)} is deleted`, error, old);
    if (present.metadata.uid !== uid) return new WriteConflict();
    if (isTerminating(present)) return undefined;
    // An answer that is not the API server's may arrive before the server is done.
    if (!isRefusal(error)) throw failure(`${nameOf(ref)} is not deleted, or not yet`, error, old);
    if (old.copy && listener) await dropCopy(transport, old.copy, listener);
    if (error.status === 409 && present.metadata.resourceVersion !== resourceVersion) return new WriteConflict(error);
    throw refusal(error, { verb: 'delete', ...ref });
  }
}

/**
 * Creates the Secret; a conflict when another writer has created a different one. After a failed request, a look at the Secret
 * decides.
 */
async function create(
  transport: Transport,
  old: Old,
  { ref, secret, ...options }: Replacement,
): Promise<Secret | WriteConflict> {
  const deadline = performance.now() + TERMINATION_MS;
  const { uid } = old.secret.metadata;
  for (;;) {
    try {
      return await createSecret(transport, ref, secret, options);
    } catch (error) {
      if (transport.signal.aborted) throw error;
      const present = await lookAtSecret(transport, ref);
      // The old Secret still existed when the create was refused, and has gone since.
      const hasGone = present === 'none' && error instanceof ApiError && error.reason === 'AlreadyExists';
      if (hasGone && performance.now() < deadline) continue;
      if (present === 'none') throw failure(`${nameOf(ref)} is deleted and not created again`, error, old);
      if (present === 'unknown') throw failure(`it is unclear whether ${nameOf(ref)} is there again`, error, old);
      if (present.metadata.uid !== uid) return isSame(present, secret) ? present : new WriteConflict();
      if (!isTerminating(present)) throw failure(`${nameOf(ref)} is still the old one`, error, old);
      if (performance.now() > deadline) throw failure(`${nameOf(ref)} is still being deleted`, error, old);
      await pause(POLL_MS, transport.signal);
    }
  }
}

function isSame(present: Secret, { type, data }: Secret): boolean {
  return present.type === type && isDeepStrictEqual(present.data, data);
}

function isTerminating({ metadata }: Secret): boolean {
  return metadata.deletionTimestamp !== undefined;
}

function nameOf({ namespace, name }: SecretRef): string {
  return `secret ${namespace}/${name}`;
}

function failure(text: string, error: unknown, { copy }: Old): unknown {
  if (!(error instanceof ApiError || error instanceof UserError)) return error;
  const left = copy === undefined ? [] : [`secret/${copy.ref.name} is a copy of the old one`];
  return new UserError(`${text}: ${error.message}`, AGAIN, left);
}
