/** The next value of a list of pull secrets, and the patch for it. */
import { LIST_FIELD, type PullKind } from './kind.ts';
import { listedNames } from './pull-spec.ts';

export type Verb = 'attach' | 'detach';

/**
 * The list with each of `names` once, or without them. Undefined when the list need not change. Order, other entries and entries
 * without a name stay as they are.
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

/**
 * A JSON patch (RFC 6902) that applies only while object and list are those that were read. If somebody else changes another
 * field first, such as labels or status, the API server tests again, so that is no conflict.
 */
export function listPatch({ specPath }: PullKind, { uid, before, after }: ListChange): readonly object[] {
  const path = `/${[...specPath, LIST_FIELD].join('/')}`;
  const write = after.length === 0 ? { op: 'remove', path } : { op: 'add', path, value: after };
  // A missing list equals null (evanphx/json-patch `Patch.test`).
  return [{ op: 'test', path: '/metadata/uid', value: uid }, { op: 'test', path, value: before ?? null }, write];
}
