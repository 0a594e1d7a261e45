/** What a command line writes, for the policy beside its role. */

import { quoted } from '../../codec/cel.ts';
import { chosenBySync, chosenWithHome } from '../../copies/chosen-namespaces.ts';
import { UsageError } from '../../errors.ts';
import type { ContextFlags } from '../../kubeconfig/contexts.ts';
import { againWithout } from '../../line/hint.ts';
import type { Io } from '../../system/io.ts';
import { chosenNames, namesAndPatterns } from '../namespace-choice.ts';
import { type SyncOptions, syncRequest } from '../sync/sync-options.ts';
import type { ParsedLine } from './command-rights.ts';
import { type GuardedLine, OWN_NAMESPACE } from './guard.ts';

/** Commands that change no list of a workload. */
const WITHOUT_LISTS = ['sync', 'rotate', 'remove'];

/**
 * Throws UsageError for a line that no policy can limit. `namespace` is that of the line, and `own` that of the account.
 */
export function guardedLine(line: ParsedLine, namespace: string, own: string, io: Io): GuardedLine {
  const { command, argument, options } = line;
  const { admission, appendHash, recreate, selector, to = [] } = options as LineOptions;
  if (admission) {
    const text = 'whoever may write policies may change every pod, which no policy of ours limits';
    throw new UsageError(text, againWithout('--admission'));
  }
  if (recreate) {
    const text =
      'an account with permission to create pods can run as any service account of the namespace; no policy of regsecret limits that';
    throw new UsageError(text, againWithout('--recreate'));
  }
  const home = namespace === own ? OWN_NAMESPACE : quoted(namespace);
  const [secret, ...others] = [argument ?? []].flat().map(String);
  const one = others.length > 0 || appendHash ? undefined : secret;
  const common = { secret: one, changesTemplates: !WITHOUT_LISTS.includes(command), prunedFrom: undefined };
  if (command === 'sync') {
    const { selection, prune } = syncRequest({ ...(options as unknown as SyncOptions), name: `${argument}` }, io);
    const { toContext }: ContextFlags = options;
    const chosen = chosenBySync(selection, toContext === undefined ? home : undefined);
    return { ...common, chosen, prunedFrom: prune ? home : undefined };
  }
  if (common.changesTemplates || (selector === undefined && to.length === 0)) return { ...common, chosen: undefined };
  const selection = { labelSelector: selector, ...namesAndPatterns(chosenNames(to, '--to')) };
  return { ...common, chosen: chosenWithHome(selection, home) };
}

interface LineOptions {
  readonly admission?: boolean;
  readonly appendHash?: boolean;
  readonly recreate?: boolean;
  readonly selector?: string;
  readonly to?: readonly string[];
}
