/** The rights that `doctor` and `why` need. */
import type { PullKindName } from '../workloads/kind.ts';
import type { DoctorTarget } from '../workloads/target.ts';
import { CONTROLLERS, type Grants, grantsIn, LIST_NAMESPACES, type Right } from './right.ts';
import { usageRights } from './secret-rights.ts';

export interface Diagnosis {
  readonly targets: readonly DoctorTarget[];
  readonly allNamespaces: boolean;
  /** Whether labels choose the namespaces. */
  readonly labels: boolean;
  /** The service account of a new pod with the images that are asked about. Undefined without such images. */
  readonly account: string | undefined;
  /** The pull secrets of that pod. Without any, the pod has those of its service account. */
  readonly secrets: readonly string[];
}

const NODES: Right = { verb: 'get', group: '', plural: 'nodes', everywhere: true };

/** The kind between a workload and its pods, which has to be listed. */
const BETWEEN: Readonly<Partial<Record<PullKindName, PullKindName>>> = { Deployment: 'ReplicaSet', CronJob: 'Job' };

/** The rights with which nothing is left unread. */
export function doctorRights({ targets, allNamespaces, labels, account, secrets }: Diagnosis): Right[] {
  const grants = grantsIn(allNamespaces || labels);
  const pullers = grants.objects('get', ['ServiceAccount'], account === undefined ? [] : [account]);
  const lists = listRights(secrets, grants);
  if (targets.length === 0 && account === undefined) {
    return [
      ...(labels ? [LIST_NAMESPACES] : []),
      ...lists,
      ...usageRights(grants),
      ...grants.objects('get', ['ServiceAccount', ...CONTROLLERS]),
      grants.events('list'),
      NODES,
    ];
  }
  return [
    ...(account === undefined ? [] : [...pullers, ...lists]),
    ...targets.flatMap((target) => targetRights(target, secrets, grants)),
  ];
}

/** A pod that names its own Secrets needs no others for its verdict. */
function listRights(secrets: readonly string[], grants: Grants): Right[] {
  if (secrets.length > 0) return [grants.secrets('get', secrets)];
  return [grants.secrets('get'), grants.secrets('list')];
}

function targetRights({ kind, name }: DoctorTarget, secrets: readonly string[], grants: Grants): Right[] {
  if (kind === 'Secret') return [grants.secrets('get', [name]), grants.secrets('list'), ...usageRights(grants)];
  const own = grants.objects('get', [kind], [name]);
  if (kind === 'ServiceAccount') return [...own, ...listRights(secrets, grants)];
  const lists = listRights([], grants);
  const pods = [...grants.objects('get', ['ServiceAccount']), grants.events('list'), NODES];
  if (kind === 'Pod') return [...own, ...lists, ...pods, ...grants.objects('get', CONTROLLERS)];
  const between = BETWEEN[kind];
  const owner = OWNERS[kind];
  return [
    ...own,
    ...lists,
    ...pods,
    ...grants.objects('list', between === undefined ? ['Pod'] : ['Pod', between]),
    ...grants.objects(
      'get',
      [between, owner].filter((one) => one !== undefined),
    ),
  ];
}

/** The kind that may own a workload. */
const OWNERS: Readonly<Partial<Record<PullKindName, PullKindName>>> = { ReplicaSet: 'Deployment', Job: 'CronJob' };
