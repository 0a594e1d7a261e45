/** Several clusters in one run: the contexts of `--to-context`, and the flags that apply to one cluster only. */

import { UsageError } from '../errors.ts';
import { configCommand, words } from '../line/command.ts';
import { CLUSTER_FLAGS, flagName } from '../line/given-flags.ts';
import { againWithout, prose } from '../line/hint.ts';
import { closest } from '../text/closest.ts';
import type { KubeConfig } from './kube-config.ts';
import type { KubeFlags } from './kube-flags.ts';

export interface ContextFlags extends KubeFlags {
  /** The kubeconfig contexts to work in, exactly these. When left out, the other flags select the context. */
  readonly toContext?: readonly string[] | undefined;
  /** Whether contexts of different addresses or users lead to different clusters, which the person knows. */
  readonly assumeDifferent?: boolean | undefined;
}

/**
 * Throws UsageError for a flag that cannot be combined with `--to-context`. `hasSource` means that something is read from the
 * cluster of `--context` first, so that flag is allowed.
 */
export function checkContextFlags(flags: ContextFlags, { hasSource }: { readonly hasSource: boolean }): void {
  if (flags.toContext === undefined) {
    if (!flags.assumeDifferent) return;
    throw new UsageError('--assume-different needs --to-context', againWithout('--assume-different'));
  }
  const given = CLUSTER_FLAGS.find(([key, , , trait]) => trait === 'one cluster' && key !== undefined && flags[key]);
  if (given !== undefined) {
    const name = flagName(given[1]);
    const text = `--to-context and ${name} cannot be used together, because ${name} is for one cluster`;
    throw new UsageError(text, prose`the kubeconfig has the cluster and the user of each context`);
  }
  if (hasSource || !flags.context) return;
  throw new UsageError('--to-context and --context cannot be used together', words`--to-context ${flags.context}`);
}

/** The named contexts without duplicates, in the order given. Throws UsageError for one that the kubeconfig does not have. */
export function namedContexts({ contexts }: KubeConfig, names: readonly string[]): string[] {
  for (const name of names) {
    if (contexts.has(name)) continue;
    const near = closest(name, [...contexts.keys()]);
    const text = `context "${name}" does not exist`;
    if (near === undefined) throw new UsageError(text, configCommand`kubectl config get-contexts`);
    throw new UsageError(`${text}; did you mean ${near}?`, words`--to-context ${near}`);
  }
  return [...new Set(names)];
}
