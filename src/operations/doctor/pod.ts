/** Reads one pod with its events, service account, Secrets, owners and node. */
import { missingObject } from '../../cluster/not-found.ts';
import { getObject } from '../../cluster/object-request.ts';
import { walkOwners } from '../../cluster/owners.ts';
import type { PodEvent, PodFacts, PodTemplate, Puller } from '../../domain/diagnosis/facts.ts';
import { clusterCommand, command, words } from '../../domain/text/command.ts';
import type { Hint } from '../../domain/text/hint.ts';
import { scope } from '../../domain/text/object-name.ts';
import { millisecondsOf } from '../../domain/text/time.ts';
import { type ApiObject, fieldOf } from '../../domain/workloads/api-object.ts';
import { type ImageUse, imageUses } from '../../domain/workloads/container-images.ts';
import { type PullKindName, pullKind } from '../../domain/workloads/kind.ts';
import { type ObjectRef, targetName } from '../../domain/workloads/object-ref.ts';
import { hasEnded, type PodGroup } from '../../domain/workloads/pod-group.ts';
import { troubleBesideImages } from '../../domain/workloads/pod-state.ts';
import { pullErrorOf } from '../../domain/workloads/pull-error.ts';
import { deploymentName, listedNames, type PullSpec, pullSpecOf } from '../../domain/workloads/pull-spec.ts';
import { type Remedy, remedyOfPod } from '../../domain/workloads/remedy.ts';
import { changedImages, rolloutState } from '../../domain/workloads/rollout.ts';
import { UserError } from '../../errors.ts';
import type { Collector } from './collector.ts';
import { mountTrouble, type NamedEvent, ownEvents, podEvents } from './pod-events.ts';

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
): Pick<PodFacts, 'createdAt' | 'deletedAt' | 'done' | 'trouble' | 'node' | 'events'> {
  const deleted = fieldOf(object, 'metadata', 'deletionTimestamp');
  return {
    createdAt: millisecondsOf(fieldOf(object, 'metadata', 'creationTimestamp')),
    deletedAt: deleted === undefined ? undefined : millisecondsOf(deleted),
    done: hasEnded(object),
    trouble: troubleBesideImages(object),
    node,
    events: [],
  };
}

/**
 * Completes the image states with events. Kubelets before 1.32 say in the status only that they wait, and why in an event. The
 * events are also read after the status, so they may report an image that was pulled in between.
 */
function withEvents(uses: readonly ImageUse[], events: readonly PodEvent[]): ImageUse[] {
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

interface PodOwners {
  readonly remedy: Remedy;
  readonly template?: PodTemplate;
}

/** Follows the owners of a pod from the nearest to the topmost. */
async function ownersOf(
  pod: PullSpec,
  { transport, owner: read }: Collector,
  alike?: readonly string[],
): Promise<PodOwners> {
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
  const flags = images.reduce((line, image) => words`${line} --image ${image}`, words``);
  return (name, kind, namespace = ref.namespace) => {
    const target = targetName({ kind, name });
    if (typed === undefined) return command`regsecret why ${target} ${flags} ${scope(namespace)}`;
    return { add: words`${scope(namespace)}`, rename: new Map([[typed, target]]) };
  };
}
