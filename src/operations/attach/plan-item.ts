/** What has to be done to one object, as data: nothing has been said, asked or written yet. */
import type { ListRule } from '../../changes/list-step.ts';
import type { PullSpec } from '../../domain/workloads/pull-spec.ts';
import type { SavedPod } from '../pods/saved-pod.ts';
import type { Note } from './notes.ts';

export type PlanItem = Planned & (Write | Recreation | Resumption | { readonly action: 'nothing' });

interface Planned {
  readonly pullSpec: PullSpec;
  /** True whether or not the list has to change. */
  readonly notes: readonly Note[];
}

export interface Write {
  readonly action: 'write';
  readonly planner: ListRule;
  /** True only once the list has changed. */
  readonly changeNotes: readonly Note[];
}

/** A pod is deleted, and created again with this list. */
export interface Recreation {
  readonly action: 'recreate';
  readonly list: readonly unknown[];
  /** What the new pod will not have. */
  readonly losses: readonly string[];
}

/** A pod that an interrupted run has deleted is created from its manifest, which is `pullSpec`, with this list. */
export interface Resumption {
  readonly action: 'resume';
  readonly list: readonly unknown[];
  readonly saved: SavedPod;
}
