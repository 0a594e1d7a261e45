/** How the pods at hand come to use another list of pull secrets, or to be made again. */
import { fieldOf } from './api-object.ts';
import { pullKindOf } from './kind.ts';
import type { Controller, PullSpec } from './pull-spec.ts';
import type { ObjectRef } from './ref.ts';
import { effectOf, waitsForPods } from './rollout.ts';

/** What its controller does not do by itself once the template is changed. */
export type Step =
  | { readonly step: 'delete pods'; readonly pods: readonly string[] }
  | { readonly step: 'resume'; readonly pods: readonly string[] }
  /** A CronJob makes its next job some time. */
  | { readonly step: 'run again' };

/** `allow` is the service account that must have a Secret before its pods may name it (`enforce-mountable-secrets`). */
export type Way =
  | {
      readonly how: 'template';
      readonly target: ObjectRef;
      readonly next?: Step;
      readonly allow?: ObjectRef | undefined;
    }
  /** Nothing makes it again. */
  | { readonly how: 'recreate'; readonly target: ObjectRef; readonly allow?: ObjectRef | undefined }
  /** The template cannot be changed and has no list, so that what is made anew has that of the service account. */
  | { readonly how: 'account'; readonly target: ObjectRef; readonly pods: readonly string[] }
  /** In a manifest. */
  | { readonly how: 'file'; readonly file: string }
  /** Only somebody that we do not know can do it. */
  | { readonly how: 'owner'; readonly owner: string };

/** Of a command line no more than this. */
const MAX_PODS = 10;

/** The way of what a template makes; `pods` are those of its pods that are at hand. */
export function wayOfTemplate(template: PullSpec, pods: readonly string[] = []): Way {
  const { ref, imagePullSecrets: list, serviceAccountName, controller } = template;
  if (controller !== undefined) return { how: 'owner', owner: ownerName(controller) };
  if (ref.kind === 'ServiceAccount') return { how: 'account', target: ref, pods: some(pods) };
  if (ref.kind === 'Job') {
    if ((list ?? []).length > 0 || !mayFailAgain(template)) return { how: 'owner', owner: nameOf(ref) };
    const target = { kind: 'ServiceAccount', namespace: ref.namespace, name: serviceAccountName } as const;
    return { how: 'account', target, pods: some(pods) };
  }
  const next = stepOf(template, pods);
  return { how: 'template', target: ref, ...(next === undefined ? {} : { next }) };
}

/**
 * The way of a pod. `owners` are its controllers from the nearest to the uppermost, `beyond` is who owns that and is of a
 * kind that we do not know, or may not be read.
 */
export function wayOfPod({ ref, annotations }: PullSpec, owners: readonly PullSpec[], beyond?: Controller): Way {
  // The manifest of a static pod is on the node (kubelet pkg/types `ConfigMirrorAnnotationKey`).
  if (annotations['kubernetes.io/config.mirror'] !== undefined) return { how: 'owner', owner: 'the node' };
  if (beyond !== undefined) return { how: 'owner', owner: ownerName(beyond) };
  const top = owners.at(-1);
  return top === undefined ? { how: 'recreate', target: ref } : wayOfTemplate(top, [ref.name]);
}

/** `way` for pods of a service account that allows only what is in its list. */
export function wayUnder(way: Way, allow: ObjectRef): Way {
  return way.how === 'template' || way.how === 'recreate' ? { ...way, allow } : way;
}

function stepOf(template: PullSpec, pods: readonly string[]): Step | undefined {
  const { kind } = effectOf(template);
  if (template.ref.kind === 'CronJob') return { step: 'run again' };
  if (kind === 'paused') return { step: 'resume', pods: some(pods) };
  if (kind === 'rolls out' && !waitsForPods(template)) return undefined;
  return pods.length === 0 ? undefined : { step: 'delete pods', pods: some(pods) };
}

/** Whether a Job makes another pod for one that is deleted, which counts as failed (job_controller.go `exceedsBackoffLimit`). */
export function mayFailAgain({ object }: Pick<PullSpec, 'object'>): boolean {
  const limit = fieldOf(object, 'spec', 'backoffLimit');
  const failed = fieldOf(object, 'status', 'failed');
  return (typeof limit === 'number' ? limit : 6) > (typeof failed === 'number' ? failed : 0);
}

/** As kubectl takes it: `deployment/web`, `rollout.argoproj.io/web`. */
function ownerName({ apiVersion, kind, name }: Controller): string {
  const known = pullKindOf(apiVersion, kind) !== undefined;
  const group = apiVersion.includes('/') && !known ? `.${apiVersion.slice(0, apiVersion.indexOf('/'))}` : '';
  return `${kind.toLowerCase()}${group}/${name}`;
}

function nameOf({ kind, name }: ObjectRef): string {
  return `${kind.toLowerCase()}/${name}`;
}

function some(pods: readonly string[]): readonly string[] {
  return pods.slice(0, MAX_PODS);
}
