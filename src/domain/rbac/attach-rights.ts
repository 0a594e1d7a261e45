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
  /** Kinds of which all objects, or those with some labels, are changed. */
  readonly picked: readonly PullKindName[];
  /** Whether nobody has named these kinds. Then objects that a known controller made are left out. */
  readonly isImplied?: boolean;
  /** Whether the change is for the service accounts in use. */
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

/** The kinds with a template in which the list can be changed. */
export const TEMPLATES = [
  'Deployment',
  'StatefulSet',
  'DaemonSet',
  'CronJob',
  'ReplicaSet',
  'ReplicationController',
] as const satisfies readonly PullKindName[];
/** The kinds that `kubectl rollout restart` restarts. */
export const RESTARTABLE = ['Deployment', 'StatefulSet', 'DaemonSet'] as const satisfies readonly PullKindName[];

/** The rights for `change`, and for everything that is reported about it. */
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

/** To read the Secret itself. To detach it, also to read the Secrets that may be left in a list, for the logins in them. */
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

/** A pod is followed to its controller, and the controller to its service account. */
function podRights(change: AttachScope, grants: Grants): Right[] {
  return [
    ...grants.objects('get', CONTROLLERS),
    ...patches(TEMPLATES, change, grants),
    ...templateRights('StatefulSet', change, grants),
  ];
}

/** To read the list that pods without one inherit. Where the controller does not replace failing pods, also to find these. */
function templateRights(kind: PullKindName, { verb, checks, wait }: AttachScope, grants: Grants): Right[] {
  const looks = checks && verb === 'attach' && kind !== 'Deployment' && kind !== 'CronJob';
  return [...grants.objects('get', ['ServiceAccount']), ...(looks || wait ? grants.objects('list', ['Pod']) : [])];
}

/** To find out who uses a service account, which pods fail, and what would help them. */
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
