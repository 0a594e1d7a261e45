/** Whether a pod that runs can start again on its node, where the image is. */
import type { Verification } from '../workloads/image-verification.ts';

export interface Restart extends Pick<Verification, 'policy' | 'by'> {
  readonly result: 'works' | 'fails';
  readonly node: string;
  /** The version of its kubelet. */
  readonly version: string;
}

/** Follows the sentence that the image could not be pulled again. */
export function formatRestart({ result, node, version, policy, by }: Restart): string {
  const can = result === 'works' ? 'it can restart' : 'it cannot restart either';
  return `; on node ${node} ${can}: ${by === 'default' ? 'by default ' : ''}kubelet ${version} ${RULES[result][policy]}`;
}

const ANYONE = 'lets every pod use an image that is there';
const SAME = 'accepts the pull secret that the image was pulled with';
const PULLED = 'requires a login for an image that was pulled with a pull secret';

const RULES = {
  works: {
    off: ANYONE,
    NeverVerify: ANYONE,
    NeverVerifyPreloadedImages: SAME,
    NeverVerifyAllowlistedImages: SAME,
    AlwaysVerify: SAME,
  },
  fails: {
    off: '',
    NeverVerify: '',
    NeverVerifyPreloadedImages: PULLED,
    NeverVerifyAllowlistedImages: 'requires a login for an image that is not in its allowlist',
    AlwaysVerify: 'requires a login for every image',
  },
} as const;
