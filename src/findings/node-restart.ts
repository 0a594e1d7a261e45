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
  const rule = result === 'works' ? acceptance(policy) : demand(policy);
  return `; on node ${node} ${can}: ${by === 'default' ? 'by default ' : ''}kubelet ${version} ${rule}`;
}

function acceptance(policy: Restart['policy']): string {
  return policy === 'off' || policy === 'NeverVerify'
    ? 'lets every pod use an image that is there'
    : 'accepts the pull secret that the image was pulled with';
}

function demand(policy: Restart['policy']): string {
  return `requires a login for ${policy === 'AlwaysVerify' ? 'every image' : 'an image that was pulled with a pull secret'}`;
}
