/** The kinds of objects that have a list of pull secrets, what kubectl calls them, and where the list is. */
import { fieldOf } from './api-object.ts';

export type PullKindName =
  | 'ServiceAccount'
  | 'Pod'
  | 'Deployment'
  | 'StatefulSet'
  | 'DaemonSet'
  | 'ReplicaSet'
  | 'ReplicationController'
  | 'Job'
  | 'CronJob'
  | 'PodTemplate';

/** A kind in a manifest: one of ours, or any other with a pod template where a Deployment has it. */
export interface ManifestKind {
  /** A kind that we do not know has its group behind it, as kubectl takes it: `Rollout.argoproj.io`. */
  readonly kind: string;
  /** The path from the object to its pod spec. Empty for a service account, which has the list itself. */
  readonly specPath: readonly string[];
}

export interface PullKind extends ManifestKind {
  readonly kind: PullKindName;
  /** Empty for the core group. */
  readonly group: '' | 'apps' | 'batch';
  readonly plural: string;
  readonly shortName?: string;
  /** The label selector that leaves out those that one of our kinds made, where they are far more than the others. */
  readonly unmade?: string;
}

const TEMPLATE = ['spec', 'template', 'spec'];

/** Group, names and short names as `kubectl api-resources` prints them. All are of version v1. */
export const PULL_KINDS: readonly PullKind[] = [
  { kind: 'ServiceAccount', group: '', plural: 'serviceaccounts', shortName: 'sa', specPath: [] },
  { kind: 'Pod', group: '', plural: 'pods', shortName: 'po', specPath: ['spec'] },
  { kind: 'Deployment', group: 'apps', plural: 'deployments', shortName: 'deploy', specPath: TEMPLATE },
  { kind: 'StatefulSet', group: 'apps', plural: 'statefulsets', shortName: 'sts', specPath: TEMPLATE },
  { kind: 'DaemonSet', group: 'apps', plural: 'daemonsets', shortName: 'ds', specPath: TEMPLATE },
  {
    kind: 'ReplicaSet',
    group: 'apps',
    plural: 'replicasets',
    shortName: 'rs',
    specPath: TEMPLATE,
    // A Deployment keeps ten older ones, and gives each this label (pkg/controller/deployment/sync.go `getNewReplicaSet`).
    unmade: '!pod-template-hash',
  },
  { kind: 'ReplicationController', group: '', plural: 'replicationcontrollers', shortName: 'rc', specPath: TEMPLATE },
  { kind: 'Job', group: 'batch', plural: 'jobs', specPath: TEMPLATE },
  {
    kind: 'CronJob',
    group: 'batch',
    plural: 'cronjobs',
    shortName: 'cj',
    specPath: ['spec', 'jobTemplate', ...TEMPLATE],
  },
  { kind: 'PodTemplate', group: '', plural: 'podtemplates', specPath: ['template', 'spec'] },
];

/** The kinds that create pods. */
export const WORKLOAD_KINDS = [
  'Deployment',
  'StatefulSet',
  'DaemonSet',
  'CronJob',
  'Job',
  'ReplicationController',
  'ReplicaSet',
] as const satisfies readonly PullKindName[];

/** The kinds whose list can be changed. A Job keeps its list to its end. */
export const CHANGEABLE_KINDS: readonly PullKindName[] = [
  'ServiceAccount',
  ...WORKLOAD_KINDS.filter((kind) => kind !== 'Job'),
];

/** The field that holds the list, in the pod spec or in the service account. */
export const LIST_FIELD = 'imagePullSecrets';

const BY_KIND = new Map<string, PullKind>(PULL_KINDS.map((entry) => [entry.kind, entry]));

/** The kind of that name. Throws Error for an unknown name, which is a bug. */
export function pullKind(kind: PullKindName): PullKind {
  const found = knownKind(kind);
  if (found === undefined) throw new Error(`unknown kind ${kind}`);
  return found;
}

/** The kind of that name, if it is one of ours. */
export function knownKind(kind: string): PullKind | undefined {
  return BY_KIND.get(kind);
}

/** The kind of an object of the API or of a manifest, in any version that had the list in the same place. */
export function pullKindOf(apiVersion: unknown, kind: unknown): PullKind | undefined {
  if (typeof apiVersion !== 'string' || typeof kind !== 'string') return undefined;
  const group = groupOf(apiVersion);
  const found = BY_KIND.get(kind);
  // Deployments, DaemonSets and ReplicaSets were once in the group extensions, and such old manifests are still in use.
  const same = found?.group === group || (group === 'extensions' && found?.group === 'apps');
  return same ? found : undefined;
}

/** Which kinds make objects of a kind from their template (pkg/controller/controller_ref_manager.go). */
const MAKERS: Readonly<Record<string, readonly PullKindName[]>> = {
  Pod: ['ReplicaSet', 'StatefulSet', 'DaemonSet', 'Job', 'ReplicationController'],
  ReplicaSet: ['Deployment'],
  Job: ['CronJob'],
};

/**
 * Whether an owner may stand for what it owns: it makes it from its template, or it is of a kind that is not ours. A Deployment
 * that owns a StatefulSet, as operators do, has a template for other pods.
 */
export function mayStandFor(made: string, owner: { readonly apiVersion: string; readonly kind: string }): boolean {
  const ours = pullKindOf(owner.apiVersion, owner.kind);
  return ours === undefined || MAKERS[made]?.includes(ours.kind) === true;
}

/**
 * The kind of an object in a manifest. Undefined if it has neither a list of pull secrets nor a pod template. Other kinds that
 * create pods have the template where Deployments have it (Argo CD's Rollout, Knative's Service, OpenKruise).
 */
export function manifestKindOf(object: unknown): ManifestKind | undefined {
  const [apiVersion, kind] = [fieldOf(object, 'apiVersion'), fieldOf(object, 'kind')];
  const known = pullKindOf(apiVersion, kind);
  if (known !== undefined || typeof kind !== 'string' || kind === '') return known;
  if (!Array.isArray(fieldOf(object, ...TEMPLATE, 'containers'))) return undefined;
  const name = kindName(apiVersion, kind);
  // Without its apiVersion a Deployment is still one, but no pod has a template.
  return (knownKind(name)?.specPath ?? TEMPLATE) === TEMPLATE ? { kind: name, specPath: TEMPLATE } : undefined;
}

/** The kind as {@link ManifestKind} names it. */
export function kindName(apiVersion: unknown, kind: string): string {
  const group = typeof apiVersion === 'string' ? groupOf(apiVersion) : '';
  return group === '' || pullKindOf(apiVersion, kind) !== undefined ? kind : `${kind}.${group}`;
}

function groupOf(apiVersion: string): string {
  return apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
}

/**
 * The kind that kubectl means by `text` on its command line: a singular, plural or short name, optionally with version and group
 * (`deployments.v1.apps`), in upper or lower case (apimachinery pkg/api/meta `ParseResourceArg`).
 */
export function pullKindByName(text: string): PullKind | undefined {
  const [name = '', ...qualifiers] = text.toLowerCase().split('.');
  const found = PULL_KINDS.find((entry) => namesOf(entry).includes(name));
  if (found === undefined) return undefined;
  const rest = qualifiers.join('.');
  const allowed = found.group === '' ? ['', 'v1', 'v1.'] : ['', found.group, `v1.${found.group}`];
  return allowed.includes(rest) ? found : undefined;
}

export function namesOf({ kind, plural, shortName }: PullKind): string[] {
  return [kind.toLowerCase(), plural, ...(shortName === undefined ? [] : [shortName])];
}
