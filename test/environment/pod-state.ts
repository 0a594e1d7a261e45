/** Decides from a pod's status whether waiting longer can change anything. */

export interface PodState {
  phase: string;
  /** The reason of the first failed container; absent when all run. */
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

/** The state of a pod that runs, has ended or cannot pull an image; `undefined` while it is still starting. */
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
 * Whether the kubelet has pulled the images of a pod only without a Secret that it read too late. A busy kubelet waits for a
 * Secret for a second, pulls without it, and tries again later (pkg/kubelet/util/manager/watch_based_manager.go, objectCache.Get).
 *
 * @param log - the text that the kubelet has written, in which it names each failed attempt after the Secrets it could not read
 * @param pod - `NAMESPACE/NAME`
 */
export function readSecretsTooLate(log: string, pod: string): boolean {
  const lines = log.split('\n').filter((line) => line.includes(` pod="${pod}"`));
  const late = lines.findLastIndex((line) => line.includes('err="failed to sync secret cache'));
  const isAttempt = (line: string): boolean => line.includes('"Error syncing pod') && !line.includes(BACK_OFF);
  // The first attempt after that line is the one without the Secret.
  return late !== -1 && lines.slice(late).filter(isAttempt).length < 2;
}

const BACK_OFF = 'with ImagePullBackOff: ';

/**
 * Whether a waiting reason passes by itself. Any other reason of the kubelet is an error, sometimes with its whole text in place
 * of a name. A pull that was postponed (registryPullQPS) looks like a failed one and recovers by itself.
 */
function transient(reason: string, message = ''): boolean {
  return ['ContainerCreating', 'PodInitializing'].includes(reason) || message.includes('pull QPS exceeded');
}
