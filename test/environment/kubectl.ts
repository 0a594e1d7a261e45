/** Runs the real kubectl against the test cluster or another kubeconfig, without the user's environment. */
import { type Result, run } from './child.ts';
import type { ClusterInfo } from './control-plane.ts';

export interface KubectlOptions {
  stdin?: string;
  kubeconfig?: string;
  /** Additional environment variables. */
  env?: Record<string, string>;
}

export function runKubectl(
  cluster: ClusterInfo,
  args: readonly string[],
  options: KubectlOptions = {},
): Promise<Result> {
  const { stdin, kubeconfig = cluster.kubeconfig, env } = options;
  return run(cluster.bin.kubectl, args, {
    env: { PATH: process.env.PATH, HOME: cluster.home, KUBECONFIG: kubeconfig, ...env },
    ...(stdin === undefined ? {} : { stdin }),
  });
}
