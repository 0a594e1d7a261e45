/**
 * Deletes a pod and creates it again with another list: the only way for one that no controller makes. After a doubtful answer,
 * the pod that is there decides.
 */
import { ApiError, isRefusal, noneOrUnknown } from '../cluster/api-error.ts';
import { getObject, objectPath, objectRefusal } from '../cluster/object-request.ts';
import { writeQuery } from '../cluster/secret-request.ts';
import { UserError } from '../errors.ts';
import { type Command, command, kubectlPath } from '../line/command.ts';
import { prose } from '../line/hint.ts';
import { scope } from '../line/object-name.ts';
import { many } from '../text/enumerate.ts';
import { type ApiObject, fieldOf, itemsOf } from '../workloads/api-object.ts';
import { LIST_FIELD, pullKind } from '../workloads/kind.ts';
import { changedList } from '../workloads/list-change.ts';
import { describeRef } from '../workloads/object-ref.ts';
import { isBeingDeleted, type PullSpec, pullSpecOf } from '../workloads/pull-spec.ts';
import { differences, recreatedPod } from '../workloads/recreation.ts';
import type { PodContext } from './pod-context.ts';
import { forgetPods, type SavedFile, type SavedPlace, type SavedPod, savedPods, savePod } from './saved-pod.ts';

const POLL_MS = 100;
/** How long admission may take to see a service account that has just been changed. */
const ADMISSION_MS = 10_000;

/** Where the manifests of a pod are saved. */
export function placeOf({ ref }: Pick<PullSpec, 'ref'>, { transport, request }: PodContext): SavedPlace {
  return { folders: request.folders, server: transport.server, ref };
}

/**
 * Replaces `pod` by a pod with `list` and returns the new one. The server must accept the new pod in a dry run before the old one
 * is deleted. From then on, the manifest is on disk until the new pod exists, so nothing is lost however this ends. Throws
 * UserError.
 */
export async function recreatePod(pod: PullSpec, list: readonly unknown[], context: PodContext): Promise<PullSpec> {
  const { request, listener } = context;
  const manifest = recreatedPod(pod, list);
  const rehearsed = await rehearse(pod, manifest, context);
  const fields = rehearsed === undefined ? [] : differences(manifest, rehearsed);
  if (fields.length > 0) listener.note({ code: 'differs', ref: pod.ref, fields });
  if (request.dryRun !== 'none') return { ...pod, imagePullSecrets: list };
  const place = placeOf(pod, context);
  const left = savedPods(place);
  const saved = savePod(place, manifest);
  listener.note({ code: 'saved', ref: pod.ref, file: saved.file });
  const rehearsedList = fieldOf(rehearsed, 'spec', LIST_FIELD);
  const expected =
    rehearsed === undefined ? manifest : recreatedPod({ ...pod, object: rehearsed }, itemsOf(rehearsedList));
  const created = await finish({ pod, manifest, saved }, expected, context);
  saved.remove();
  forgetPods(left);
  return created;
}

/** Creates a pod with `list` from `pod`, the manifest that an interrupted run left, and returns it. Throws UserError. */
export async function resumePod(
  pod: PullSpec,
  list: readonly unknown[],
  { file }: SavedPod,
  context: PodContext,
): Promise<PullSpec> {
  if (context.request.dryRun !== 'none') return { ...pod, imagePullSecrets: list };
  const left = savedPods(placeOf(pod, context));
  const { [LIST_FIELD]: _, ...spec } = pod.object.spec as ApiObject;
  const manifest = { ...pod.object, spec: { ...spec, ...(list.length === 0 ? {} : { [LIST_FIELD]: list }) } };
  const saved = { file, restore: () => undefined, remove: () => undefined };
  const created = await finish({ pod, manifest, saved }, manifest, context);
  forgetPods(left);
  return created;
}

/**
 * Replaces the pod. Where others created the same pod with another list, replaces theirs. `expected` is the manifest as the
 * server completes it.
 */
async function finish(replacement: PodReplacement, expected: ApiObject, context: PodContext): Promise<PullSpec> {
  const { verb, secret } = context.request;
  const { pod, saved } = replacement;
  try {
    const replaced = await replacePod(replacement, context);
    if ('created' in replaced) return replaced.created;
    const { other } = replaced;
    const fields = differences(expected, other.object).filter((field) => field !== LIST_FIELD);
    if (fields.length > 0) {
      const text = `another ${describeRef(pod.ref)} exists in its place, and differs in ${many(fields)}`;
      throw new UserError(text, AGAIN, [manifestIn(saved)]);
    }
    const list = changedList(verb, other.imagePullSecrets, [secret]);
    if (list === undefined && !isBeingDeleted(other)) return other;
    return await recreatePod(other, list ?? other.imagePullSecrets ?? [], context);
  } catch (error) {
    saved.restore();
    if (context.transport.signal.aborted) {
      const reason = error instanceof Error ? error.message : 'interrupted';
      const text = `${describeRef(pod.ref)} may have been deleted and not created again: ${reason}`;
      context.listener.problem(new UserError(text, creationHint(replacement)));
    }
    throw error;
  }
}

