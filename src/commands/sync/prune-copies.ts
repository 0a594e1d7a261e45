/** Deletes copies in namespaces that are no longer selected, after taking them out of the lists of service accounts. */

import { detachAll } from '../../attaching/detach-all.ts';
import { unknownLogins } from '../../attaching/notes.ts';
import { describeNeeds, usersWithLogin } from '../../attaching/secret-users.ts';
import { actionOf, deleteSecret, type NextDeletion, type SecretAction } from '../../changes/secret-step.ts';
import { ApiError, refusalOf } from '../../cluster/api-error.ts';
import { createReader, type Reader } from '../../cluster/reader.ts';
import { lookAtSecret } from '../../cluster/secret-request.ts';
import type { Transport } from '../../cluster/transport.ts';
import { UserError } from '../../errors.ts';
import { type CopySource, isCopyOf } from '../../secret/copy.ts';
import type { Secret } from '../../secret/secret.ts';
import { makerOf } from '../../secret/secret-owner.ts';
import { CHANGEABLE_KINDS } from '../../workloads/kind.ts';
import { resultName } from '../../workloads/object-ref.ts';
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
    `secret ${namespace}/${name} was created by sync, but ${maker.name} creates it now, so it was not deleted`,
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
  const next = (present: Secret | undefined) => {
    const isMeant = present !== undefined && isCopyOf(present, source) && makerOf(present) === undefined;
    return { action: isMeant ? 'delete' : 'unchanged' } satisfies NextDeletion;
  };
  try {
    const found = await lookAtSecret(transport, ref);
    if (typeof found !== 'string') {
      // Its owner may have put another Secret there meanwhile, whose users keep it.
      if (next(found).action === 'unchanged') return 'unchanged';
      await reportUsers(transport, found, listener);
    }
    const { dryRun, fieldManager, folders } = request;
    await detachAll(
      transport,
      ref,
      { dryRun, fieldManager, folders, kinds: ['ServiceAccount'], checks: false },
      {
        outcome: (result) => listener.list(result),
        note: (note) => listener.note(note, 'detach'),
        problem: (error) => listener.problem(error, namespace),
      },
    );
    return actionOf((await deleteSecret(transport, ref, { present: secret, next }, request)).did);
  } catch (error) {
    throw error instanceof ApiError ? refusalOf(error) : error;
  }
}

/** Reports what loses a login, and which workloads still name the copy. Reads no Secret but the copy. */
async function reportUsers(transport: Transport, secret: Secret, { note }: SyncListener): Promise<void> {
  const reader = createReader(transport);
  const { users } = await usersWithLogin(reader, secret);
  for (const { ref: user, images, others, isOwn } of users) {
    if (images.length > 0 && others.length === 0) note({ code: 'loses-login', ref: user, images }, 'detach');
    else if (images.length > 0) note({ code: 'others-unread', ref: user, images, others }, 'detach');
    if (isOwn && CHANGEABLE_KINDS.includes(user.kind)) note({ code: 'left-in-list', ref: user }, 'detach');
  }
  const rights = reader.missingRights.list();
  if (rights.length > 0) note({ code: 'unchecked', rights }, 'detach');
}

/** How many copies are examined before the question. */
const LOOKED_AT = 10;

/** One line for each object that loses its only login with `copies`, or may lose it, as far as our rights let us look. */
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
        const losses = typeof secret === 'string' ? [] : await lossesOf(reader, secret);
        return losses.map((line) => `${namespace}: ${line}`);
      } catch (error) {
        if (error instanceof ApiError) return [];
        throw error;
      }
    }),
  );
  return lines.flat();
}

async function lossesOf(reader: Reader, secret: Secret): Promise<string[]> {
  const { users, mounts } = await usersWithLogin(reader, secret);
  const needing = users.filter(({ images }) => images.length > 0);
  const unknown = needing
    .filter(({ others }) => others.length > 0)
    .map(({ ref, images, others }) => `${resultName(ref)}: not known ${unknownLogins(others, images)}`);
  return [...describeNeeds([...needing.filter(({ others }) => others.length === 0), ...mounts]), ...unknown];
}
