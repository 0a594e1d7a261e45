/** The rights that `rotate`, `remove` and `delete` need. */
import { WORKLOAD_KINDS } from '../workloads/kind.ts';
import { RESTARTABLE, TEMPLATES } from './attach-rights.ts';
import { CONTROLLERS, type Grants, grantsIn, LIST_NAMESPACES, type Right } from './right.ts';

export interface RotateScope {
  /** Empty: every Secret. */
  readonly names: readonly string[];
  readonly allNamespaces: boolean;
  /** Whether labels choose the namespaces. */
  readonly labels: boolean;
  readonly restart: boolean;
  /** False in a dry run that only reads. */
  readonly writes: boolean;
}

/**
 * Leaves out the right to look for copies in other namespaces. It would be a right to read every Secret of the cluster, which
 * only `-A` includes.
 */
export function rotateRights(scope: RotateScope): Right[] {
  const { names, allNamespaces, labels, restart, writes } = scope;
  const isWide = allNamespaces || labels;
  const grants = grantsIn(isWide);
  const which = names.length === 0 ? undefined : names;
  const isListed = isWide || which === undefined;
  return [
    ...(labels ? [LIST_NAMESPACES] : []),
    grants.secrets('get', which),
    ...(isListed ? [grants.secrets('list', which)] : []),
    ...(writes ? [grants.secrets('patch', which)] : []),
    ...(restart ? restartRights(writes, grants) : []),
  ];
}

function restartRights(writes: boolean, grants: Grants): Right[] {
  return [
    ...grants.objects('list', ['Pod', ...WORKLOAD_KINDS]),
    ...grants.objects('get', CONTROLLERS),
    ...(writes ? grants.objects('patch', RESTARTABLE) : []),
  ];
}

export interface DeleteScope {
  readonly name: string;
  /** Whether the copies are deleted as well. */
  readonly copies: boolean;
  readonly writes: boolean;
}

/** To find who names the Secret and which other logins they have, to take it out of their lists, and to delete it. */
export function deleteRights({ name, copies, writes }: DeleteScope): Right[] {
  const grants = grantsIn(copies);
  return [
    grants.secrets('get'),
    ...(copies ? [grants.secrets('list')] : []),
    ...grants.objects('list', ['Pod', 'ServiceAccount', ...CONTROLLERS]),
    ...grants.objects('get', ['ServiceAccount', ...CONTROLLERS.filter((kind) => kind !== 'Job')]),
    ...(writes ? [grants.secrets('delete', [name]), ...grants.objects('patch', ['ServiceAccount', ...TEMPLATES])] : []),
  ];
}

/** The rights of `rotate`, and those to find who needs the removed entries. */
export function removeRights(scope: Omit<RotateScope, 'restart'>): Right[] {
  const grants = grantsIn(scope.allNamespaces || scope.labels);
  const looked = [grants.secrets('get'), ...grants.objects('list', ['Pod', 'ServiceAccount', ...CONTROLLERS])];
  return [...rotateRights({ ...scope, restart: false }), ...looked];
}
