/** What the reason for which a container waits says: of its image, and of what fails. */

export interface WaitingReason {
  /** Whether the node has the image; unknown where the kubelet has not come to it, or says nothing of it. */
  readonly image: 'missing' | 'there' | 'unknown';
  /** What has to be put right: the pull, or something that no login helps. Undefined where it goes on by itself. */
  readonly fails: 'pull' | 'container' | undefined;
}

const PULL_FAILS: WaitingReason = { image: 'missing', fails: 'pull' };
/** The image is pulled before the container is made, so it is there. */
const CONTAINER_FAILS: WaitingReason = { image: 'there', fails: 'container' };
/** The sandbox comes before the images. */
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

/** What `reason` says, also one that a later kubelet may have; '' for none. */
export function waitingReason(reason: string): WaitingReason {
  if (reason === '') return ON_ITS_WAY;
  return Object.hasOwn(REASONS, reason) ? (REASONS[reason] as WaitingReason) : unknownReason(reason);
}

/** Since 1.33 the error of a keyring that cannot be built stands here as it is (image_manager.go `EnsureImageExists`). */
function unknownReason(reason: string): WaitingReason {
  if (!/^\w+$/.test(reason) || /Image|Pull|Registry/.test(reason)) return PULL_FAILS;
  return /(Error|Failed|BackOff)$/.test(reason) ? SANDBOX_FAILS : ON_ITS_WAY;
}
