/** Replaces a pod: deletes it, waits, creates the new one. After a doubtful answer, the pod that is there decides. */
import { ApiError, isRefusal, noneOrUnknown } from '../../cluster/client/api-error.ts';
import { getObject, objectPath, objectRefusal } from '../../cluster/object-request.ts';
import { writeQuery } from '../../cluster/secret-request.ts';
import { pause } from '../../concurrency.ts';
import { type Command, command, kubectlPath } from '../../domain/text/command.ts';
import { prose } from '../../domain/text/hint.ts';
import { scope } from '../../domain/text/object-name.ts';
import type { ApiObject } from '../../domain/workloads/api-object.ts';
import { pullKind } from '../../domain/workloads/kind.ts';
import { describeRef } from '../../domain/workloads/object-ref.ts';
import { isBeingDeleted, type PullSpec, pullSpecOf } from '../../domain/workloads/pull-spec.ts';
import { UserError } from '../../errors.ts';
import type { PodContext } from './pod-context.ts';
import type { SavedFile } from './saved-pod.ts';

const TIMEOUT_MS = 120_000;
const POLL_MS = 100;
const POD = pullKind('Pod');

export interface PodReplacement {
  /** Has no UID when the pod is already gone. */
  readonly pod: PullSpec;
  readonly manifest: ApiObject;
  /** Where the manifest is saved. */
  readonly saved: SavedFile;
}

/** `other`: a pod of this name that this run did not create, or may not have created. */
export type Replaced = { readonly created: PullSpec } | { readonly other: PullSpec };

/** Throws UserError that says what is there, and where the manifest is. */
export async function replacePod(replacement: PodReplacement, context: PodContext): Promise<Replaced> {
  const deadline = performance.now() + (context.request.timeoutMs ?? TIMEOUT_MS);
  const isThere = replacement.pod.uid !== '';
  const other =
    (isThere ? await remove(replacement, context) : undefined) ?? (await gone(replacement, deadline, context));
  return other === undefined ? create(replacement, deadline, context) : { other };
}

/** Creates the pod, or lets the server only check it. */
export function postPod(
  body: ApiObject,
  { ref }: PullSpec,
  { transport, request }: PodContext,
  dryRun: boolean,
): Promise<ApiObject> {
  // Another API server may be older than the one the manifest was read from, and would drop the fields that it does not know.
  const query = { ...writeQuery({ ...request, dryRun }), fieldValidation: 'Strict' };
  return transport.request({ method: 'POST', path: objectPath(POD, ref.namespace), query, body, guarded: true });
}

/** Deletes the pod. Returns the pod that stands in its place, if any. */
async function remove(replacement: PodReplacement, context: PodContext): Promise<PullSpec | undefined> {
  const { pod, saved } = replacement;
  const { transport } = context;
  const { ref, uid } = pod;
  const body = { apiVersion: 'v1', kind: 'DeleteOptions', preconditions: { uid } };
  try {
    const path = objectPath(POD, ref.namespace, ref.name);
    await transport.request({ method: 'DELETE', path, body, guarded: true });
    return undefined;
  } catch (error) {
    if (transport.signal.aborted) throw error;
    const present = await look(pod, context);
    if (present === 'none') return undefined;
    if (present === 'unknown') throw failure(`it is unclear whether ${describeRef(ref)} is deleted`, error, saved);
    if (present.uid !== uid) return present;
    if (isBeingDeleted(present)) return undefined;
    // An error that does not come from the API server, such as from a proxy, may arrive before the pod is deleted.
    if (!isRefusal(error)) throw failure(`${describeRef(ref)} is not deleted, or not yet`, error, saved);
    saved.remove();
    throw objectRefusal(error, 'delete', ref);
  }
}

/** Waits until the old pod is gone. Returns the pod that stands in its place, if any. */
async function gone(
  { pod, saved }: PodReplacement,
  deadline: number,
  context: PodContext,
): Promise<PullSpec | undefined> {
  for (;;) {
    const present = await look(pod, context);
    // If the old pod is still there, creating the new one fails and says so.
    if (typeof present === 'string') return undefined;
    if (pod.uid !== '' && present.uid !== pod.uid) return present;
    if (!isBeingDeleted(present)) {
      if (pod.uid === '') return present;
      throw failure(`${describeRef(pod.ref)} is not deleted`, new UserError('the server only says so'), saved);
    }
    if (performance.now() > deadline) throw stillThere(pod, saved);
    await pause(POLL_MS, context.transport.signal);
  }
}

async function create(replacement: PodReplacement, deadline: number, context: PodContext): Promise<Replaced> {
  const { pod, manifest, saved } = replacement;
  const { transport } = context;
  for (;;) {
    try {
      const created = pullSpecOf(POD, await postPod(manifest, pod, context, false));
      if (created?.uid) return { created };
      throw new UserError('the server does not answer with the pod');
    } catch (error) {
      if (transport.signal.aborted || !(error instanceof ApiError || error instanceof UserError)) throw error;
      const isInTime = performance.now() <= deadline;
      const present = await look(pod, context);
      if (present === 'unknown') {
        throw failure(`it is unclear whether ${describeRef(pod.ref)} is there again`, error, saved);
      }
      if (present !== 'none' && (pod.uid === '' || present.uid !== pod.uid)) return { other: present };
      if (present !== 'none' && !isBeingDeleted(present)) {
        throw failure(`${describeRef(pod.ref)} is still the old one`, error, saved);
      }
      if (present !== 'none' && !isInTime) throw stillThere(pod, saved);
      // The quota is recounted some time after the old pod is gone. A pod that exists and is not there was deleted again.
      const isWorthWaiting =
        present !== 'none' || (error instanceof ApiError && (isQuota(error) || error.reason === 'AlreadyExists'));
      if (!isWorthWaiting || !isInTime) {
        const text = `${describeRef(pod.ref)} is deleted and not there again: ${error.message}`;
        throw new UserError(text, creationHint(replacement));
      }
      await pause(POLL_MS, transport.signal);
    }
  }
}

/** Reads which pod is there, after an answer that may be wrong or lost. Throws when interrupted. */
async function look({ ref }: PullSpec, { transport }: PodContext): Promise<PullSpec | 'none' | 'unknown'> {
  try {
    const present = pullSpecOf(POD, await getObject(transport, ref));
    return present?.ref.name === ref.name && present.uid !== '' ? present : 'unknown';
  } catch (error) {
    return noneOrUnknown(error, transport.signal);
  }
}

export function isQuota({ status, message }: ApiError): boolean {
  return status === 403 && message.includes('exceeded quota');
}

/** The command that creates the pod while it is gone. Repeating the regsecret command does so as well. */
export function creationHint({ pod: { ref }, saved }: PodReplacement): Command {
  return command`kubectl create ${scope(ref.namespace)} -f ${kubectlPath(saved.file)}`;
}

function stillThere({ ref }: PullSpec, saved: SavedFile): UserError {
  return new UserError(`${describeRef(ref)} is still being deleted`, AGAIN, [manifestIn(saved)]);
}

function failure(text: string, error: unknown, saved: SavedFile): unknown {
  if (!(error instanceof ApiError || error instanceof UserError)) return error;
  return new UserError(`${text}: ${error.message}`, AGAIN, [manifestIn(saved)]);
}

export const AGAIN = prose`run the same command again`;

export function manifestIn({ file }: SavedFile): string {
  return `its manifest is in ${file}`;
}
