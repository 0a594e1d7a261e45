/** What becomes of a workload's pods when its template changes (kubectl pkg/polymorphichelpers/rollout_status.go). */
import { plural } from '../text/enumerate.ts';
import { fieldOf, isObject, itemsOf } from './api-object.ts';
import { imageUses } from './container-images.ts';
import { pullKind } from './kind.ts';
import { conditionText, type PullFailure, pullFailures } from './pod-state.ts';
import { listedNames, type PullSpec } from './pull-spec.ts';

export type Effect =
  /** Its controller replaces the pods. */
  | { readonly kind: 'rolls out' }
  /** Its controller would replace the pods, but the workload is paused. */
  | { readonly kind: 'paused' }
  /** Pods are replaced when somebody deletes them. */
  | { readonly kind: 'on delete' }
  /** Only pods from this number on are replaced. */
  | { readonly kind: 'partition'; readonly partition: number }
  /** Only pods that are created from now on have the new template. */
  | { readonly kind: 'new pods only' };

/** What a change of the template does to its existing pods. */
export function effectOf({ ref, object }: Pick<PullSpec, 'ref' | 'object'>): Effect {
  const strategy = fieldOf(object, 'spec', 'updateStrategy');
  switch (ref.kind) {
    case 'Deployment':
      return { kind: fieldOf(object, 'spec', 'paused') === true ? 'paused' : 'rolls out' };
    case 'DaemonSet':
      return { kind: fieldOf(strategy, 'type') === 'OnDelete' ? 'on delete' : 'rolls out' };
    case 'StatefulSet': {
      if (fieldOf(strategy, 'type') === 'OnDelete') return { kind: 'on delete' };
      const partition = number(fieldOf(strategy, 'rollingUpdate', 'partition'));
      return partition > 0 ? { kind: 'partition', partition } : { kind: 'rolls out' };
    }
    default:
      return { kind: 'new pods only' };
  }
}

/**
 * Whether a pod that cannot pull stops the roll-out: the controller of such a StatefulSet waits for each pod to be
 * ready before it goes on, also for one that never will be (kubernetes issue 67250).
 */
export function waitsForPods({ ref, object }: PullSpec): boolean {
  return ref.kind === 'StatefulSet' && fieldOf(object, 'spec', 'podManagementPolicy') !== 'Parallel';
}

export type Progress = { readonly done: true } | { readonly done: false; readonly waiting: string };

/** How far the roll-out of a Deployment, DaemonSet or StatefulSet is. */
export function progressOf({ ref, object }: Pick<PullSpec, 'ref' | 'object'>): Progress {
  const status = fieldOf(object, 'status');
  const count = (name: string): number => number(fieldOf(status, name));
  if (isUnseen(object)) return { done: false, waiting: 'its controller has not processed the change' };
  const wanted = wantedPods({ ref, object });
  const updated = newPods({ ref, object });
  const available = ref.kind === 'DaemonSet' ? count('numberAvailable') : count('availableReplicas');
  const due = Math.max(0, wanted - partitionOf(object));
  if (updated < due) return { done: false, waiting: `${updated} of ${due} pods are new` };
  const old = count('replicas') - updated;
  if (ref.kind === 'Deployment' && old > 0)
    return { done: false, waiting: waitsBesideOld(count('unavailableReplicas'), old) };
  return available < wanted ? { done: false, waiting: `${available} of ${wanted} pods run` } : { done: true };
}

/** How many pods the workload is to have. */
export function wantedPods({ ref, object }: Pick<PullSpec, 'ref' | 'object'>): number {
  return ref.kind === 'DaemonSet' ? number(fieldOf(object, 'status', 'desiredNumberScheduled')) : replicas(object);
}

/**
 * How many pods the workload asks for that do not exist yet, or that have an older template. `live` of its pods have not ended.
 * None that nobody asks for now: those of a CronJob or a held Job, and what a paused Deployment would do later.
 */
export function podsToCome({ ref, object }: Pick<PullSpec, 'ref' | 'object'>, live: number): number {
  const asked = askedPods({ ref, object });
  // The status of a Job has no observedGeneration: its template never changes.
  if (ref.kind !== 'Job' && isUnseen(object)) return ref.kind === 'DaemonSet' ? 1 : asked;
  const effect = effectOf({ ref, object });
  const old = effect.kind === 'partition' ? effect.partition : effect.kind === 'rolls out' ? 0 : asked;
  return Math.max(0, asked - live, asked - old - newPods({ ref, object }));
}

