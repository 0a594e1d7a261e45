/** Which containers of a pod cannot pull their image now, by the pod's status. */
import { fieldOf, isObject } from './api-object.ts';

export interface PullFailure {
  /** As written in the pod. */
  readonly image: string;
  /** Such as ErrImagePull; sometimes the whole text of an error. */
  readonly reason: string;
  readonly message: string;
}

/** Other reasons for waiting; whatever is not a single word is an error of the keyring (kubelet image_manager.go). */
const NOT_PULLING =
  /^(ContainerCreating|PodInitializing|CrashLoopBackOff|Create\w*Error|RunContainerError|InvalidImageName|\w*Hook\w*|\w*Sandbox\w*)$/;

const CONTAINERS = ['initContainers', 'containers', 'ephemeralContainers'];

/** A pull that is only put off (`registryPullQPS`) looks like a failed one and heals by itself, so it is none. */
export function pullFailures(pod: unknown): PullFailure[] {
  const images = imagesByContainer(pod);
  return CONTAINERS.flatMap((kind) => items(fieldOf(pod, 'status', `${kind.slice(0, -1)}Statuses`))).flatMap(
    (status) => {
      const waiting = fieldOf(status, 'state', 'waiting');
      const [name, reason, message] = [
        fieldOf(status, 'name'),
        fieldOf(waiting, 'reason'),
        fieldOf(waiting, 'message'),
      ];
      if (typeof name !== 'string' || typeof reason !== 'string' || NOT_PULLING.test(reason)) return [];
      const text = typeof message === 'string' ? message : '';
      if (text.includes('pull QPS exceeded')) return [];
      return [{ image: images.get(name) ?? '', reason, message: text }];
    },
  );
}

/** The pod's other reasons not to run, for whoever waits for it: a container that crashes or cannot be made. */
export function otherTrouble(pod: unknown): string | undefined {
  const phase = fieldOf(pod, 'status', 'phase');
  if (phase === 'Failed') return `has failed${suffix(fieldOf(pod, 'status', 'reason'))}`;
  for (const kind of CONTAINERS) {
    for (const status of items(fieldOf(pod, 'status', `${kind.slice(0, -1)}Statuses`))) {
      const waiting = fieldOf(status, 'state', 'waiting');
      const reason = fieldOf(waiting, 'reason');
      if (
        typeof reason !== 'string' ||
        !/^(CrashLoopBackOff|Create\w*Error|RunContainerError|InvalidImageName)$/.test(reason)
      )
        continue;
      return `${reason}${suffix(fieldOf(waiting, 'message'))}`;
    }
  }
  return undefined;
}

/** Whether all its containers run and are ready, or the pod has done its work. */
export function isRunning(pod: unknown): boolean {
  const phase = fieldOf(pod, 'status', 'phase');
  if (phase === 'Succeeded') return true;
  const statuses = items(fieldOf(pod, 'status', 'containerStatuses'));
  const ready = statuses.length > 0 && statuses.every((status) => fieldOf(status, 'ready') === true);
  return phase === 'Running' && ready;
}

function imagesByContainer(pod: unknown): Map<string, string> {
  const containers = CONTAINERS.flatMap((kind) => items(fieldOf(pod, 'spec', kind))).filter(isObject);
  return new Map(containers.map(({ name, image }) => [`${name}`, typeof image === 'string' ? image : '']));
}

function items(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function suffix(text: unknown): string {
  return typeof text === 'string' && text !== '' ? `: ${text}` : '';
}
