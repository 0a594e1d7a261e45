/** Reads one pod with its events, service account, Secrets, owners and node. */
import { eachObject } from '../cluster/each-object.ts';
import { missingObject } from '../cluster/not-found.ts';
import { getObject } from '../cluster/object-request.ts';
import { walkOwners } from '../cluster/pod-owners.ts';
import type { PodEvent, PodFacts, PodTemplate, Puller } from '../diagnosis/facts.ts';
import { UserError } from '../errors.ts';
import { clusterCommand, command, eachWith, words } from '../line/command.ts';
import type { Hint } from '../line/hint.ts';
import { scope } from '../line/object-name.ts';
import { oncePerKey } from '../system/concurrency.ts';
import { millisecondsOf } from '../text/time.ts';
import { type ApiObject, fieldOf } from '../workloads/api-object.ts';
import { type ImageUse, imageUses } from '../workloads/container-images.ts';
import { type PullKindName, pullKind } from '../workloads/kind.ts';
import { type ObjectRef, targetName } from '../workloads/object-ref.ts';
import { hasEnded, type PodGroup, startedAt } from '../workloads/pod-group.ts';
import { troubleBesideImages } from '../workloads/pod-state.ts';
import { pullErrorOf } from '../workloads/pull-error.ts';
import { deploymentName, listedNames, type PullSpec, pullSpecOf } from '../workloads/pull-spec.ts';
import { type Remedy, remedyOfPod } from '../workloads/remedy.ts';
import { changedImages, rolloutState } from '../workloads/rollout.ts';
import type { Collector } from './collector.ts';

/** Reads a pod. `images`, if any, replace its own. Throws UserError when the pod does not exist or may not be read. */
export async function gatherPod(
  ref: ObjectRef,
  collector: Collector,
  images: readonly string[] = [],
  typed?: string,
): Promise<Puller> {
  const { transport } = collector;
  const [object, events] = await Promise.all([
    getObject(transport, ref).catch((error: unknown) =>
      missingObject(error, ref, transport, whyOf(ref, images, typed)),
    ),
    podEvents(ref, collector),
  ]);
  const pod = await gatherRest(object, events, collector);
  if (images.length === 0) return pod;
  await collector.others(ref.namespace);
  return withImages(pod, images);
}

/** `puller` as if it had `images`. */
export function withImages(puller: Puller, images: readonly string[]): Puller {
  // The question is about the new images, not about the pod's current trouble.
  const pod = puller.pod && { ...puller.pod, trouble: undefined };
  const containers = images.map((image) => {
    const use = puller.images.find((one) => one.image === image);
    return { name: use?.containers[0] ?? '', image };
  });
  return { ...puller, pod, trouble: undefined, images: imageUses({ containers }) };
}

/**
 * Reads what belongs to a pod that has already been read. `named` are the events about pods of its name. `count` and `names`
 * describe the group that the pod stands for. Throws UserError.
 */
export async function gatherRest(
  object: ApiObject,
  named: readonly NamedEvent[],
  collector: Collector,
  { count, names }: Partial<Pick<PodGroup, 'count' | 'names'>> = {},
): Promise<Puller> {
  const pod = pullSpecOf(pullKind('Pod'), object);
  if (pod === undefined) {
    const text = `pod ${fieldOf(object, 'metadata', 'namespace')}/${fieldOf(object, 'metadata', 'name')} has no spec`;
    throw new UserError(text, clusterCommand`kubectl get pods -o yaml`);
  }
  const events = ownEvents(pod, named);
  const { namespace } = pod.ref;
  const images = withEvents(imageUses(fieldOf(object, 'spec'), fieldOf(object, 'status') ?? {}), events);
  const node = `${fieldOf(object, 'spec', 'nodeName') ?? ''}`;
  const [owners] = await Promise.all([
    ownersOf(pod, collector, names),
    collector.account(namespace, pod.serviceAccountName),
    Promise.all(listedNames(pod.imagePullSecrets).map((name) => collector.secret(namespace, name))),
    images.every(({ state }) => state.status === 'there') ? undefined : collector.others(namespace),
    node === '' ? undefined : collector.node(node),
  ]);
  // Reads the Secrets that a pod made now would get as well.
  const account = await collector.account(namespace, pod.serviceAccountName);
  const next = [
    ...listedNames(owners.template?.list),
    ...(account.status === 'there' ? listedNames(account.imagePullSecrets) : []),
  ];
  await Promise.all(next.map((name) => collector.secret(namespace, name)));
  const known = podFacts(object, node);
  const isWaiting = !known.done && images.every(({ state }) => state.status === 'not tried');
  const facts: PodFacts = {
    ...known,
    trouble: known.trouble ?? (isWaiting ? mountTrouble(events) : undefined),
    events,
    template: owners.template,
  };
  return {
    ref: pod.ref,
    imagePullSecrets: pod.imagePullSecrets,
    account: pod.serviceAccountName,
    images,
    remedy: owners.remedy,
    pod: facts,
    count: count ?? 1,
    names,
  };
}

