/** What the reason for which a container waits says about its image, and about what fails. */

export interface WaitingReason {
  /** Whether the node has the image. Unknown if the kubelet has not come to it yet, or says nothing about it. */
  readonly image: 'missing' | 'there' | 'unknown';
  /** What has to be corrected: the pull, or something that no login helps. Undefined if the container goes on by itself. */
  readonly fails: 'pull' | 'container' | undefined;
}

const PULL_FAILS: WaitingReason = { image: 'missing', fails: 'pull' };
/** The image is pulled before the container is created, so the node has it. */
const CONTAINER_FAILS: WaitingReason = { image: 'there', fails: 'container' };
/** The sandbox is created before the images are pulled. */
const SANDBOX_FAILS: WaitingReason = { image: 'unknown', fails: 'container' };
const ON_ITS_WAY: WaitingReason = { image: 'unknown', fails: undefined };

const REASONS: Readonly<Record<string, WaitingReason>> = {
  // kubelet pkg/kubelet/images/types.go, and cri-api pkg/errors for the two that a runtime reports
  ErrImagePull: PULL_FAILS,
  ImagePullBackOff: PULL_FAILS,
  ErrImageNeverPull: PULL_FAILS,
  ImageInspectError: PULL_FAILS,
  RegistryUnavailable: PULL_FAILS,
  SignatureValidationFailed: PULL_FAILS,
  InvalidImageName: { image: 'missing', fails: 'container' },
  // kuberuntime/kuberuntime_container.go
  CreateContainerConfigError: CONTAINER_FAILS,
  PreCreateHookError: CONTAINER_FAILS,
  CreateContainerError: CONTAINER_FAILS,
  PreStartHookError: CONTAINER_FAILS,
  PostStartHookError: CONTAINER_FAILS,
  // pkg/kubelet/container/sync_result.go, with two of older kubelets
  CrashLoopBackOff: CONTAINER_FAILS,
  RunContainerError: CONTAINER_FAILS,
  RunInitContainerError: CONTAINER_FAILS,
  VerifyNonRootError: CONTAINER_FAILS,
  KillContainerError: CONTAINER_FAILS,
  CreatePodSandboxError: SANDBOX_FAILS,
  ConfigPodSandboxError: SANDBOX_FAILS,
  KillPodSandboxError: SANDBOX_FAILS,
  // The end of a container that is started again, in the words of containerd, CRI-O and docker.
  Completed: { image: 'there', fails: undefined },
  Error: CONTAINER_FAILS,
  OOMKilled: CONTAINER_FAILS,
  StartError: CONTAINER_FAILS,
  ContainerCannotRun: CONTAINER_FAILS,
  // pkg/kubelet/kubelet_pods.go
  ContainerCreating: ON_ITS_WAY,
  PodInitializing: ON_ITS_WAY,
  ContainerStatusUnknown: ON_ITS_WAY,
};

/** What `reason` says, even if only a later kubelet has it. '' means no reason. */
export function waitingReason(reason: string): WaitingReason {
  if (reason === '') return ON_ITS_WAY;
  return Object.hasOwn(REASONS, reason) ? (REASONS[reason] as WaitingReason) : unknownReason(reason);
}

/** Since 1.33, the reason may be the whole error of a keyring that cannot be built (image_manager.go `EnsureImageExists`). */
function unknownReason(reason: string): WaitingReason {
  if (!/^\w+$/.test(reason) || /Image|Pull|Registry/.test(reason)) return PULL_FAILS;
  return /(Error|Failed|BackOff)$/.test(reason) ? SANDBOX_FAILS : ON_ITS_WAY;
}
