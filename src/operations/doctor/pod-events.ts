/** Reads what kubelets report about the images and volumes of a pod in events, for one pod or for many. */
import { eachObject } from '../../cluster/each-object.ts';
import { oncePerKey } from '../../concurrency.ts';
import type { PodEvent } from '../../domain/diagnosis/facts.ts';
import { millisecondsOf } from '../../domain/text/time.ts';
import { type ApiObject, fieldOf } from '../../domain/workloads/api-object.ts';
import { pullKind } from '../../domain/workloads/kind.ts';
import type { ObjectRef } from '../../domain/workloads/object-ref.ts';
import type { PullSpec } from '../../domain/workloads/pull-spec.ts';
import type { Collector } from './collector.ts';

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
  /^(Pulling|Pulled|Failed|BackOff|InspectFailed|ErrImageNeverPull|FailedToRetrieveImagePullSecret|FailedCreate|FailedMount)$/;

/** An event about a pod of some name, possibly a former pod of that name. */
export interface NamedEvent extends PodEvent {
  readonly uid: string;
}

/**
 * The events about this very pod. Those of a static pod have the UID of its manifest (kubectl pkg/describe
 * `PodDescriber.Describe`).
 */
export function ownEvents({ uid, annotations }: PullSpec, events: readonly NamedEvent[]): PodEvent[] {
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
export function mountTrouble(events: readonly PodEvent[]): string | undefined {
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
