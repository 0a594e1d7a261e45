/** Deletes a Secret and its copies. First takes them out of every list that names them. Keeps those that an image needs. */

import { type DetachListener, type DetachOptions, detachAll } from '../../attaching/detach-all.ts';
import { describeNeeds, type Need, needsOf, untoldNeeds } from '../../attaching/secret-users.ts';
import { listenerThrough, performPhase } from '../../changes/performer.ts';
import { deleteSecret, type NextDeletion } from '../../changes/secret-step.ts';
import { ApiError, noneOrUnknown, refusal } from '../../cluster/api-error.ts';
import { eachSecretToWrite } from '../../cluster/read-secrets.ts';
import type { Reader } from '../../cluster/reader.ts';
import { noPermission } from '../../cluster/right.ts';
import { requestSecret, type SecretRef } from '../../cluster/secret-request.ts';
import type { Transport } from '../../cluster/transport.ts';
import { UserError } from '../../errors.ts';
import type { FindRefused } from '../../gather/other-logins.ts';
import { words } from '../../line/command.ts';
import { againWith, prose } from '../../line/hint.ts';
import { scope } from '../../line/object-name.ts';
import { copyMark, isFromElsewhere, MANAGED_BY } from '../../secret/copy.ts';
import type { Secret } from '../../secret/secret.ts';
import { makerOf } from '../../secret/secret-owner.ts';
import { forEachLimit } from '../../system/concurrency.ts';
import { many } from '../../text/enumerate.ts';

export interface DeleteRequest extends DetachOptions {
  /** In the namespace of the connection. */
  readonly name: string;
  /** Whether to delete the copies in other namespaces as well. */
  readonly copies: boolean;
  /** Whether to delete a Secret although an image needs it, or a copy of it stays. */
  readonly force?: boolean;
  /** Whether to delete a Secret although somebody else makes it. */
  readonly owned?: boolean;
  /** Whether to delete without asking. */
  readonly yes: boolean;
}

/** Is told what is done about one Secret and the lists that name it. */
export interface DeleteListener extends DetachListener {
  deleted(): void;
}

/** One Secret to delete. */
export interface Deletion {
  readonly ref: SecretRef;
  /** The Secret as it was read. Undefined when it is gone and only lists may name it. */
  readonly secret: Secret | undefined;
  readonly source: string | undefined;
  /** Why the Secret is kept. */
  readonly error?: UserError;
  /** What loses the Secret by `--force`, apart from what detaching reports. */
  readonly losing?: readonly Need[];
}

/**
 * Plans the deletion, copies first: they are found by their source, so the source stays where one of them stays, unless it is
 * forced: everyone who can write a Secret can mark it as a copy that nobody may delete. Throws UserError where the Secrets may not
 * be read.
 */
export async function planDeletion(
  reader: Reader,
  request: DeleteRequest,
  findRefused: FindRefused,
): Promise<Deletion[]> {
  const { transport } = reader;
  const own = { namespace: transport.namespace, name: request.name };
  const source = `${own.namespace}/${own.name}`;
  const found: Deletion[] = [];
  const present = await presentSecret(transport, own);
  // Copies marked as from another cluster belong to this source only where the source is not in this cluster.
  const isHere = present !== 'none' && !isFromElsewhere(present);
  const isCopy = (secret: Secret): boolean =>
    copyMark(secret)?.source === source && !(isHere && isFromElsewhere(secret));
  const isOwn = ({ metadata }: Secret): boolean => metadata.namespace === own.namespace && metadata.name === own.name;
  if (request.copies) {
    const query = { labelSelector: `${MANAGED_BY}=regsecret` };
    const refused = await eachSecretToWrite(reader, query, (secret) => {
      const { namespace = '', name = '' } = secret.metadata;
      if (isCopy(secret) && !isOwn(secret)) found.push({ ref: { namespace, name }, secret, source });
      return undefined;
    });
    if (refused !== undefined)
      throw noPermission('cannot look for copies: no permission to list secrets', refused.message);
  }
  const planned: Deletion[] = [];
  const plan = async ([index, one]: [number, Deletion]): Promise<void> => {
    const error =
      (await obstacleTo(reader, one, request, findRefused)) ?? copiesLeft(one, planned.filter(isKept), request);
    planned[index] = error === undefined ? { ...one, losing: await losers(reader, one, request) } : { ...one, error };
  };
  await forEachLimit(transport.concurrency, found.entries(), plan);
  await plan([found.length, { ref: own, secret: present === 'none' ? undefined : present, source: undefined }]);
  return planned;
}

