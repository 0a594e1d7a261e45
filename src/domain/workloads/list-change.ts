/** The next value of a list of pull secrets. */
import { listedNames } from './pull-spec.ts';

export type Verb = 'attach' | 'detach';

/**
 * The list with `names` in it, once each, or without them; undefined when it is that already. Order, other entries and
 * entries without a name stay as they are.
 */
export function changedList(
  verb: Verb,
  list: readonly unknown[] | undefined,
  names: readonly string[],
): readonly unknown[] | undefined {
  const seen = new Set<string>();
  const kept = (list ?? []).filter((entry) => {
    const [name] = listedNames([entry]);
    if (name === undefined || !names.includes(name)) return true;
    const first = verb === 'attach' && !seen.has(name);
    seen.add(name);
    return first;
  });
  const added = verb === 'attach' ? names.filter((name) => !seen.has(name)) : [];
  return kept.length === (list ?? []).length && added.length === 0
    ? undefined
    : [...kept, ...[...new Set(added)].map((name) => ({ name }))];
}

export interface ListChange {
  readonly uid: string;
  /** The list that the change was computed from. */
  readonly before: readonly unknown[] | undefined;
  readonly after: readonly unknown[];
}
