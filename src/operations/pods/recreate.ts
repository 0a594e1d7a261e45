/** Deletes a pod and creates it again with another list: the only way for one that no controller makes. */
import { ApiError } from '../../cluster/client/api-error.ts';
import { getPullSpec, objectPath, objectRefusal } from '../../cluster/object-request.ts';
import { writeQuery } from '../../cluster/secret-request.ts';
import { pause } from '../../concurrency.ts';
import { command, kubectlPath } from '../../domain/text/command.ts';
import { prose } from '../../domain/text/hint.ts';
import { scope } from '../../domain/text/object-name.ts';
import { type ApiObject, fieldOf } from '../../domain/workloads/api-object.ts';
import { pullKind } from '../../domain/workloads/kind.ts';
import { describeRef } from '../../domain/workloads/object-ref.ts';
import { type PullSpec, pullSpecOf } from '../../domain/workloads/pull-spec.ts';
import { differences, recreatedPod } from '../../domain/workloads/recreation.ts';
import { systemReason } from '../../errno.ts';
import { UserError } from '../../errors.ts';
import { type SavedManifest, saveManifest } from '../../file.ts';
import type { PodContext } from './pod-context.ts';

const TIMEOUT_MS = 120_000;
const POLL_MS = 100;
/** Until admission knows of a service account that has just been changed. */
const ADMISSION_MS = 10_000;
const POD = pullKind('Pod');

/**
 * Puts a pod with `list` in the place of `pod` and returns it. The server has to accept the new one in a dry run before
 * the old one is deleted, and from then on the manifest is on disk until the new one is there: however this ends, nothing
 * is lost. Throws UserError.
 */
export async function recreatePod(pod: PullSpec, list: readonly unknown[], context: PodContext): Promise<PullSpec> {
  const { request, listener } = context;
  const manifest = recreatedPod(pod, list);
  const rehearsed = await rehearse(pod, manifest, context);
  const fields = rehearsed === undefined ? [] : differences(manifest, rehearsed);
  if (fields.length > 0) listener.note({ code: 'differs', ref: pod.ref, fields });
  if (request.dryRun !== 'none') return { ...pod, imagePullSecrets: list };
  const saved = keep(pod.ref.name, manifest, request.folder);
  const deadline = performance.now() + (request.timeoutMs ?? TIMEOUT_MS);
  if (!(await remove(pod, saved, context))) {
    const text = `${describeRef(pod.ref)} was replaced meanwhile; the manifest of the old one is in ${saved.file}`;
    throw new UserError(text, prose`run the same command again`);
  }
  try {
    await gone(pod, deadline, context);
    const created = await create(manifest, pod, deadline, context);
    saved.remove();
    return created;
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'interrupted';
    const text = `${describeRef(pod.ref)} is deleted and not there again: ${reason}`;
    const failure = new UserError(
      text,
      command`kubectl create ${scope(pod.ref.namespace)} -f ${kubectlPath(saved.file)}`,
    );
    if (!request.signal.aborted) throw failure;
    listener.problem(failure);
    throw error;
  }
}

/** The pod as the server would create it, under another name; undefined where only a quota is in the way. */
async function rehearse(pod: PullSpec, manifest: ApiObject, context: PodContext): Promise<ApiObject | undefined> {
  const { name: _, ...metadata } = manifest.metadata as ApiObject;
  const rehearsal = { ...manifest, metadata: { ...metadata, generateName: 'regsecret-' } };
  const deadline = performance.now() + ADMISSION_MS;
  for (;;) {
    try {
      return await post(rehearsal, pod, context, true);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      // Quotas come last of all admission (kubeapiserver/options/plugins.go), and there is room once the old pod is gone.
      if (isQuota(error)) return undefined;
      if (!isNotMountable(error) || !allowsIt(pod, context) || performance.now() > deadline) {
        throw objectRefusal(error, 'create', pod.ref);
      }
      await pause(POLL_MS, context.request.signal);
    }
  }
}

