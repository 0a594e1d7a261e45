/** The rights that `sync` needs. */
import { type AttachScope, attachRights } from './attach-rights.ts';
import { CONTROLLERS, grantsIn, LIST_NAMESPACES, type Right } from './right.ts';

export interface SyncScope {
  /** The name of the source and of its copies. */
  readonly name: string;
  /** The service accounts to attach the copies to. */
  readonly accounts: { readonly names: readonly string[]; readonly used: boolean; readonly all: boolean };
  readonly restart: boolean;
  readonly prune: boolean;
  /** Whether the command watches for changes. */
  readonly watches: boolean;
  /** False in a dry run that only reads. */
  readonly writes: boolean;
}

/** Includes the right to delete: a copy that the API server would not update is deleted and created again. */
export function syncRights(scope: SyncScope): Right[] {
  const { secrets } = grantsIn(true);
  const names = [scope.name];
  return [
    LIST_NAMESPACES,
    secrets('get', names),
    secrets('list', names),
    ...(scope.writes ? [secrets('create'), secrets('patch', names), secrets('delete', names)] : []),
    ...(scope.watches ? watchRights(scope) : []),
    ...accountRights(scope),
    ...pruneRights(scope),
  ];
}

/** A rule for one name allows watching that name, as it allows listing it. */
function watchRights({ name, accounts: { names, used, all } }: SyncScope): Right[] {
  const { secrets, objects } = grantsIn(true);
  const watched = [{ ...LIST_NAMESPACES, verb: 'watch' as const }, secrets('watch', [name])];
  if (names.length === 0 && !used && !all) return watched;
  const only = used || all || names.length > 1 ? undefined : names;
  return [...watched, ...objects('watch', ['ServiceAccount'], only)];
}

function accountRights({ name, accounts, restart, watches, writes }: SyncScope): Right[] {
  const { names, used, all } = accounts;
  if (names.length === 0 && !used && !all) return [];
  const change: AttachScope = {
    verb: 'attach',
    secret: name,
    isKnown: true,
    targets: [],
    picked: ['ServiceAccount'],
    used,
    allNamespaces: true,
    // With `--watch`, failing pods are not reported with each change.
    checks: !watches || restart,
    // The Secret is written in the same run.
    allowMissing: true,
    recreate: false,
    restart,
    wait: false,
    writes,
  };
  const rights = attachRights(change).filter(({ plural }) => plural !== 'secrets');
  const [only] = used || all || names.length > 1 ? [] : names;
  const grants = grantsIn(true);
  // The controller may not have made `default` yet: then it is waited for.
  const waited = names.includes('default') ? grants.objects('get', ['ServiceAccount'], ['default']) : [];
  if (only === undefined) return [...rights, ...waited];
  return [
    ...rights.map((right) => (right.plural === 'serviceaccounts' ? { ...right, names: [only] } : right)),
    ...waited,
  ];
}

/** A copy is taken out of every list that names it. Each list is read by itself before it is changed. */
function pruneRights({ name, prune, writes }: SyncScope): Right[] {
  if (!prune) return [];
  const picked = ['ServiceAccount' as const, ...CONTROLLERS.filter((kind) => kind !== 'Job')];
  const change: AttachScope = {
    verb: 'detach',
    secret: name,
    isKnown: true,
    targets: [],
    picked,
    used: false,
    allNamespaces: true,
    checks: true,
    allowMissing: true,
    recreate: false,
    restart: false,
    wait: false,
    writes,
  };
  return [...attachRights(change), ...grantsIn(true).objects('get', picked)];
}
