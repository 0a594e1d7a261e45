/** Records what a look has done, for the agenda and for the metrics. */
import type { SyncListener } from '../sync/sync-request.ts';
import type { Fight } from './fight.ts';
import type { Metrics } from './metrics.ts';

export interface LookNotes {
  /** The object that was written last in each namespace. */
  readonly written: Map<string, Fight['object']>;
  /** Namespaces where another attempt may succeed. */
  readonly failed: string[];
  /** Namespaces that have the copy, over all looks. */
  readonly served: Set<string>;
}

/** `listener`, which also records what was written to Secrets called `name` and to lists, and what failed. */
export function noting(
  listener: SyncListener,
  { written, failed, served }: LookNotes,
  name: string,
  metrics: Metrics,
): SyncListener {
  return {
    ...listener,
    outcome(outcome) {
      const { namespace, action } = outcome;
      if (outcome.action === 'failed') {
        if (!outcome.isDecided) failed.push(namespace);
      } else if (action === 'deleted') served.delete(namespace);
      else served.add(namespace);
      const isWritten = outcome.action === 'failed' ? outcome.isWritten : action !== 'unchanged';
      if (isWritten) written.set(namespace, { kind: 'Secret', namespace, name });
      metrics.outcome(outcome);
      listener.outcome(outcome);
    },
    list(result) {
      const { kind, namespace, name: account } = result.ref;
      if (kind === 'ServiceAccount' && result.action === 'patched') {
        written.set(namespace, { kind, namespace, name: account });
      }
      metrics.list(result);
      listener.list(result);
    },
    problem(error, namespace) {
      if (namespace !== undefined) failed.push(namespace);
      metrics.failed('list');
      listener.problem(error, namespace);
    },
    ends: (ends) => metrics.ends(ends),
  };
}
