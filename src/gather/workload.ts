/** Reads a workload: its template, as a new pod would pull now, and its pod with the worst trouble. */
import type { ApiError } from '../cluster/api-error.ts';
import { eachPullSpec } from '../cluster/each-object.ts';
import { missingObject, noObject } from '../cluster/not-found.ts';
import { getObject } from '../cluster/object-request.ts';
import { type FieldSelection, fieldsWith } from '../cluster/pick-json.ts';
import { walkOwners } from '../cluster/pod-owners.ts';
import { pullSpecFields } from '../cluster/pull-spec-fields.ts';
import type { Reader } from '../cluster/reader.ts';
import { effectiveList, triesTheSame } from '../diagnosis/effective-list.ts';
import type { Host, Puller, PullFacts } from '../diagnosis/facts.ts';
import { UserError } from '../errors.ts';
import { command } from '../line/command.ts';
import { nameWord, scope } from '../line/object-name.ts';
import { millisecondsOf } from '../text/time.ts';
import { fieldOf, textOf } from '../workloads/api-object.ts';
import { CONTAINER_LISTS, type ImageUse, imageUses, STATUS_LISTS } from '../workloads/container-images.ts';
import { imagesBefore } from '../workloads/images-before.ts';
import { type PullKind, type PullKindName, pullKind } from '../workloads/kind.ts';
import { describeRef, type ObjectRef } from '../workloads/object-ref.ts';
import { addPod, hasEnded, type PodGroup, type PodGroups, trouble } from '../workloads/pod-group.ts';
import { DENIALS } from '../workloads/pull-error.ts';
import { deploymentName, listedNames, type PullSpec, pullSpecOf } from '../workloads/pull-spec.ts';
import { secretKey } from '../workloads/references.ts';
import { type Remedy, remedyOfOwners, remedyOfPod, remedyOfTemplate, withBefore } from '../workloads/remedy.ts';
import { createTrouble, hasFinished, isUnseen, podsToCome, selectorOf } from '../workloads/rollout.ts';
import type { Collector } from './collector.ts';
import { gatherPod, gatherRest, podEvents, podFacts, whyOf, withImages } from './pod.ts';

/**
 * Returns the template and the worst pod, the pod first where it lacks an image. With `images`, returns only the template, as if
 * it had those. Throws UserError when the workload does not exist or may not be read.
 */
export async function gatherWorkload(
  ref: ObjectRef,
  collector: Collector,
  images: readonly string[] = [],
  typed?: string,
): Promise<Puller[]> {
  const { transport } = collector;
  const object = await getObject(transport, ref).catch((error: unknown) =>
    missingObject(error, ref, transport, whyOf(ref, images, typed)),
  );
  const workload = pullSpecOf(pullKind(ref.kind), object);
  if (workload === undefined) {
    const { plural } = pullKind(ref.kind);
    throw new UserError(
      `${describeRef(ref)} has no pod template`,
      command`kubectl get ${plural} ${nameWord(ref.name)} ${scope(ref.namespace)} -o yaml`,
    );
  }
  if (images.length > 0) return [withImages(await gatherTemplate(workload, collector), images)];
  const [made, groups] = await Promise.all([gatherTemplate(workload, collector), livePods(workload, collector)]);
  if (groups === undefined) return [{ ...made, podsUnread: true }];
  const template = { ...made, toCome: podsToCome(workload, countOf(groups)) };
  const [worst] = groups;
  if (worst === undefined) return [{ ...template, runs: 0 }];
  const { pod } = worst;
  const rest = await gatherRest(pod.object, await podEvents(pod.ref, collector), collector, worst);
  const before = imagesBefore(template.images, groups);
  const both = [template, rest].map((one) => ({ ...one, remedy: withBefore(one.remedy, before) }));
  return trouble(worst) > 1 ? both.reverse() : both;
}

/** A pod, and what its workload can be brought back to, if its image is what is wrong. Throws UserError. */
export async function gatherPodOf(
  ref: ObjectRef,
  collector: Collector,
  images: readonly string[] = [],
  typed?: string,
): Promise<Puller> {
  const puller = await gatherPod(ref, collector, images, typed);
  const { remedy } = puller;
  const isBad = puller.images.some(({ state }) => state.status === 'missing' && !DENIALS.includes(state.pullError));
  if (!isBad || remedy.how !== 'template') return puller;
  const owner = await collector.owner(remedy.target).catch(() => undefined);
  const groups = owner && (await livePods(owner, collector));
  return groups === undefined ? puller : { ...puller, remedy: withBefore(remedy, imagesBefore(puller.images, groups)) };
}