function askedPods({ ref, object }: Pick<PullSpec, 'ref' | 'object'>): number {
  switch (ref.kind) {
    case 'Deployment':
      return effectOf({ ref, object }).kind === 'paused'
        ? Math.min(replicas(object), number(fieldOf(object, 'status', 'replicas')))
        : replicas(object);
    case 'Job':
      return hasFinished({ ref, object }) ? 0 : askedByJob(fieldOf(object, 'spec'), fieldOf(object, 'status'));
    case 'CronJob':
    case 'PodTemplate':
      return 0;
    default:
      return wantedPods({ ref, object });
  }
}

/** pkg/controller/job/job_controller.go `manageJob`. */
function askedByJob(spec: unknown, status: unknown): number {
  if (fieldOf(spec, 'suspend') === true) return 0;
  const succeeded = number(fieldOf(status, 'succeeded'));
  const [parallelism, completions] = [fieldOf(spec, 'parallelism') ?? 1, fieldOf(spec, 'completions')];
  const left =
    completions === undefined ? (succeeded > 0 ? 0 : Number.POSITIVE_INFINITY) : number(completions) - succeeded;
  return Math.min(number(parallelism), left);
}

/** How many of its pods have the current template. */
function newPods({ ref, object }: Pick<PullSpec, 'ref' | 'object'>): number {
  return number(fieldOf(object, 'status', ref.kind === 'DaemonSet' ? 'updatedNumberScheduled' : 'updatedReplicas'));
}

/** Why its controller cannot create pods, which Deployments and ReplicaSets say (pkg/controller/replicaset `calculateStatus`). */
export function createTrouble(workload: Pick<PullSpec, 'ref' | 'object'>): string | undefined {
  return wantedPods(workload) === 0 ? undefined : conditionText(workload.object, 'ReplicaFailure', 'True');
}

/** A Deployment keeps old pods for as long as new ones are not ready, and then ends them. */
function waitsBesideOld(unready: number, old: number): string {
  const [is, end] = [unready === 1 ? 'is' : 'are', old === 1 ? 'has' : 'have'];
  return unready > 0
    ? `${plural(unready, 'pod')} ${is} not ready, so ${plural(old, 'old pod')} ${end} not been replaced`
    : `${plural(old, 'old pod')} ${end} not ended yet`;
}

/**
 * Whether the controller has given up the roll-out that a change of the Deployment began. `changed` is the Deployment in the
 * answer of the API server to that change. An older condition stays until the controller has seen the change, and a little longer
 * if a ReplicaSet of that template exists (pkg/controller/deployment/sync.go `getNewReplicaSet`).
 */
export function hasGivenUp({ object }: PullSpec, changed: PullSpec): boolean {
  const since = surrender(object);
  if (since === undefined || isUnseen(object)) return false;
  return !isUnseen(changed.object) || surrender(changed.object) !== since;
}

/** When its controller gave up: the time of `ProgressDeadlineExceeded`, empty if that is not known. */
function surrender(object: unknown): unknown {
  const conditions = itemsOf(fieldOf(object, 'status', 'conditions'));
  const exceeded = conditions.find((entry) => fieldOf(entry, 'reason') === 'ProgressDeadlineExceeded');
  return exceeded === undefined ? undefined : (fieldOf(exceeded, 'lastUpdateTime') ?? '');
}

/** Whether its controller has yet to see its newest generation. */
export function isUnseen(object: unknown): boolean {
  return number(fieldOf(object, 'status', 'observedGeneration')) < number(fieldOf(object, 'metadata', 'generation'));
}

/**
 * What the roll-out that replaces the pods of `replicaSet` waits for. Undefined if `deployment` has no such roll-out
 * (pkg/controller/deployment/util `SetNewReplicaSetAnnotations`: each new template has the next number).
 */
export function waitingRollout(replicaSet: PullSpec, deployment: PullSpec): string | undefined {
  const revision = ({ annotations }: PullSpec): number => Number(annotations['deployment.kubernetes.io/revision']);
  const isOld = deployment.ref.kind === 'Deployment' && revision(replicaSet) < revision(deployment);
  if (!isOld || effectOf(deployment).kind === 'paused') return undefined;
  const progress = progressOf(deployment);
  return progress.done ? undefined : progress.waiting;
}

/**
 * The containers whose image in `template`, from which new pods are created, differs from the template that `pod` was created
 * from. That is the template of `nearest`, its controller. If `nearest` is `template` itself, only the pod shows the old images.
 */
export function changedImages(pod: PullSpec, nearest: PullSpec, template: PullSpec): string[] {
  const now = imagesOf(template);
  if (nearest !== template)
    return [...imagesOf(nearest)].flatMap(([name, image]) => (now.get(name) === image ? [] : name));
  if (isCurrent(pod, template)) return [];
  // Admission may have added containers.
  return [...imagesOf(pod)].flatMap(([name, image]) => ([undefined, image].includes(now.get(name)) ? [] : name));
}