/** plugin/pkg/admission/serviceaccount `limitSecretReferences`, which sees service accounts through a cache. */
function isNotMountable({ status, message }: ApiError): boolean {
  return status === 403 && message.includes('does not reference that imagePullSecret');
}

/** Whether this run has just put the Secret into the list of the pod's service account. */
function allowsIt({ serviceAccountName }: PullSpec, { request }: PodContext): boolean {
  return request.targets.some(({ kind, name }) => kind === 'ServiceAccount' && name === serviceAccountName);
}

function post(
  body: ApiObject,
  { ref }: PullSpec,
  { transport, request }: PodContext,
  dryRun: boolean,
): Promise<ApiObject> {
  const query = writeQuery({ ...request, dryRun });
  return transport.request({ method: 'POST', path: objectPath(POD, ref.namespace), query, body, guarded: true });
}

/** False when there is another pod of that name. Whatever the answer, what is there then decides. */
async function remove({ ref, uid }: PullSpec, saved: SavedManifest, context: PodContext): Promise<boolean> {
  const { transport, listener } = context;
  listener.note({ code: 'saved', ref, file: saved.file });
  const body = { apiVersion: 'v1', kind: 'DeleteOptions', preconditions: { uid } };
  try {
    const path = objectPath(POD, ref.namespace, ref.name);
    await transport.request({ method: 'DELETE', path, body, guarded: true });
    return true;
  } catch (error) {
    const isAnswer = error instanceof ApiError;
    if (isAnswer && error.status === 404) return true;
    const present = await getPullSpec(transport, ref).catch(() => 'unknown' as const);
    // The manifest stays: the pod may be gone.
    if (present === 'unknown') throw isAnswer ? objectRefusal(error, 'delete', ref) : error;
    if (present === undefined || isBeingDeleted(present)) return true;
    if (present.uid !== uid) return false;
    saved.remove();
    throw isAnswer ? objectRefusal(error, 'delete', ref) : error;
  }
}

function isBeingDeleted({ object }: PullSpec): boolean {
  return fieldOf(object, 'metadata', 'deletionTimestamp') !== undefined;
}

async function gone({ ref, uid }: PullSpec, deadline: number, { transport, request }: PodContext): Promise<void> {
  for (;;) {
    const present = await getPullSpec(transport, ref);
    if (present === undefined) return;
    if (present.uid !== uid) throw new UserError('somebody else has created a pod of this name');
    if (performance.now() > deadline) throw new UserError('the old one is still being deleted');
    await pause(POLL_MS, request.signal);
  }
}

async function create(manifest: ApiObject, pod: PullSpec, deadline: number, context: PodContext): Promise<PullSpec> {
  for (;;) {
    try {
      return pullSpecOf(POD, await post(manifest, pod, context, false)) ?? pod;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      const present = error.reason === 'AlreadyExists' ? await getPullSpec(context.transport, pod.ref) : undefined;
      // Our own, when the answer to its creation was lost.
      if (present !== undefined && present.uid !== pod.uid && differences(manifest, present.object).length === 0) {
        return present;
      }
      // The quota is counted anew some time after the old pod has gone.
      if (!isQuota(error) || performance.now() > deadline) throw error;
      await pause(POLL_MS, context.request.signal);
    }
  }
}

function isQuota({ status, message }: ApiError): boolean {
  return status === 403 && message.includes('exceeded quota');
}

/** Throws UserError. */
function keep(name: string, manifest: ApiObject, folder: string | undefined): SavedManifest {
  try {
    return saveManifest(name, manifest, folder);
  } catch (error) {
    const where = folder ?? 'the folder for temporary files';
    throw new UserError(
      `cannot keep the manifest of ${name} in ${where}: ${systemReason(error)}`,
      prose`name a folder with TMPDIR`,
    );
  }
}