/** The facts about the life of a pod. */
export function podFacts(
  object: unknown,
  node: string,
): Pick<PodFacts, 'createdAt' | 'deletedAt' | 'done' | 'trouble' | 'node' | 'startedAt' | 'events'> {
  const deleted = fieldOf(object, 'metadata', 'deletionTimestamp');
  return {
    createdAt: millisecondsOf(fieldOf(object, 'metadata', 'creationTimestamp')),
    deletedAt: deleted === undefined ? undefined : millisecondsOf(deleted),
    done: hasEnded(object),
    trouble: troubleBesideImages(object),
    node,
    startedAt: startedAt(object),
    events: [],
  };
}

/**
 * Completes the image states with events. Kubelets before 1.32 say in the status only that they wait, and why in an event. The
 * events are also read after the status, so they may report an image that was pulled in between.
 */
export function withEvents(uses: readonly ImageUse[], events: readonly PodEvent[]): ImageUse[] {
  return uses.map((use) => {
    const hasCome = events.some(({ reason, message }) => reason === 'Pulled' && message.includes(`"${use.image}"`));
    if (use.state.status === 'not tried' && hasCome) return { ...use, state: { status: 'there' } };
    if (use.state.status !== 'missing' || use.state.pullError !== 'other') return use;
    const told = events
      .filter(({ reason, message }) => reason === 'Failed' && message.startsWith(`Failed to pull image "${use.image}"`))
      .toSorted((one, other) => other.at - one.at)[0];
    if (told === undefined) return use;
    const { reason } = use.state;
    return {
      ...use,
      state: { status: 'missing', reason, message: told.message, pullError: pullErrorOf(reason, told.message) },
    };
  });
}

interface OwnerFacts {
  readonly remedy: Remedy;
  readonly template?: PodTemplate;
}

/** Follows the owners of a pod from the nearest to the topmost. */
async function ownersOf(
  pod: PullSpec,
  { transport, owner: read }: Collector,
  alike?: readonly string[],
): Promise<OwnerFacts> {
  let unread: ObjectRef | undefined;
  const readIfAllowed = async (ref: ObjectRef): Promise<PullSpec | undefined> => {
    try {
      return await read(ref);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      unread = ref;
      return undefined;
    }
  };
  const { chain, unknownOwner } = await walkOwners(transport, pod, readIfAllowed);
  if (unread !== undefined) return { remedy: remedyOfUnread(pod, unread, alike) };
  const [nearest] = chain;
  const top = chain.at(-1);
  const remedy = remedyOfPod(pod, chain, unknownOwner, alike);
  // A ReplicaSet keeps an older template of its Deployment, so a pod made now has the template of the topmost owner.
  const owner = unknownOwner === undefined ? top : nearest;
  if (owner === undefined || nearest === undefined) return { remedy };
  const changed = changedImages(pod, nearest, owner);
  const replaced = rolloutState(nearest, owner);
  return { remedy, template: { name: targetName(owner.ref), list: owner.imagePullSecrets, changed, ...replaced } };
}

/**
 * The remedy for a pod and for those `alike`, where reading `owner` is forbidden. `owner` is the nearest owner, or one above it.
 */
function remedyOfUnread(pod: PullSpec, owner: ObjectRef, alike: readonly string[] = [pod.ref.name]): Remedy {
  const { kind, namespace, name } = owner;
  // A ReplicaSet or a Job may itself have an owner. Only the name of a ReplicaSet tells which.
  const deployment = kind === 'Deployment' ? name : kind === 'ReplicaSet' ? deploymentName(pod) : undefined;
  if (deployment !== undefined) return { how: 'template', target: { kind: 'Deployment', namespace, name: deployment } };
  if (!['StatefulSet', 'DaemonSet', 'ReplicationController'].includes(kind)) return { how: 'manifest' };
  // Whether the owner replaces the pods by itself is unknown.
  return { how: 'template', target: owner, next: { step: 'delete pods', pods: alike } };
}

/** Makes the hint to diagnose another object, by default in the namespace of `ref`. */
export function whyOf(
  ref: ObjectRef,
  images: readonly string[] = [],
  typed?: string,
): (name: string, kind: PullKindName, namespace?: string) => Hint {
  const flags = eachWith('--image', images);
  return (name, kind, namespace = ref.namespace) => {
    const target = targetName({ kind, name });
    if (typed === undefined) return command`regsecret why ${target} ${flags} ${scope(namespace)}`;
    return { add: words`${scope(namespace)}`, rename: new Map([[typed, target]]) };
  };
}

const EVENTS = { group: '', plural: 'events' } as const;
const FIELDS = {
  metadata: { namespace: true, name: true },
  involvedObject: { name: true, uid: true },
  reason: true,
  message: true,
  count: true,
  lastTimestamp: true,
  eventTime: true,
  firstTimestamp: true,
  series: { lastObservedTime: true, count: true },
} as const;

