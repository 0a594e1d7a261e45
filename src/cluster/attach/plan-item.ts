/** What has to be done to one object. */
import type { Note } from '../../domain/attach-note.ts';
import type { Holder } from '../../domain/holder.ts';
import type { Planner } from '../list-write.ts';

export type PlanItem =
  | { readonly way: 'write'; readonly holder: Holder; readonly planner: Planner; readonly notes: readonly Note[] }
  /** Deleted, and created again with this list. */
  | { readonly way: 'recreate'; readonly holder: Holder; readonly list: readonly unknown[] }
  | { readonly way: 'nothing'; readonly holder: Holder };
