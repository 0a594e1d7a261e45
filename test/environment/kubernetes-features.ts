/**
 * Features that the tests meet and that not every version of Kubernetes has. docs/dev/comparisons.md has the same rows.
 */
import { kubernetesVersion } from './programs.ts';

/** The version that introduced each feature, and why its tests are skipped before that. */
export const FEATURES = {
  failCgroupV1: {
    since: '1.31',
    reason: 'the kubelet has no setting failCgroupV1',
  },
  'user of a container': {
    since: '1.31',
    reason: 'the status of a container does not tell its user (feature gate SupplementalGroupsPolicy)',
  },
  'errors while backing off': {
    since: '1.32',
    reason: 'the status of a container that waits for the next attempt does not repeat the error (an event has it)',
  },
  'undecodable Secrets as the reason': {
    since: '1.33',
    reason: 'the reason of a container whose Secrets cannot be decoded is ErrImagePull, and not the text of the error',
  },
  'image volumes': {
    since: '1.35',
    reason: 'volumes of type image are off by default (feature gate ImageVolume)',
  },
  'verified images': {
    since: '1.35',
    reason: 'an image that is on a node is for every pod there (feature gate KubeletEnsureSecretPulledImages)',
  },
} as const satisfies Readonly<Record<string, { readonly since: string; readonly reason: string }>>;

export type Feature = keyof typeof FEATURES;

/** The version of the programs in KUBEBUILDER_ASSETS as set by `npm run skew`, or else the version that we build. */
export const testedVersion = process.env.REGSECRET_KUBERNETES || kubernetesVersion;

/** Whether the test cluster, or the given version, lacks the feature: `test.skipIf(lacks('image volumes'))`. */
export function lacks(feature: Feature, version = testedVersion): boolean {
  return minorOf(version) < minorOf(FEATURES[feature].since);
}

/** The minor version, such as 36 for `v1.36.3`. */
function minorOf(version: string): number {
  return Number(/^v?1\.(\d+)/.exec(version)?.[1]);
}
