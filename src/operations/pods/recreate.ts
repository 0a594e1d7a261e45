/** Deletes a pod and creates it again with another list: the only way for one that no controller makes. */
import { ApiError } from '../../cluster/client/api-error.ts';
import { objectRefusal } from '../../cluster/object-request.ts';
import { pause } from '../../concurrency.ts';
import { many } from '../../domain/text/enumerate.ts';
import { type ApiObject, fieldOf, itemsOf } from '../../domain/workloads/api-object.ts';
import { LIST_FIELD } from '../../domain/workloads/kind.ts';
import { changedList } from '../../domain/workloads/list-change.ts';
import { describeRef } from '../../domain/workloads/object-ref.ts';
import { isBeingDeleted, type PullSpec } from '../../domain/workloads/pull-spec.ts';
import { differences, recreatedPod } from '../../domain/workloads/recreation.ts';
import { UserError } from '../../errors.ts';
import type { PodContext } from './pod-context.ts';
import { AGAIN, creationHint, isQuota, manifestIn, type PodReplacement, postPod, replacePod } from './replace-pod.ts';
import { forgetPods, type SavedPlace, type SavedPod, savedPods, savePod } from './saved-pod.ts';

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
      const text = `another ${describeRef(pod.ref)} stands in its place, which differs in ${many(fields)}`;
      throw new UserError(text, AGAIN, [manifestIn(saved)]);
    }
    const list = changedList(verb, other.imagePullSecrets, [secret]);
    if (list === undefined && !isBeingDeleted(other)) return other;
    return await recreatePod(other, list ?? other.imagePullSecrets ?? [], context);
  } catch (error) {
    saved.restore();
    if (context.transport.signal.aborted) {
      const reason = error instanceof Error ? error.message : 'interrupted';
      const text = `${describeRef(pod.ref)} may be deleted and not there again: ${reason}`;
      context.listener.problem(new UserError(text, creationHint(replacement)));
    }
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
      return await postPod(rehearsal, pod, context, true);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      // The quota plugin is last in admission (kubeapiserver/options/plugins.go), and there is room once the old pod is gone.
      if (isQuota(error)) return undefined;
      if (!isNotMountable(error) || !allowsIt(pod, context) || performance.now() > deadline) {
        throw objectRefusal(error, 'create', pod.ref);
      }
      await pause(POLL_MS, context.transport.signal);
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