/** The pod as the server would create it, under another name; undefined where only a quota is in the way. */
async function rehearse(pod: PullSpec, manifest: ApiObject, context: PodContext): Promise<ApiObject | undefined> {
  const { name: _, ...metadata } = manifest.metadata as ApiObject;
  const rehearsal = { ...manifest, metadata: { ...metadata, generateName: 'regsecret-' } };
  const deadline = context.transport.clock.monotonic() + ADMISSION_MS;
  for (;;) {
    try {
      return await postPod(rehearsal, pod, context, true);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      // The quota plugin is last in admission (kubeapiserver/options/plugins.go), and there is room once the old pod is gone.
      if (isQuota(error)) return undefined;
      if (!isNotMountable(error) || !allowsIt(pod, context) || context.transport.clock.monotonic() > deadline) {
        throw objectRefusal(error, 'create', pod.ref);
      }
      await context.transport.clock.pause(POLL_MS, context.transport.signal);
    }
  }
}

/**
 * Whether plugin/pkg/admission/serviceaccount `limitSecretReferences` refuses the Secret. It reads service accounts from a cache.
 */
function isNotMountable({ status, message }: ApiError): boolean {
  return status === 403 && message.includes('does not reference that imagePullSecret');
}

/** Whether this run has just put the Secret into the list of the pod's service account. */
function allowsIt({ serviceAccountName }: PullSpec, { request }: PodContext): boolean {
  return request.targets.some(({ kind, name }) => kind === 'ServiceAccount' && name === serviceAccountName);
}

const TIMEOUT_MS = 120_000;
const POD = pullKind('Pod');

interface PodReplacement {
  /** Has no UID when the pod is already gone. */
  readonly pod: PullSpec;
  readonly manifest: ApiObject;
  /** Where the manifest is saved. */
  readonly saved: SavedFile;
}

/** `other`: a pod of this name that this run did not create, or may not have created. */
type Replaced = { readonly created: PullSpec } | { readonly other: PullSpec };

/** Throws UserError that says what is there, and where the manifest is. */
async function replacePod(replacement: PodReplacement, context: PodContext): Promise<Replaced> {
  const deadline = context.transport.clock.monotonic() + (context.request.timeoutMs ?? TIMEOUT_MS);
  const isThere = replacement.pod.uid !== '';
  const other =
    (isThere ? await remove(replacement, context) : undefined) ?? (await gone(replacement, deadline, context));
  return other === undefined ? create(replacement, deadline, context) : { other };
}

/** Creates the pod, or lets the server only check it. */
function postPod(
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
    if (present === 'unknown') throw failure(`it is unclear whether ${describeRef(ref)} was deleted`, error, saved);
    if (present.uid !== uid) return present;
    if (isBeingDeleted(present)) return undefined;
    // An error that does not come from the API server, such as from a proxy, may arrive before the pod is deleted.
    if (!isRefusal(error)) throw failure(`${describeRef(ref)} was not deleted, or not yet`, error, saved);
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
      throw failure(`${describeRef(pod.ref)} was not deleted`, new UserError('the server reported that it was'), saved);
    }
    if (context.transport.clock.monotonic() > deadline) throw stillThere(pod, saved);
    await context.transport.clock.pause(POLL_MS, context.transport.signal);
  }
}

async function create(replacement: PodReplacement, deadline: number, context: PodContext): Promise<Replaced> {
  const { pod, manifest, saved } = replacement;
  const { transport } = context;
  for (;;) {
    try {
      const created = pullSpecOf(POD, await postPod(manifest, pod, context, false));
      if (created?.uid) return { created };
      throw new UserError('the server did not return the pod');
    } catch (error) {
      if (transport.signal.aborted || !(error instanceof ApiError || error instanceof UserError)) throw error;
      const isInTime = transport.clock.monotonic() <= deadline;
      const present = await look(pod, context);
      if (present === 'unknown') {
        throw failure(`it is unclear whether ${describeRef(pod.ref)} was created again`, error, saved);
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
        const text = `${describeRef(pod.ref)} was deleted and not created again: ${error.message}`;
        throw new UserError(text, creationHint(replacement));
      }
      await transport.clock.pause(POLL_MS, transport.signal);
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

function isQuota({ status, message }: ApiError): boolean {
  return status === 403 && message.includes('exceeded quota');
}

/** The command that creates the pod while it is gone. Repeating the regsecret command does so as well. */
function creationHint({ pod: { ref }, saved }: PodReplacement): Command {
  return command`kubectl create ${scope(ref.namespace)} -f ${kubectlPath(saved.file)}`;
}

function stillThere({ ref }: PullSpec, saved: SavedFile): UserError {
  return new UserError(`${describeRef(ref)} is still being deleted`, AGAIN, [manifestIn(saved)]);
}

function failure(text: string, error: unknown, saved: SavedFile): unknown {
  if (!(error instanceof ApiError || error instanceof UserError)) return error;
  return new UserError(`${text}: ${error.message}`, AGAIN, [manifestIn(saved)]);
}

const AGAIN = prose`run the same command again`;

function manifestIn({ file }: SavedFile): string {
  return `its manifest is in ${file}`;
}
