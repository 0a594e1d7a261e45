/** Deletes copies in namespaces that are no longer selected, after taking them out of the lists that name them. */

import { detachAll } from '../../attaching/detach-all.ts';
import { describeNeeds, needsOf, untoldNeeds } from '../../attaching/secret-users.ts';
import { actionOf, deleteSecret, type NextDeletion, type SecretAction } from '../../changes/secret-step.ts';
import { ApiError, refusalOf } from '../../cluster/api-error.ts';
import { createReader } from '../../cluster/reader.ts';
import { lookAtSecret, type SecretRef } from '../../cluster/secret-request.ts';
import type { Transport } from '../../cluster/transport.ts';
import { UserError } from '../../errors.ts';
import { type CopySource, isCopyOf } from '../../secret/copy.ts';
import type { Secret } from '../../secret/secret.ts';
import { makerOf } from '../../secret/secret-owner.ts';
import type { SyncListener, SyncRequest } from './sync-request.ts';

/** A copy to delete. */
export interface PrunedCopy {
  readonly namespace: string;
  /** The copy without its data. */
  readonly secret: Secret;
}

/** Why `--prune` leaves a copy alone: another tool manages it now, and would create it again. */
export function takenOver(secret: Secret): UserError | undefined {
  const maker = makerOf(secret);
  if (maker === undefined) return undefined;
  const { namespace = '', name = '' } = secret.metadata;
  return new UserError(
    `secret ${namespace}/${name} was made by sync, but ${maker.name} makes it now, so it is not deleted`,
    maker.where,
  );
}

/** Deletes the copy of `source` in one namespace, and returns what was done. Throws UserError. */
export async function pruneCopy(
  transport: Transport,
  { namespace, secret }: PrunedCopy,
  source: Pick<CopySource, 'ref' | 'madeFrom'>,
  request: SyncRequest,
  listener: SyncListener,
): Promise<SecretAction> {
  const ref = { namespace, name: request.name };
  const next = (present: Secret | undefined): NextDeletion => {
    const isMeant = present !== undefined && isCopyOf(present, source) && makerOf(present) === undefined;
    return { action: isMeant ? 'delete' : 'unchanged' };
  };
  try {
    await reportNeeds(transport, ref, listener);
    await detachAll(transport, ref, request, {
      outcome: (result) => listener.list(result),
      note: (note) => listener.note(note, 'detach'),
      problem: (error) => listener.problem(error, namespace),
    });
    return actionOf((await deleteSecret(transport, ref, { present: secret, next }, request)).did);
  } catch (error) {
    throw error instanceof ApiError ? refusalOf(error) : error;
  }
}

/** Reports the lost logins that taking the copy out of the lists does not report. */
async function reportNeeds(transport: Transport, ref: SecretRef, { note }: SyncListener): Promise<void> {
  const secret = await lookAtSecret(transport, ref);
  if (typeof secret === 'string') return;
  const reader = createReader(transport);
  for (const { ref, images, mounts } of await untoldNeeds(reader, secret))
    if (mounts === undefined) note({ code: 'loses-login', ref, images }, 'detach');
  const rights = reader.missingRights.list();
  if (rights.length > 0) note({ code: 'unchecked', rights }, 'detach');
}

/** How many copies are examined before the question. */
const LOOKED_AT = 10;

/** One line for each object that loses its only login with `copies`, as far as our rights let us look. */
export async function describeLosses(
  transport: Transport,
  copies: readonly PrunedCopy[],
  name: string,
): Promise<string[]> {
  const reader = createReader(transport);
  const lines = await Promise.all(
    copies.slice(0, LOOKED_AT).map(async ({ namespace }) => {
      try {
        const secret = await lookAtSecret(transport, { namespace, name });
        const needs = typeof secret === 'string' ? [] : await needsOf(reader, secret, undefined);
        return describeNeeds(needs).map((line) => `${namespace}: ${line}`);
      } catch (error) {
        if (error instanceof ApiError) return [];
        throw error;
      }
    }),
  );
  return lines.flat();
}
