/**
 * Deletes a Secret and creates it again, for changes that the API server does not allow otherwise. A copy of the Secret is made in
 * the cluster before, found by the next run, and removed at the end.
 */

import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { ApiError, isRefusal, refusal, WriteConflict } from '../cluster/api-error.ts';
import {
  createSecret,
  lookAtSecret,
  type SecretRef,
  secretPath,
  type WriteOptions,
} from '../cluster/secret-request.ts';
import type { Transport } from '../cluster/transport.ts';
import { UserError } from '../errors.ts';
import { command } from '../line/command.ts';
import { type Hint, prose } from '../line/hint.ts';
import { scope } from '../line/object-name.ts';
import type { Secret } from '../secret/secret.ts';
import type { LoginPlace } from '../secret/selected-namespace.ts';
import { many } from '../text/enumerate.ts';
import { copyName, copyOfSecret, missingFrom, originalOf } from './secret-copy.ts';
import { rehearseSecret } from './secret-write.ts';

interface Replacement extends WriteOptions {
  readonly ref: LoginPlace;
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
    if (present === 'unknown') throw failure(`it is unclear whether ${nameOf(ref)} was deleted`, error, old);
    if (present.metadata.uid !== uid) return new WriteConflict();
    if (isTerminating(present)) return undefined;
    // An answer that is not the API server's may arrive before the server is done.
    if (!isRefusal(error)) throw failure(`${nameOf(ref)} was not deleted, or not yet`, error, old);
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
  const deadline = transport.clock.monotonic() + TERMINATION_MS;
  const { uid } = old.secret.metadata;
  for (;;) {
    try {
      return await createSecret(transport, ref, secret, options);
    } catch (error) {
      if (transport.signal.aborted) throw error;
      const present = await lookAtSecret(transport, ref);
      // The old Secret still existed when the create was refused, and has gone since.
      const hasGone = present === 'none' && error instanceof ApiError && error.reason === 'AlreadyExists';
      if (hasGone && transport.clock.monotonic() < deadline) continue;
      if (present === 'none') throw failure(`${nameOf(ref)} was deleted and not created again`, error, old);
      if (present === 'unknown') throw failure(`it is unclear whether ${nameOf(ref)} was created again`, error, old);
      if (present.metadata.uid !== uid) return isSame(present, secret) ? present : new WriteConflict();
      if (!isTerminating(present)) throw failure(`${nameOf(ref)} is still the old one`, error, old);
      // Without a copy, nothing is lost, so nobody else waits for a tenant's finalizer.
      if (old.copy === undefined) return new WriteConflict();
      if (transport.clock.monotonic() > deadline) throw failure(`${nameOf(ref)} is still being deleted`, error, old);
      await transport.clock.pause(POLL_MS, transport.signal);
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

export interface KeptCopy {
  readonly ref: SecretRef;
  readonly uid: string | undefined;
  /** The Secret that was copied. */
  readonly original: Secret;
}

/** Receives the messages about a copy. */
export interface CopyListener {
  say(text: string): void;
  warn(text: string): void;
  hint(hint: Hint): void;
}

/** The name and namespace of the copy of `ref`. */
export function copyRef<Namespace extends string>({
  namespace,
  name,
}: {
  readonly namespace: Namespace;
  readonly name: string;
}) {
  return { namespace, name: copyName(name, (text) => createHash('sha256').update(text).digest('hex')) };
}

/** The copy of `ref` that an earlier run left; undefined when there is none, or it may not be read. */
export async function findCopy(transport: Transport, ref: SecretRef): Promise<KeptCopy | undefined> {
  const found = await lookAtSecret(transport, copyRef(ref));
  return typeof found === 'string' ? undefined : asCopy(found, ref);
}

function asCopy(found: Secret, ref: SecretRef): KeptCopy | undefined {
  const original = originalOf(found, ref.name);
  return original === undefined ? undefined : { ref: copyRef(ref), uid: found.metadata.uid, original };
}

/**
 * Makes the copy of `existing`, and replaces an older copy that is not needed. Throws UserError; the Secret is not deleted then.
 */
async function keepCopy(
  transport: Transport,
  ref: LoginPlace,
  existing: Secret,
  options: WriteOptions,
): Promise<KeptCopy> {
  const place = copyRef(ref);
  const copy = copyOfSecret(existing, place.name);
  const isIt = (secret: Secret): boolean =>
    isDeepStrictEqual(secret.metadata.annotations, copy.metadata.annotations) &&
    isDeepStrictEqual(secret.data ?? {}, copy.data ?? {});
  for (let isSecond = false; ; isSecond = true) {
    try {
      const created = await createSecret(transport, place, copy, options);
      return { ref: place, uid: created.metadata.uid, original: existing };
    } catch (error) {
      if (transport.signal.aborted) throw error;
      const found = await lookAtSecret(transport, place);
      if (typeof found === 'string' || isSecond) throw notKept(error, place);
      if (isIt(found)) return { ref: place, uid: found.metadata.uid, original: existing };
      const old = asCopy(found, ref);
      // A copy of this very Secret, or one whose content is all in this Secret, may go.
      if (old === undefined || (old.original.metadata.uid !== existing.metadata.uid && isNeeded(old, existing))) {
        throw inTheWay(place, old, existing);
      }
      await removeCopy(transport, old);
    }
  }
}

function isNeeded({ original }: KeptCopy, secret: Secret): boolean {
  return missingFrom(secret, original).length > 0;
}

function notKept(error: unknown, place: SecretRef): unknown {
  const reason = error instanceof ApiError ? refusal(error, { verb: 'create', ...place }) : error;
  if (!(reason instanceof UserError)) return reason;
  return new UserError(`nothing was deleted, because no copy could be created: ${reason.message}`, reason.hint);
}

function inTheWay({ namespace, name }: SecretRef, old: KeptCopy | undefined, secret: Secret): UserError {
  const what =
    old === undefined
      ? 'was not created by regsecret'
      : `still holds ${many(missingFrom(secret, old.original))} from an earlier run`;
  return new UserError(
    `nothing was deleted, because the copy would be called ${namespace}/${name}, and the Secret of that name ${what}`,
    command`kubectl get secret ${name} ${scope(namespace)} -o yaml`,
  );
}

/**
 * Removes a copy that is no longer needed. A copy that cannot be removed is only reported, because it does no harm. Throws when
 * interrupted.
 */
async function dropCopy(transport: Transport, copy: KeptCopy, listener: CopyListener): Promise<void> {
  try {
    await removeCopy(transport, copy);
  } catch (error) {
    if (!transport.signal.aborted && (await lookAtSecret(transport, copy.ref)) === 'none') return;
    const { namespace, name } = copy.ref;
    listener.warn(`secret/${name}, a copy of the old Secret, is no longer needed, and may still exist`);
    listener.hint(command`kubectl delete secret ${name} ${scope(namespace)}`);
    if (transport.signal.aborted) throw error;
  }
}

async function removeCopy(transport: Transport, { ref, uid }: KeptCopy): Promise<void> {
  const body = { apiVersion: 'v1', kind: 'DeleteOptions', preconditions: { uid } };
  await transport.request({ method: 'DELETE', path: secretPath(ref), body, guarded: true });
}

/**
 * Removes the copy that an earlier run left, when `secret` holds all its content, or is meant to replace it (`isReplaced`).
 * Throws UserError when `secret` lacks some of it.
 */
export async function settleCopy(
  transport: Transport,
  copy: KeptCopy,
  { secret, isReplaced }: { readonly secret: Secret; readonly isReplaced: boolean },
  listener: CopyListener,
): Promise<void> {
  const isSame = copy.original.metadata.uid === secret.metadata.uid;
  if (isReplaced || isSame || !isNeeded(copy, secret)) return dropCopy(transport, copy, listener);
  const { namespace, name } = copy.ref;
  const missing = many(missingFrom(secret, copy.original));
  throw new UserError(
    `secret ${namespace}/${secret.metadata.name} was written, but it lacks ${missing}, which is still in secret/${name}, a copy of an earlier one`,
    command`regsecret inspect ${name} ${scope(namespace)}`,
  );
}