/** The template of `workload`, as a puller. */
async function gatherTemplate(workload: PullSpec, collector: Collector): Promise<Puller> {
  const { ref, imagePullSecrets: list, serviceAccountName: account, object } = workload;
  const [remedy] = await Promise.all([
    remedyOf(workload, collector),
    gatherList(ref.namespace, list, account, collector),
  ]);
  const images = imageUses(fieldOf(object, ...pullKind(ref.kind).specPath));
  return { ref, imagePullSecrets: list, account, images, remedy, count: 1, trouble: createTrouble(workload) };
}

/** Reads everything that a new pod with this list, or without a list, depends on. */
async function gatherList(
  namespace: string,
  list: readonly unknown[] | undefined,
  accountName: string,
  collector: Collector,
): Promise<void> {
  const [account] = await Promise.all([collector.account(namespace, accountName), collector.others(namespace)]);
  const names = [...listedNames(list), ...(account.status === 'there' ? listedNames(account.imagePullSecrets) : [])];
  await Promise.all(names.map((name) => collector.secret(namespace, name)));
}

/** A ReplicaSet of a Deployment is remedied in the Deployment, where its template comes from. */
async function remedyOf(workload: PullSpec, { transport, owner }: Collector): Promise<Remedy> {
  const { chain, unknownOwner } = await walkOwners(transport, workload, owner);
  return unknownOwner === undefined ? remedyOfOwners([workload, ...chain]) : remedyOfTemplate(workload);
}

/** The pods that may still pull, those with the worst trouble first. Undefined if they may not be listed. */
async function livePods(workload: PullSpec, collector: Collector): Promise<PodGroup[] | undefined> {
  const groups: PodGroups = new Map();
  const refused = await eachPodOf(workload, collector, (pod) => addPod(groups, pod));
  if (refused !== undefined) return undefined;
  return [...groups.values()]
    .filter(isAlive)
    .sort((one, other) => trouble(other) - trouble(one) || madeAt(other) - madeAt(one));
}

function isAlive(group: PodGroup): boolean {
  return trouble(group) >= 0;
}

function countOf(groups: readonly PodGroup[]): number {
  return groups.reduce((sum, { count }) => sum + count, 0);
}

/** Of several failing pods, the newest is chosen, because it has the current list of the workload. */
function madeAt({ pod }: PodGroup): number {
  return millisecondsOf(fieldOf(pod.object, 'metadata', 'creationTimestamp'));
}

/** The kind of the objects between a workload and its pods. */
const BETWEEN: Readonly<Partial<Record<PullKindName, PullKindName>>> = { Deployment: 'ReplicaSet', CronJob: 'Job' };

/** Finds the pods by their owners; the label selector only shortens the list. Returns the error where listing is forbidden. */
async function eachPodOf(
  workload: PullSpec,
  reader: Reader,
  use: (pod: PullSpec) => void,
): Promise<ApiError | undefined> {
  const { ref, uid } = workload;
  if (ref.kind === 'PodTemplate') return undefined;
  const scope = { namespace: ref.namespace, labelSelector: selectorOf(workload) };
  const each = (name: PullKindName, take: (found: PullSpec) => void) => {
    const kind = pullKind(name);
    return eachPullSpec(reader, kind, { ...scope, shape: shapeOf(kind) }, take);
  };
  const owners = new Set([uid]);
  const between = BETWEEN[ref.kind];
  const refused =
    between &&
    (await each(between, (one) => {
      if (one.controller?.uid === uid) owners.add(one.uid);
    }));
  if (refused !== undefined) return refused;
  return each('Pod', (pod) => {
    if (pod.controller !== undefined && owners.has(pod.controller.uid)) use(pod);
  });
}

interface NewPod {
  readonly images: readonly string[];
  /** The pull secrets that the pod names itself. Without any, it has those of its service account. */
  readonly secrets: readonly string[];
}

/** A pod that does not exist yet. Throws UserError when its service account does not exist. */
export async function gatherAccount(
  ref: ObjectRef,
  { images, secrets }: NewPod,
  collector: Collector,
  typed?: string,
): Promise<Puller> {
  const list = secrets.length === 0 ? undefined : secrets.map((name) => ({ name }));
  const { namespace, name: account } = ref;
  await gatherList(namespace, list, account, collector);
  if ((await collector.account(namespace, account)).status === 'missing')
    await noObject(ref, collector.transport, whyOf(ref, images, typed));
  return {
    ref,
    imagePullSecrets: list,
    account,
    images: imageUses({ containers: images.map((image) => ({ name: '', image })) }),
    remedy: { how: 'account', target: ref, pods: [] },
    count: 1,
  };
}

