/** How a kubelet decides which pods may use an image that is on its node already: by its settings, or by the default of its version. */
import { fieldOf, itemsOf } from './api-object.ts';
import { repositoryOf } from './pod-group.ts';

const POLICIES = ['NeverVerify', 'NeverVerifyPreloadedImages', 'NeverVerifyAllowlistedImages', 'AlwaysVerify'] as const;

export type VerificationPolicy = (typeof POLICIES)[number];

export interface Verification {
  /** `off`: KubeletEnsureSecretPulledImages is off, so any pod may use any image. */
  readonly policy: VerificationPolicy | 'off';
  /** Images that any pod may use under `NeverVerifyAllowlistedImages`. */
  readonly allowlist: readonly string[];
  /** Who says so: the kubelet, or only its version. */
  readonly by: 'kubelet' | 'default';
}

/** The minor version of a kubelet, such as 36 for `v1.36.3`. Undefined for a version of another form. */
export function minorOf(version: string): number | undefined {
  const [, minor] = /^v1\.(\d+)\./.exec(version) ?? [];
  return minor === undefined ? undefined : Number(minor);
}

/** What a kubelet of this version does by default (pkg/features/kube_features.go, kubelet config v1beta1 defaults.go). */
export function defaultVerification(version: string): Verification {
  const policy = (minorOf(version) ?? 35) < 35 ? 'off' : 'NeverVerifyPreloadedImages';
  return { policy, allowlist: [], by: 'default' };
}

/** What the answer of a kubelet to `/configz` says. Undefined where it says nothing that is known. */
export function verificationIn(configz: unknown): Verification | undefined {
  const config = fieldOf(configz, 'kubeletconfig');
  if (fieldOf(config, 'kind') === undefined && fieldOf(config, 'syncFrequency') === undefined) return undefined;
  const written = fieldOf(config, 'imagePullCredentialsVerificationPolicy') ?? '';
  const policy = written === '' ? 'off' : POLICIES.find((one) => one === written);
  const allowlist = itemsOf(fieldOf(config, 'preloadedImagesVerificationAllowlist'));
  return policy && { policy, allowlist: allowlist.filter((one) => typeof one === 'string'), by: 'kubelet' };
}

/** Whether a pod needs a login for an image that is there (kubelet/images/pullmanager `RequireCredentialVerificationForImage`). */
export function isVerified(image: string, { policy, allowlist }: Verification, pulledByKubelet: boolean): boolean {
  switch (policy) {
    case 'off':
    case 'NeverVerify':
      return false;
    case 'NeverVerifyPreloadedImages':
      return pulledByKubelet;
    case 'NeverVerifyAllowlistedImages':
      return !allowlist.some((pattern) => isListed(repositoryOf(image), pattern));
    case 'AlwaysVerify':
      return true;
  }
}

function isListed(repository: string, pattern: string): boolean {
  return pattern.endsWith('/*') ? repository.startsWith(pattern.slice(0, -1)) : repository === pattern;
}