/** Throws UserError where it cannot be read: with a Secret that nobody sees, nobody sees what needs it. */
async function presentSecret(transport: Transport, ref: SecretRef): Promise<Secret | 'none'> {
  try {
    return await requestSecret(transport, ref);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (noneOrUnknown(error, transport.signal) === 'none') return 'none';
    throw refusal(error, { verb: 'get', ...ref });
  }
}

async function obstacleTo(
  reader: Reader,
  { ref, secret }: Deletion,
  request: DeleteRequest,
  findRefused: FindRefused,
): Promise<UserError | undefined> {
  if (secret === undefined) return undefined;
  const maker = makerOf(secret);
  if (maker !== undefined && !request.owned) {
    const text = `secret ${ref.namespace}/${ref.name} was not deleted, because ${maker.name} creates it and would create it again`;
    return new UserError(text, maker.where, ['--owned deletes it anyway']);
  }
  const needs = request.force ? [] : await needsOf(reader, secret, undefined, findRefused);
  return needs.length === 0 ? undefined : stillNeeded(ref, needs, request);
}

function isKept({ error }: Deletion): boolean {
  return error !== undefined;
}

/** Why a source stays: without it, nobody could renew the copies in `kept`. Undefined for a copy, or where none is kept. */
function copiesLeft(
  { ref, secret, source }: Deletion,
  kept: readonly Deletion[],
  { force = false }: DeleteRequest,
): UserError | undefined {
  if (force || secret === undefined || source !== undefined || kept.length === 0) return undefined;
  const places = many(kept.map((copy) => copy.ref.namespace));
  const [copies, are] = kept.length === 1 ? ['the copy', 'was'] : [`${kept.length} copies`, 'were'];
  return new UserError(
    `secret ${ref.namespace}/${ref.name} was not deleted, because ${copies} of it in ${places} ${are} not deleted`,
    prose`--force deletes it anyway`,
  );
}

async function losers(reader: Reader, { secret }: Deletion, { force }: DeleteRequest): Promise<readonly Need[]> {
  if (secret === undefined || !force) return [];
  return untoldNeeds(reader, secret);
}

function stillNeeded(ref: SecretRef, needs: readonly Need[], request: DeleteRequest): UserError {
  const again = againWith(words`${scope(ref.namespace)} --force ${request.yes ? words`--yes` : undefined}`);
  return new UserError(
    `secret ${ref.namespace}/${ref.name} is still needed, so it was not deleted`,
    request.copies ? prose`--force deletes it anyway` : again,
    [
      ...describeNeeds(needs),
      '--force also removes it from their imagePullSecrets, and workloads then replace their pods',
    ],
  );
}

/** Takes each Secret out of its lists and deletes it, copies first. Returns those that stay. Throws what is no UserError. */
export async function performDeletion(
  { transport }: Reader,
  planned: readonly Deletion[],
  request: DeleteRequest,
  listenerOf: (ref: SecretRef) => DeleteListener,
): Promise<readonly Deletion[]> {
  const kept: Deletion[] = [];
  for (const steps of [planned.slice(0, -1), planned.slice(-1)]) {
    await performPhase({
      steps,
      width: transport.concurrency,
      isOrdered: steps.length > 1,
      async perform(one, tell) {
        const { ref, secret } = one;
        const error = one.error ?? copiesLeft(one, kept, request);
        if (error !== undefined) throw error;
        const listener = listenerThrough(tell, listenerOf(ref));
        await detachAll(transport, ref, request, listener);
        if (secret === undefined) return;
        await deleteSecret(transport, ref, { present: secret, next: (present) => nextFor(one, present) }, request);
        listener.deleted();
      },
      failed(one, error, tell) {
        kept.push(one);
        tell(() => listenerOf(one.ref).problem(error));
      },
    });
  }
  return kept;
}

function nextFor({ ref: { namespace, name }, secret, source }: Deletion, present: Secret | undefined): NextDeletion {
  if (present === undefined) return { action: 'unchanged' };
  const isMeant =
    source === undefined ? present.metadata.uid === secret?.metadata.uid : copyMark(present)?.source === source;
  if (isMeant) return { action: 'delete' };
  const text = `secret ${namespace}/${name} was replaced meanwhile, so it was not deleted`;
  return { action: 'refuse', error: new UserError(text, prose`run the same command again`) };
}
