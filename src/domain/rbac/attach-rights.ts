/** The rights that `attach` and `detach` need. */
import { type PullKindName, WORKLOAD_KINDS } from '../workloads/kind.ts';
import type { Verb } from '../workloads/list-change.ts';
import { CONTROLLERS, type Grants, grantsIn, type Right } from './right.ts';

export interface AttachScope {
  readonly verb: Verb;
  readonly secret: string;
  /** Whether the Secret has just been written, so that it need not be read. */
  readonly isKnown: boolean;
  readonly targets: readonly { readonly kind: PullKindName; readonly name: string }[];
  /** Kinds of which all, or those with labels, are changed. */
  readonly picked: readonly PullKindName[];
  /** Whether nobody has named these kinds: what a controller that we know has made is left out. */
  readonly isImplied?: boolean;
  /** Whether it is about the service accounts that are used. */
  readonly used: boolean;
  readonly allNamespaces: boolean;
  readonly checks: boolean;
  readonly allowMissing: boolean;
  readonly recreate: boolean;
  readonly restart: boolean;
  readonly wait: boolean;
  /** False in a dry run that only reads. */
  readonly writes: boolean;
}

/** What has a template in which the list can be changed. */
export const TEMPLATES = [
  'Deployment',
  'StatefulSet',
  'DaemonSet',
  'CronJob',
  'ReplicaSet',
  'ReplicationController',
] as const satisfies readonly PullKindName[];
/** What `kubectl rollout restart` restarts. */
export const RESTARTABLE = ['Deployment', 'StatefulSet', 'DaemonSet'] as const satisfies readonly PullKindName[];

/** What is needed for `change`, and for all that is said of it. */
export function attachRights(change: AttachScope): Right[] {
  const grants = grantsIn(change.allNamespaces);
  const accounts =
    change.used || [...change.picked, ...change.targets.map(({ kind }) => kind)].includes('ServiceAccount');
  return [
    ...secretRights(change, grants),
    ...change.targets.flatMap((target) => targetRights(target, change, grants)),
    ...change.picked.flatMap((kind) => pickedRights(kind, change, grants)),
    ...(change.used ? pickedRights('ServiceAccount', change, grants) : []),
    ...(change.used || (accounts && change.checks) ? usersRights(change, grants) : []),
  ];
}

/** The Secret itself; to detach it, also those that may be left in a list, for what they open. */
function secretRights(
  { verb, secret, isKnown, allNamespaces, checks, allowMissing }: AttachScope,
  grants: Grants,
): Right[] {
  if (verb === 'detach') return checks ? [grants.secrets('get')] : [];
  const looked = checks && !isKnown ? [grants.secrets('get', [secret])] : [];
  return allNamespaces && (checks || !allowMissing) ? [...looked, grants.secrets('list', [secret])] : looked;
}

function targetRights(
  { kind, name }: { readonly kind: PullKindName; readonly name: string },
  change: AttachScope,
  grants: Grants,
): Right[] {
  if (kind === 'Pod') {
    return [
      ...grants.objects('get', ['Pod'], [name]),
      ...podRights(change, grants),
      ...(change.recreate && change.writes
        ? [...grants.objects('create', ['Pod']), ...grants.objects('delete', ['Pod'], [name])]
        : []),
    ];
  }
  return [
    ...grants.objects('get', [kind], [name]),
    ...patches([kind], change, grants, [name]),
    ...(kind === 'ServiceAccount' ? [] : templateRights(kind, change, grants)),
  ];
}

function pickedRights(kind: PullKindName, change: AttachScope, grants: Grants): Right[] {
  const listed = grants.objects('list', [kind]);
  if (kind === 'ServiceAccount') return [...listed, ...patches([kind], change, grants)];
  const followed = change.wait ? grants.objects('get', [kind]) : [];
  // The list of a Job cannot be changed.
  const patched = kind === 'Job' ? [] : patches([kind], change, grants);
  if (kind !== 'Pod') return [...listed, ...followed, ...patched, ...templateRights(kind, change, grants)];
  const recreated = change.recreate && change.writes ? ['get', 'create', 'delete'] : [];
  return [
    ...listed,
    ...followed,
    ...(change.isImplied ? [] : podRights(change, grants)),
    ...recreated.flatMap((verb) => grants.objects(verb as Right['verb'], ['Pod'])),
  ];
}

/** A pod leads to what makes it, and that to its service account. */
function podRights(change: AttachScope, grants: Grants): Right[] {
  return [
    ...grants.objects('get', CONTROLLERS),
    ...patches(TEMPLATES, change, grants),
    ...templateRights('StatefulSet', change, grants),
  ];
}

/** The list that pods would have without one of their own, and which of them fail, where their controller leaves them. */
function templateRights(kind: PullKindName, { verb, checks, wait }: AttachScope, grants: Grants): Right[] {
  const looks = checks && verb === 'attach' && kind !== 'Deployment' && kind !== 'CronJob';
  return [...grants.objects('get', ['ServiceAccount']), ...(looks || wait ? grants.objects('list', ['Pod']) : [])];
}

/** Who uses a service account; which pods fail, and what would help them. */
function usersRights(change: AttachScope, grants: Grants): Right[] {
  const { verb, checks, restart } = change;
  return [
    ...grants.objects('list', ['Pod', ...WORKLOAD_KINDS]),
    ...(verb === 'attach' && checks ? grants.objects('get', CONTROLLERS) : []),
    ...(restart ? patches(RESTARTABLE, change, grants) : []),
  ];
}

function patches(
  kinds: readonly PullKindName[],
  { writes }: AttachScope,
  grants: Grants,
  names?: readonly string[],
): Right[] {
  return writes ? grants.objects('patch', kinds, names) : [];
}