/** The template of a workload in a scope, as a puller. `pods` are those that the workload makes; `maker` made it. */
export function templatePuller(
  workload: PullSpec,
  pods: readonly PodGroup[],
  facts: PullFacts,
  maker?: PullSpec,
): Puller {
  const { ref, imagePullSecrets: list, serviceAccountName: account, object } = workload;
  const status = fieldOf(object, 'status');
  const ready = [fieldOf(status, 'readyReplicas'), fieldOf(status, 'numberReady'), fieldOf(status, 'ready')];
  const images = imageUses(fieldOf(object, ...pullKind(ref.kind).specPath));
  const runs = ready.find((count) => typeof count === 'number') ?? 0;
  const template = {
    ref,
    imagePullSecrets: list,
    account,
    images,
    remedy: withBefore(
      maker === undefined ? remedyOfTemplate(workload) : remedyOfOwners([workload, maker]),
      imagesBefore(images, pods),
    ),
    count: 1,
    runs,
    toCome: podsToCome(workload, countOf(pods.filter(isAlive))),
    runsWithoutList: runWithoutList(pods),
  };
  // A Job that has finished makes no more pods, so nothing that changes later matters to it.
  const like = hasFinished(workload) ? pods : podsLikeNext(template, pods, facts);
  const shownByPods = showNext(workload, pods, like) || showImages(like, images) || undefined;
  return { ...template, shownByPods, host: hostAmong(pods, effectiveList(template, facts).names) };
}

/** The first of `pods` that runs with this list. */
function hostAmong(pods: readonly PodGroup[], names: readonly string[]): Host | undefined {
  const list = JSON.stringify(names);
  const found = pods.find(
    (group) => trouble(group) === 0 && JSON.stringify(listedNames(group.pod.imagePullSecrets)) === list,
  );
  return found && { node: textOf(fieldOf(found.pod.object, 'spec', 'nodeName')), startedAt: found.startedAt ?? 0 };
}

/** Those of `pods` that had the logins of the template's next pod for its images. What those do, the next one does. */
function podsLikeNext(template: Puller, pods: readonly PodGroup[], facts: PullFacts): readonly PodGroup[] {
  const { ref, images } = template;
  const namespace = ref.namespace ?? '';
  const { names, origin } = effectiveList(template, facts);
  if (origin === 'not known') return pods;
  // The pods may have pulled with the login of a Secret that is gone.
  if (names.some((name) => facts.secrets.get(secretKey(namespace, name))?.status === 'missing')) return [];
  return pods.filter(({ pod }) => {
    const list = listedNames(pod.imagePullSecrets);
    return images.every(({ image }) => triesTheSame(list, names, { image, namespace }, facts));
  });
}

/** Whether a pod of the current template runs, and is `like` the next one. If the pods are not seen, nothing says otherwise. */
function showNext(workload: PullSpec, pods: readonly PodGroup[], like: readonly PodGroup[]): boolean {
  return hasCurrentPods(workload) && (like.some(isAlive) || !pods.some(isAlive));
}

/** A service account as a puller: new pods without a list of their own get its list. */
export function accountPuller({ ref }: PullSpec): Puller {
  const remedy = { how: 'account', target: ref, pods: [] } as const;
  return { ref, imagePullSecrets: undefined, account: ref.name, images: [], remedy, count: 1 };
}

/** A pod without any trouble. */
export function quietPod({ pod, images, startedAt, count }: PodGroup): Puller {
  const { ref, imagePullSecrets: list, serviceAccountName: account, controller, object } = pod;
  return {
    ref,
    imagePullSecrets: list,
    account,
    images,
    remedy: remedyOfPod(pod, [], controller),
    pod: { ...podFacts(object, `${fieldOf(object, 'spec', 'nodeName') ?? ''}`), startedAt },
    count,
    shownByPods: true,
  };
}

/** Returns the uid of the object that makes a pod; undefined where that is unknown. */
type MakerOf = (pod: PullSpec) => string | undefined;

/** Finds which of `templates` makes a pod, so that the pod is reported with it, or with what stands for it: not in `own`. */
export function makers(templates: readonly PullSpec[], own: ReadonlySet<PullSpec>): MakerOf {
  const uids = new Map(
    templates.map((template) => [
      template.uid,
      (own.has(template) ? undefined : template.controller?.uid) ?? template.uid,
    ]),
  );
  const deployments = new Map(
    templates.flatMap(({ ref, uid }) => (ref.kind === 'Deployment' ? [[`${ref.namespace}/${ref.name}`, uid]] : [])),
  );
  return (pod) => {
    const { ref, controller } = pod;
    if (controller === undefined) return undefined;
    // Its ReplicaSets are not read, because there are many. The Deployment is found by its name.
    return uids.get(controller.uid) ?? deployments.get(`${ref.namespace}/${deploymentName(pod) ?? ''}`);
  };
}

