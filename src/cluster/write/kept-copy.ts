/** The copy of a Secret in the cluster: made before the Secret is deleted, found by the next run, and removed at the end. */
import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Secret } from '../../domain/keyring/secret.ts';
import { copyName, copyOfSecret, missingFrom, originalOf } from '../../domain/pull-secret/secret-copy.ts';
import { command } from '../../domain/text/command.ts';
import { many } from '../../domain/text/enumerate.ts';
import type { Hint } from '../../domain/text/hint.ts';
import { scope } from '../../domain/text/object-name.ts';
import { UserError } from '../../errors.ts';
import { ApiError, refusal } from '../client/api-error.ts';
import type { Transport } from '../client/transport.ts';
import { createSecret, lookAtSecret, type SecretRef, secretPath, type WriteOptions } from '../secret-request.ts';

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
export function copyRef({ namespace, name }: SecretRef): SecretRef {
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
export async function keepCopy(
  transport: Transport,
  ref: SecretRef,
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
      await remove(transport, old);
    }
  }
}

function isNeeded({ original }: KeptCopy, secret: Secret): boolean {
  return missingFrom(secret, original).length > 0;
}

function notKept(error: unknown, place: SecretRef): unknown {
  const reason = error instanceof ApiError ? refusal(error, { verb: 'create', ...place }) : error;
  if (!(reason instanceof UserError)) return reason;
  return new UserError(`nothing is deleted, because no copy could be made: ${reason.message}`, reason.hint);
}

function inTheWay({ namespace, name }: SecretRef, old: KeptCopy | undefined, secret: Secret): UserError {
  const what =
    old === undefined
      ? 'was not made by regsecret'
      : `still holds ${many(missingFrom(secret, old.original))} from an earlier run`;
  return new UserError(
    `nothing is deleted, because the copy would be called ${namespace}/${name}, and the Secret of that name ${what}`,
    command`kubectl get secret ${name} ${scope(namespace)} -o yaml`,
  );
}

/**
 * Removes a copy that is no longer needed. A copy that cannot be removed is only reported, because it does no harm. Throws when
 * interrupted.
 */
export async function dropCopy(transport: Transport, copy: KeptCopy, listener: CopyListener): Promise<void> {
  try {
    await remove(transport, copy);
  } catch (error) {
    if (!transport.signal.aborted && (await lookAtSecret(transport, copy.ref)) === 'none') return;
    const { namespace, name } = copy.ref;
    listener.warn(`secret/${name}, a copy of the old Secret, is no longer needed, and may still be there`);
    listener.hint(command`kubectl delete secret ${name} ${scope(namespace)}`);
    if (transport.signal.aborted) throw error;
  }
}

async function remove(transport: Transport, { ref, uid }: KeptCopy): Promise<void> {
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
    `secret ${namespace}/${secret.metadata.name} is written, but it lacks ${missing}, which is still in secret/${name}, a copy of an earlier one`,
    command`regsecret inspect ${name} ${scope(namespace)}`,
  );
}
