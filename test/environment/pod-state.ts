/** What a pod's status says about whether waiting any longer will change anything. */

export interface PodState {
  phase: string;
  /** Why its first container that waits does so; absent when all run. */
  reason?: string;
  message?: string;
}

/** The part of a pod's status that is read here. */
interface PodStatus {
  phase?: string;
  initContainerStatuses?: ContainerStatus[];
  containerStatuses?: ContainerStatus[];
}

interface ContainerStatus {
  ready: boolean;
  state?: { waiting?: { reason?: string; message?: string } };
}

/** The state of a pod that runs, has ended or cannot pull an image; `undefined` while it is on its way. */
export function settledState(status: PodStatus): PodState | undefined {
  const { phase = 'Pending', initContainerStatuses = [], containerStatuses = [] } = status;
  if (phase === 'Succeeded' || phase === 'Failed') return { phase };
  const waiting = [...initContainerStatuses, ...containerStatuses].map(({ state }) => state?.waiting);
  const failed = waiting.find((state) => state?.reason && !transient(state.reason, state.message));
  if (failed) return { phase, ...failed };
  const runs = phase === 'Running' && containerStatuses.every(({ ready }) => ready);
  return runs ? { phase } : undefined;
}

/**
 * Whatever else the kubelet gives as a reason is an error, sometimes with its whole text in the place of a name.
 * A pull that was only put off (registryPullQPS) looks like a failed one and recovers by itself.
 */
function transient(reason: string, message = ''): boolean {
  return ['ContainerCreating', 'PodInitializing'].includes(reason) || message.includes('pull QPS exceeded');
}