/** The images by the name of the container or volume. */
function imagesOf({ ref, object }: PullSpec): Map<string, string> {
  const uses = imageUses(fieldOf(object, ...pullKind(ref.kind).specPath));
  return new Map(uses.flatMap(({ image, containers }) => containers.map((name) => [name, image] as const)));
}

/** Whether `pod` was created from the current template. Admission may have given it other images all the same. */
function isCurrent({ labels }: PullSpec, { ref, controller, annotations, object }: PullSpec): boolean {
  switch (ref.kind) {
    case 'StatefulSet':
      return labels['controller-revision-hash'] === fieldOf(object, 'status', 'updateRevision');
    case 'DaemonSet':
      return labels['pod-template-generation'] === annotations['deprecated.daemonset.template.generation'];
    case 'Job':
      // The template of a Job cannot be changed.
      return true;
    default:
      // Only the owner changes the template.
      return controller !== undefined;
  }
}

/** How `template` was changed after a pod was created: its list of pull secrets, or what `changed` says. */
export interface TemplateChange {
  readonly template: string;
  readonly changed?: 'image' | undefined;
  /** With the new list, a new pod cannot pull the image either. */
  readonly newFails?: true | undefined;
}

/** The state of the roll-out that replaces a pod. */
export interface RolloutState {
  /** What the roll-out waits for. Left out if there is no roll-out. */
  readonly rollout?: string | undefined;
  /** Why its controller cannot create the new pods. */
  readonly stuck?: string | undefined;
}

/** The state of the roll-out in which `deployment` replaces the pods of `replicaSet`. */
export function rolloutState(replicaSet: PullSpec, deployment: PullSpec): RolloutState {
  const rollout = waitingRollout(replicaSet, deployment);
  return rollout === undefined ? {} : { rollout, stuck: createTrouble(deployment) };
}

/** Follows the sentence about the pod. */
export function formatRollout({ rollout, stuck }: RolloutState): string {
  if (stuck !== undefined) return `; a rollout cannot replace it, because its controller cannot create pods (${stuck})`;
  return rollout === undefined ? '' : `; a rollout is replacing it (${rollout})`;
}

/** Whether a Job creates no more pods (pkg/controller/job/util `IsJobFinished`). */
export function hasFinished({ ref, object }: Pick<PullSpec, 'ref' | 'object'>): boolean {
  const conditions = ref.kind === 'Job' ? itemsOf(fieldOf(object, 'status', 'conditions')) : [];
  return conditions.some(
    (one) => ['Complete', 'Failed'].includes(`${fieldOf(one, 'type')}`) && fieldOf(one, 'status') === 'True',
  );
}

/** The label selector of its pods, for a query. Undefined if it cannot be written as one. */
export function selectorOf({ ref, object }: PullSpec): string | undefined {
  const selector = fieldOf(object, 'spec', 'selector');
  const labels = ref.kind === 'ReplicationController' ? selector : fieldOf(selector, 'matchLabels');
  const expressions = fieldOf(selector, 'matchExpressions');
  const equal = isObject(labels) ? Object.entries(labels).map(([name, value]) => `${name}=${value}`) : [];
  const rest = Array.isArray(expressions) && ref.kind !== 'ReplicationController' ? expressions.map(expression) : [];
  const all = [...equal, ...rest];
  return all.length === 0 || all.includes(undefined) ? undefined : all.join(',');
}

export interface StuckPod {
  readonly name: string;
  readonly failure: PullFailure;
}

/** Pods that cannot pull and do not have `secret` in their list. */
export function failingWithout(pods: readonly PullSpec[], secret: string): StuckPod[] {
  return pods.flatMap((pod) => {
    const [failure] = pullFailures(pod.object);
    return failure === undefined || listedNames(pod.imagePullSecrets).includes(secret)
      ? []
      : [{ name: pod.ref.name, failure }];
  });
}

function expression(entry: unknown): string | undefined {
  const [key, operator, values] = [fieldOf(entry, 'key'), fieldOf(entry, 'operator'), fieldOf(entry, 'values')];
  const list = Array.isArray(values) ? `(${values.join(',')})` : '()';
  switch (operator) {
    case 'In':
      return `${key} in ${list}`;
    case 'NotIn':
      return `${key} notin ${list}`;
    case 'Exists':
      return `${key}`;
    case 'DoesNotExist':
      return `!${key}`;
    default:
      return undefined;
  }
}

function replicas(object: unknown): number {
  const value = fieldOf(object, 'spec', 'replicas');
  return typeof value === 'number' ? value : 1;
}

function partitionOf(object: unknown): number {
  return number(fieldOf(object, 'spec', 'updateStrategy', 'rollingUpdate', 'partition'));
}

function number(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}