/** Whether there are pods, and all of them pulled their images without a list. */
function runWithoutList(pods: readonly PodGroup[]): boolean {
  return pods.length > 0 && pods.every((group) => (group.pod.imagePullSecrets ?? []).length === 0 && hasImages(group));
}

/** The status field in which a controller counts the pods of its current template. */
const CURRENT_PODS: Readonly<Partial<Record<PullKindName, string>>> = {
  Deployment: 'updatedReplicas',
  StatefulSet: 'updatedReplicas',
  DaemonSet: 'updatedNumberScheduled',
  // The template of a Job is immutable, so each of its pods has the current one.
  Job: 'active',
};

/** Whether a pod of the current template exists. Such a pod shows whether the template works. */
function hasCurrentPods({ ref, object }: Pick<PullSpec, 'ref' | 'object'>): boolean {
  const name = CURRENT_PODS[ref.kind];
  return name !== undefined && !isUnseen(object) && Number(fieldOf(object, 'status', name) ?? 0) > 0;
}

/** Whether `pods` show for each of the template's `images` whether it can be pulled. */
function showImages(pods: readonly PodGroup[], images: readonly ImageUse[]): boolean {
  return images.every(({ image }) => pods.some((group) => showsImage(group, image)));
}

/** A pod that has ended says nothing about an image that it did not pull. */
function showsImage({ pod, images }: PodGroup, image: string): boolean {
  const isAlive = !hasEnded(pod.object);
  return images.some((use) => use.image === image && (isAlive || use.state.status === 'there'));
}

function hasImages({ images }: PodGroup): boolean {
  return images.every(({ state }) => state.status === 'there');
}

const CONTAINERS = [{ name: true, image: true, imagePullPolicy: true }] as const;
const STATUSES = [{ name: true, state: true, lastState: true, imageID: true }] as const;
const IMAGES = {
  ...fieldsWith(CONTAINER_LISTS, CONTAINERS),
  volumes: [{ name: true, image: true }],
} as const;

const CONDITIONS = [{ type: true, status: true, reason: true, message: true }] as const;

const OF_PODS = {
  metadata: {
    creationTimestamp: true,
    deletionTimestamp: true,
    annotations: { 'kubernetes.io/config.mirror': true },
    labels: { 'pod-template-hash': true, 'controller-revision-hash': true, 'pod-template-generation': true },
  },
  podSpec: { ...IMAGES, nodeName: true },
  status: {
    phase: true,
    conditions: CONDITIONS,
    ...fieldsWith(STATUS_LISTS, STATUSES),
  },
} as const;

const OF_ACCOUNTS = { metadata: { annotations: true } } as const;

/**
 * The fields that `effectOf`, `waitsForPods`, `waitingRollout`, `changedImages`, `createTrouble`, `podsToCome`,
 * `hasCurrentPods` and `remedyOfTemplate` read.
 */
const OF_WORKLOADS = {
  metadata: {
    generation: true,
    annotations: { 'deployment.kubernetes.io/revision': true, 'deprecated.daemonset.template.generation': true },
  },
  podSpec: IMAGES,
  spec: {
    ...fieldsWith(['replicas', 'paused', 'updateStrategy', 'podManagementPolicy', 'backoffLimit'], true),
    ...fieldsWith(['suspend', 'parallelism', 'completions'], true),
  },
  status: {
    conditions: CONDITIONS,
    ...fieldsWith(['failed', 'readyReplicas', 'numberReady', 'ready', 'updateRevision'], true),
    ...fieldsWith(['replicas', 'updatedReplicas', 'availableReplicas', 'unavailableReplicas'], true),
    ...fieldsWith(
      ['observedGeneration', 'updatedNumberScheduled', 'desiredNumberScheduled', 'active', 'succeeded'],
      true,
    ),
  },
} as const;

/** The fields of an object of `kind`. */
export function shapeOf(kind: PullKind): FieldSelection {
  if (kind.kind === 'Pod') return pullSpecFields(kind, OF_PODS);
  return pullSpecFields(kind, kind.kind === 'ServiceAccount' ? OF_ACCOUNTS : OF_WORKLOADS);
}
