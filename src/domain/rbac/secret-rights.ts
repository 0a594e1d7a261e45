/** The rights that the commands about one Secret need, and `list`. */
import { WORKLOAD_KINDS } from '../workloads/kind.ts';
import { type Grants, grantsIn, type Right } from './right.ts';

/** To see who refers to a Secret. */
export function usageRights(grants: Grants): Right[] {
  return grants.objects('list', ['Pod', 'ServiceAccount', ...WORKLOAD_KINDS]);
}

export interface SecretWrite {
  readonly name: string;
  /** The name of the copy that is kept while the Secret is replaced. Undefined where it is never replaced. */
  readonly copy: string | undefined;
  /** Whether the name gets a hash, which is not known beforehand. */
  readonly appendHash: boolean;
}

/** To create or change a Secret. A rule cannot limit `create` to a name. */
export function createRights({ name, copy, appendHash }: SecretWrite): Right[] {
  const grants = grantsIn(false);
  const names = appendHash ? undefined : [name];
  if (copy === undefined)
    return [grants.secrets('create'), grants.secrets('get', names), grants.secrets('patch', names)];
  const both = names && [name, copy];
  return [
    grants.secrets('create'),
    grants.secrets('get', both),
    grants.secrets('patch', names),
    grants.secrets('delete', both),
  ];
}

export function inspectRights(names: readonly string[]): Right[] {
  const grants = grantsIn(false);
  return [grants.secrets('get', names), ...usageRights(grants)];
}

export function verifyRights(names: readonly string[], allNamespaces = false): Right[] {
  const grants = grantsIn(allNamespaces);
  return [allNamespaces ? grants.secrets('list') : grants.secrets('get', names)];
}

/** Secrets of other types that somebody refers to are read one by one. */
export function listRights(names: readonly string[], allNamespaces: boolean): Right[] {
  const grants = grantsIn(allNamespaces);
  if (names.length > 0 && !allNamespaces) return [grants.secrets('get', names), ...usageRights(grants)];
  return [grants.secrets('get'), grants.secrets('list'), ...usageRights(grants)];
}
