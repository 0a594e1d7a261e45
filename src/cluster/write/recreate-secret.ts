/** Deletes a Secret and creates it again, for changes that the API server allows in no other way. */
import { isDeepStrictEqual } from 'node:util';
import { pause } from '../../concurrency.ts';
import type { Secret } from '../../domain/keyring/secret.ts';
import { prose } from '../../domain/text/hint.ts';
import { UserError } from '../../errors.ts';
import { ApiError, isRefusal, refusal } from '../client/api-error.ts';
import type { Transport } from '../client/transport.ts';
import { createSecret, lookAtSecret, type SecretRef, secretPath, type WriteOptions } from '../secret-request.ts';
import { type CopyListener, copyRef, dropCopy, type KeptCopy, keepCopy } from './kept-copy.ts';
import { rehearseSecret } from './secret-write.ts';

export interface Replacement extends WriteOptions {
  readonly ref: SecretRef;
  readonly secret: Secret;
  readonly listener: CopyListener;
}

/** For finalizers, which keep a Secret that is deleted. */
const TERMINATION_MS = 10_000;
const POLL_MS = 200;

/**
 * Puts `secret` in the place of `existing`; undefined when that was changed or replaced since it was read. The server has
 * to accept the new one in a dry run, under another name, before the old one is deleted, and a copy of the old one stands
 * beside it until the new one is there. Throws UserError.
 */
export async function recreateSecret(
  transport: Transport,
  replacement: Replacement & { readonly existing: Secret },
): Promise<Secret | undefined> {
  const { ref, existing, secret, listener, ...options } = replacement;
  const accepted = await rehearseSecret(transport, ref, secret, options);
  if (options.dryRun) return accepted;
  return orTellOfCopy(transport, ref, listener, async () => {
    const copy = await keepCopy(transport, ref, existing, options);
    listener.say(`until the new secret/${ref.name} is there, secret/${copy.ref.name} is a copy of the old one`);
    if ((await remove(transport, existing, copy, replacement)) === 'changed') return undefined;
    return putBack(transport, copy, replacement);
  });
}

/**
 * Creates `secret`, of whose predecessor there is only `copy`, which goes when it is there; undefined when somebody else
 * has created another one. Throws UserError.
 */
export function restoreSecret(
  transport: Transport,
  copy: KeptCopy,
  replacement: Replacement,
): Promise<Secret | undefined> {
  const { ref, listener } = replacement;
  return orTellOfCopy(transport, ref, listener, () => putBack(transport, copy, replacement));
}

/** After an interruption nothing can be looked at any more. */
async function orTellOfCopy<T>(
  transport: Transport,
  ref: SecretRef,
  listener: CopyListener,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (transport.signal.aborted) {
      listener.warn(
        `secret/${ref.name} was being replaced: if it is not there, secret/${copyRef(ref).name} is a copy of it`,
      );
      listener.hint(AGAIN);
    }
    throw error;
  }
}

const AGAIN = prose`run the same command again`;

async function putBack(transport: Transport, copy: KeptCopy, replacement: Replacement): Promise<Secret | undefined> {
  const created = await create(transport, copy, replacement);
  if (created !== undefined && !replacement.dryRun) await dropCopy(transport, copy, replacement.listener);
  return created;
}

/** 'changed' when what is there is not what was read. Whatever the answer, what is there then decides. */
async function remove(
  transport: Transport,
  { metadata }: Secret,
  copy: KeptCopy,
  { ref, listener }: Replacement,
): Promise<'gone' | 'changed'> {
  const { uid, resourceVersion } = metadata;
  try {
    const body = { apiVersion: 'v1', kind: 'DeleteOptions', preconditions: { uid, resourceVersion } };
    await transport.request({ method: 'DELETE', path: secretPath(ref), body, guarded: true });
    return 'gone';
  } catch (error) {
    if (transport.signal.aborted) throw error;
    const present = await lookAtSecret(transport, ref);
    // Deleted by our first attempt, whose answer was lost, or by somebody else: both want it created now.
    if (present === 'none') return 'gone';
    if (present === 'unknown') throw failure(`it is unclear whether ${nameOf(ref)} is deleted`, error, copy);
    if (present.metadata.uid !== uid) return 'changed';
    if (isTerminating(present)) return 'gone';
    // What is not an answer of the API server may come before that is ready.
    if (!isRefusal(error)) throw failure(`${nameOf(ref)} is not deleted, or not yet`, error, copy);
    await dropCopy(transport, copy, listener);
    if (error.status === 409 && present.metadata.resourceVersion !== resourceVersion) return 'changed';
    throw refusal(error, { verb: 'delete', ...ref });
  }
}

/** Undefined when somebody else has created one. Whatever the answer, what is there then decides. */
async function create(
  transport: Transport,
  copy: KeptCopy,
  { ref, secret, ...options }: Replacement,
): Promise<Secret | undefined> {
  const deadline = performance.now() + TERMINATION_MS;
  const { uid } = copy.original.metadata;
  for (;;) {
    try {
      return await createSecret(transport, ref, secret, options);
    } catch (error) {
      if (transport.signal.aborted) throw error;
      const present = await lookAtSecret(transport, ref);
      // It was still there when we wanted to create it, and has gone since.
      const hasGone = present === 'none' && error instanceof ApiError && error.reason === 'AlreadyExists';
      if (hasGone && performance.now() < deadline) continue;
      if (present === 'none') throw failure(`${nameOf(ref)} is deleted and not created again`, error, copy);
      if (present === 'unknown') throw failure(`it is unclear whether ${nameOf(ref)} is there again`, error, copy);
      if (present.metadata.uid !== uid) return isSame(present, secret) ? present : undefined;
      if (!isTerminating(present)) throw failure(`${nameOf(ref)} is still the old one`, error, copy);
      if (performance.now() > deadline) throw failure(`${nameOf(ref)} is still being deleted`, error, copy);
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

function failure(text: string, error: unknown, copy: KeptCopy): unknown {
  if (!(error instanceof ApiError || error instanceof UserError)) return error;
  return new UserError(`${text}: ${error.message}`, AGAIN, [`secret/${copy.ref.name} is a copy of the old one`]);
}