/** pkg/kubelet/events/event.go; `FailedCreate` is what controllers say of pods that are refused. */
const MATTERS =
  /^(Pulling|Pulled|Failed|BackOff|InspectFailed|ErrImageNeverPull|FailedToRetrieveImagePullSecret|FailedCreate|FailedMount|FailedCreatePodSandBox)$/;

/** An event about a pod of some name, possibly a former pod of that name. */
interface NamedEvent extends PodEvent {
  readonly uid: string;
}

/**
 * The events about this very pod. Those of a static pod have the UID of its manifest (kubectl pkg/describe
 * `PodDescriber.Describe`).
 */
function ownEvents({ uid, annotations }: PullSpec, events: readonly NamedEvent[]): PodEvent[] {
  const own = annotations['kubernetes.io/config.mirror'] ?? uid;
  return events.flatMap(({ uid: about, ...event }) => (about === own ? [event] : []));
}

/** The events about images or volumes of pods of this name, the oldest first. None where listing events is forbidden. */
export async function podEvents({ namespace, name }: ObjectRef, collector: Collector): Promise<NamedEvent[]> {
  const found: NamedEvent[] = [];
  const fieldSelector = `involvedObject.kind=Pod,involvedObject.name=${name}`;
  const read = () =>
    eachObject(collector, EVENTS, { namespace, fieldSelector, shape: FIELDS }, (object) => {
      const event = eventOf(object);
      if (MATTERS.test(event.reason)) found.push(event);
    });
  await collector.unread.attempt(pullKind('Pod'), { namespace, name }, read, undefined);
  return inOrder(found);
}

/** For more pods than this, all events of their namespace are read at once: one request per pod takes far longer. */
const FEW = 8;

/** {@link podEvents} for each of `pods`. */
export function manyPodEvents(
  pods: readonly ObjectRef[],
  collector: Collector,
): (pod: ObjectRef) => Promise<readonly NamedEvent[]> {
  const byNamespace = Map.groupBy(pods, ({ namespace }) => namespace);
  const begun = oncePerKey<ReadonlyMap<string, NamedEvent[]>>();
  return async ({ kind, namespace, name }) => {
    const here = byNamespace.get(namespace) ?? [];
    if (here.length <= FEW) return podEvents({ kind, namespace, name }, collector);
    const read = () => begun(namespace, () => namespaceEvents(namespace, here, collector));
    const events = await collector.unread.attempt(pullKind('Pod'), { namespace, name }, read, undefined);
    return inOrder(events?.get(name) ?? []);
  };
}

async function namespaceEvents(
  namespace: string,
  pods: readonly ObjectRef[],
  collector: Collector,
): Promise<Map<string, NamedEvent[]>> {
  const found = new Map<string, NamedEvent[]>(pods.map(({ name }) => [name, []]));
  const fieldSelector = 'involvedObject.kind=Pod';
  await eachObject(collector, EVENTS, { namespace, fieldSelector, shape: FIELDS }, (object) => {
    const event = eventOf(object);
    if (MATTERS.test(event.reason)) found.get(`${fieldOf(object, 'involvedObject', 'name')}`)?.push(event);
  });
  return found;
}

/**
 * Why the volumes of the pod cannot be mounted. Kubelets mount before they pull, and report it only in events. `events` are the
 * pod's own, the oldest first.
 */
function mountTrouble(events: readonly PodEvent[]): string | undefined {
  const failed = events.filter(({ reason }) => reason === 'FailedMount');
  const last = failed.at(-1);
  if (last === undefined || events.some(({ reason, at }) => reason !== 'FailedMount' && at >= last.at))
    return undefined;
  // Kubelets alternate between the problem of one volume and a message that they waited for all volumes.
  const { reason, message } = failed.findLast((one) => !one.message.startsWith('Unable to attach or mount')) ?? last;
  return `${reason}: ${message}`;
}

function inOrder(events: readonly NamedEvent[]): NamedEvent[] {
  return events.toSorted((one, other) => one.at - other.at);
}

/** Reads an event of core/v1, as either of the two recorders writes it (client-go tools/record, tools/events). */
function eventOf(event: ApiObject): NamedEvent {
  const series = fieldOf(event, 'series');
  const times = [fieldOf(series, 'lastObservedTime'), event.lastTimestamp, event.eventTime, event.firstTimestamp];
  const counts = [fieldOf(series, 'count'), event.count];
  return {
    reason: `${event.reason ?? ''}`,
    message: `${event.message ?? ''}`,
    count: counts.find((count) => typeof count === 'number') ?? 1,
    uid: `${fieldOf(event, 'involvedObject', 'uid') ?? ''}`,
    at: millisecondsOf(times.find((time) => typeof time === 'string')),
  };
}
