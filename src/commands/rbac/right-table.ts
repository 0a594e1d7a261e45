/** The rights of each command, as rows of data: what it may do, on which objects, and with which options. */

import type { Right } from '../../cluster/right.ts';
import { ADMISSION_KINDS, type AdmissionKind } from '../../workloads/admission-policy.ts';
import { CHANGEABLE_KINDS, knownKind, PULL_KINDS, type PullKindName, WORKLOAD_KINDS } from '../../workloads/kind.ts';

/** The kind of an object that a command asks the API server for. */
export type AskedKind = PullKindName | AdmissionKind | 'Secret' | 'Namespace' | 'Node' | 'Event';

/** An option of the command line, as commander names it, or something else that is known of the line or of its target. */
export type Fact =
  | ('admission' | 'allNamespaces' | 'allowMissing' | 'attach' | 'checks' | 'detach' | 'force' | 'prune' | 'recreate')
  | ('onNode' | 'restart' | 'secret' | 'selector' | 'to' | 'wait' | 'watch')
  /** One node is asked, or all of them. */
  | ('node' | 'nodes')
  /** It is no dry run of the client. */
  | 'writes'
  /** The Secrets are named. */
  | 'named'
  /** The rights are needed in all namespaces, or in those with some labels. */
  | 'everywhere'
  /** The targets include service accounts, and who uses them is looked at. */
  | 'users'
  /** `doctor` without a target. */
  | 'all'
  /** It is asked whether two contexts lead to the same cluster. */
  | 'clusters'
  /** `sync` waits for the service account `default`. */
  | 'waits'
  /** The target stands for all objects of its kind, or for those with some labels. */
  | 'picked'
  /** Nobody named the kind of the target. Of pods, those that a known controller made are left out then. */
  | 'implied';

/** The names in the command line that limit a right. */
export type NameOf = 'policies' | 'secrets' | 'kept' | 'target' | 'accounts' | 'default' | 'clusters' | 'node';

interface RightRow {
  /** The kinds of targets that need the right; left out: all of them. */
  readonly for?: readonly AskedKind[];
  /** All of these hold. */
  readonly when?: readonly (Fact | `not ${Fact}`)[];
  readonly may: readonly Right['verb'][];
  /** `target` is the kind of the target. */
  readonly on: readonly (AskedKind | 'target')[];
  /** Left out, or where the command line names none: objects of any name. A rule for `create` cannot have names. */
  readonly named?: NameOf;
}

const SECRET = ['Secret'] as const;
const NAMESPACE = ['Namespace'] as const;
const POD = ['Pod'] as const;
const ACCOUNT = ['ServiceAccount'] as const;
const TARGET = ['target'] as const;
/** Whoever may refer to a Secret. */
const USERS = ['Pod', 'ServiceAccount', ...WORKLOAD_KINDS] as const;
/** The kinds that `kubectl rollout restart` restarts. */
const RESTARTABLE = ['Deployment', 'StatefulSet', 'DaemonSet'] as const;

/** A policy of `sync --admission`, and its binding. */
const POLICIES = ADMISSION_KINDS.map(({ kind }) => kind);

/** For commands whose `-l` chooses namespaces. */
const BY_LABELS = ['allNamespaces', 'selector'] as const;
const but = (...kinds: readonly PullKindName[]): PullKindName[] =>
  PULL_KINDS.map(({ kind }) => kind).filter((kind) => !kinds.includes(kind));
/** The kinds with a template in which the list can be changed. */
const TEMPLATES = CHANGEABLE_KINDS.filter((kind) => kind !== 'ServiceAccount');

/** For each target of `attach` and `detach`. */
const CHANGED: readonly RightRow[] = [
  { when: ['not picked'], may: ['get'], on: TARGET, named: 'target' },
  { when: ['picked'], may: ['list'], on: TARGET, named: 'target' },
  { for: but('ServiceAccount'), when: ['picked', 'wait'], may: ['get'], on: TARGET },
  // The list of a Job cannot be changed.
  { for: but('Pod', 'Job'), when: ['writes'], may: ['patch'], on: TARGET, named: 'target' },
  // A pod is followed to its controller, and the controller to its service account.
  { for: POD, when: ['not implied'], may: ['get'], on: [...WORKLOAD_KINDS, 'ServiceAccount'] },
  { for: POD, when: ['not implied', 'writes'], may: ['patch'], on: TEMPLATES },
  { for: but('ServiceAccount', 'Pod'), may: ['get'], on: ACCOUNT },
  // These do not replace failing pods.
  { for: but('ServiceAccount', 'Deployment', 'CronJob'), when: ['attach', 'checks'], may: ['list'], on: POD },
  { for: POD, when: ['wait', 'not implied'], may: ['list'], on: POD },
  { for: but('ServiceAccount', 'Pod'), when: ['wait'], may: ['list'], on: POD },
  { for: POD, when: ['recreate', 'writes', 'picked'], may: ['get'], on: POD },
  { for: POD, when: ['recreate', 'writes'], may: ['create'], on: POD },
  { for: POD, when: ['recreate', 'writes'], may: ['delete'], on: POD, named: 'target' },
];

/** To find out who uses a service account, which pods fail, and what would help them. */
const ACCOUNT_USERS: readonly RightRow[] = [
  { when: ['users'], may: ['list'], on: ['Pod', ...WORKLOAD_KINDS] },
  { when: ['users', 'attach', 'checks'], may: ['get'], on: WORKLOAD_KINDS },
  { when: ['users', 'restart', 'writes'], may: ['patch'], on: RESTARTABLE },
];

/** To detach a Secret, also those that may be left in a list are read, for the logins in them. */
const CHANGE: readonly RightRow[] = [
  { when: ['detach', 'checks'], may: ['get'], on: SECRET },
  { when: ['attach', 'checks'], may: ['get'], on: SECRET, named: 'secrets' },
  { when: ['attach', 'everywhere', 'checks'], may: ['list'], on: SECRET, named: 'secrets' },
  { when: ['attach', 'everywhere', 'not allowMissing'], may: ['list'], on: SECRET, named: 'secrets' },
];

/** To know a cluster again. */
const IDENTITY: RightRow = { when: ['clusters'], may: ['get'], on: NAMESPACE, named: 'clusters' };

/** Also of `remove`. Without the right to look for copies elsewhere: it would be a right to read every Secret of the cluster. */
const ROTATE: readonly RightRow[] = [
  { when: ['selector'], may: ['list'], on: NAMESPACE },
  { may: ['get'], on: SECRET, named: 'secrets' },
  { when: ['everywhere'], may: ['list'], on: SECRET, named: 'secrets' },
  { when: ['not named'], may: ['list'], on: SECRET },
  { when: ['writes'], may: ['patch'], on: SECRET, named: 'secrets' },
  { when: ['restart'], may: ['list'], on: ['Pod', ...WORKLOAD_KINDS] },
  { when: ['restart'], may: ['get'], on: WORKLOAD_KINDS },
  { when: ['restart', 'writes'], may: ['patch'], on: RESTARTABLE },
];

interface CommandRows {
  /** The options with which the rights are needed in all namespaces; left out: `-A`. */
  readonly wide?: readonly Fact[] | 'always';
  readonly line: readonly RightRow[];
  /** For each of the targets. */
  readonly target?: readonly RightRow[];
  /** For the line, after those of its targets. */
  readonly end?: readonly RightRow[];
}

/** All commands that use an API server. */
const RIGHTS: Readonly<Record<string, CommandRows>> = {
  create: {
    line: [
      { may: ['create'], on: SECRET },
      { may: ['get'], on: SECRET, named: 'kept' },
      { may: ['patch'], on: SECRET, named: 'secrets' },
      { when: ['force'], may: ['delete'], on: SECRET, named: 'kept' },
    ],
    target: CHANGED,
    end: ACCOUNT_USERS,
  },
  attach: { line: CHANGE, target: CHANGED, end: ACCOUNT_USERS },
  detach: { line: CHANGE, target: CHANGED, end: ACCOUNT_USERS },
  sync: {
    wide: 'always',
    line: [
      { may: ['list'], on: NAMESPACE },
      IDENTITY,
      { may: ['get', 'list'], on: SECRET, named: 'secrets' },
      { when: ['writes'], may: ['create'], on: SECRET },
      // A copy that the API server would not update is deleted and created again.
      { when: ['writes'], may: ['patch', 'delete'], on: SECRET, named: 'secrets' },
      { when: ['watch'], may: ['watch'], on: NAMESPACE },
      // A rule for one name allows watching that name, as it allows listing it.
      { when: ['watch'], may: ['watch'], on: SECRET, named: 'secrets' },
      { when: ['watch', 'attach'], may: ['watch'], on: ACCOUNT, named: 'accounts' },
      { when: ['admission'], may: ['get'], on: POLICIES, named: 'policies' },
      { when: ['admission', 'writes'], may: ['create'], on: POLICIES },
      { when: ['admission', 'writes'], may: ['patch'], on: POLICIES, named: 'policies' },
      // A dry run shows that new pods get the name.
      { when: ['admission', 'writes'], may: ['create'], on: POD },
    ],
    target: CHANGED,
    end: [
      ...ACCOUNT_USERS,
      // The controller may not have made `default` yet: then it is waited for.
      { when: ['waits'], may: ['get'], on: ACCOUNT, named: 'default' },
      // A copy is taken out of the lists of service accounts. Each list is read by itself before it is changed.
      { when: ['prune'], may: ['list', 'get'], on: ACCOUNT },
      { when: ['prune'], may: ['list'], on: ['Pod', ...WORKLOAD_KINDS] },
      { when: ['prune', 'writes'], may: ['patch'], on: ACCOUNT },
    ],
  },
  rotate: {
    wide: [...BY_LABELS, 'to'],
    // To choose namespaces, and to see which opt out of sync.
    line: [{ when: ['everywhere'], may: ['list'], on: NAMESPACE }, ...ROTATE, IDENTITY],
  },
  remove: {
    wide: BY_LABELS,
    line: [
      ...ROTATE,
      // To find who needs the removed logins.
      { may: ['get'], on: SECRET },
      { may: ['list'], on: USERS },
    ],
  },
  delete: {
    line: [
      // To find who names the Secret, and which other logins they have.
      { may: ['get'], on: SECRET },
      { when: ['everywhere'], may: ['list'], on: SECRET },
      { may: ['list'], on: USERS },
      { may: ['get'], on: CHANGEABLE_KINDS },
      { when: ['writes'], may: ['delete'], on: SECRET, named: 'secrets' },
      { when: ['writes'], may: ['patch'], on: CHANGEABLE_KINDS },
      { when: ['everywhere'], may: ['get'], on: POLICIES, named: 'policies' },
      { when: ['everywhere', 'writes'], may: ['delete'], on: POLICIES, named: 'policies' },
    ],
  },
  inspect: {
    line: [
      { may: ['get'], on: SECRET, named: 'secrets' },
      { may: ['list'], on: USERS },
    ],
  },
  verify: {
    line: [
      { when: ['not everywhere'], may: ['get'], on: SECRET, named: 'secrets' },
      { when: ['everywhere'], may: ['list'], on: SECRET },
      { when: ['onNode', 'not named'], may: ['list'], on: SECRET },
      { when: ['onNode'], may: ['get'], on: ACCOUNT, named: 'accounts' },
      // Pods of earlier runs are listed to be deleted. The names of test pods are not known beforehand.
      { when: ['onNode'], may: ['create', 'get', 'list', 'delete'], on: POD },
      { when: ['onNode'], may: ['list'], on: ['Event'] },
      { when: ['node'], may: ['get'], on: ['Node'], named: 'node' },
      { when: ['nodes'], may: ['list'], on: ['Node'] },
    ],
  },
  list: {
    line: [
      // Secrets of other types that somebody refers to are read one by one.
      { may: ['get'], on: SECRET, named: 'secrets' },
      { when: ['not named'], may: ['list'], on: SECRET },
      { may: ['list'], on: USERS },
    ],
  },
  doctor: {
    wide: BY_LABELS,
    line: [
      { when: ['all', 'selector'], may: ['list'], on: NAMESPACE },
      { when: ['all', 'not secret'], may: ['get', 'list'], on: SECRET },
      { when: ['all', 'secret'], may: ['get'], on: SECRET, named: 'secrets' },
      { when: ['all'], may: ['list'], on: [...USERS, 'Event'] },
      { when: ['all'], may: ['get'], on: ['ServiceAccount', ...WORKLOAD_KINDS, 'Node'] },
    ],
    target: [
      { may: ['get'], on: TARGET, named: 'target' },
      { for: SECRET, may: ['list'], on: ['Secret', ...USERS] },
      // A pod that names its own Secrets needs no others for its verdict.
      { for: ACCOUNT, when: ['not secret'], may: ['get', 'list'], on: SECRET },
      { for: ACCOUNT, when: ['secret'], may: ['get'], on: SECRET, named: 'secrets' },
      { for: but('ServiceAccount'), may: ['get', 'list'], on: SECRET },
      { for: but('ServiceAccount'), may: ['get'], on: ['ServiceAccount', 'Node'] },
      { for: but('ServiceAccount'), may: ['list'], on: ['Event'] },
      { for: POD, may: ['get'], on: WORKLOAD_KINDS },
      { for: but('ServiceAccount', 'Pod'), may: ['list'], on: POD },
      // The kind between a workload and its pods, and the kind that may own a workload.
      { for: ['Deployment'], may: ['list', 'get'], on: ['ReplicaSet'] },
      { for: ['CronJob'], may: ['list', 'get'], on: ['Job'] },
      { for: ['ReplicaSet'], may: ['get'], on: ['Deployment'] },
      { for: ['Job'], may: ['get'], on: ['CronJob'] },
    ],
  },
};

/** What is known of a command line and of its targets. */
export interface AskedLine {
  readonly facts: readonly string[];
  readonly names: Readonly<Partial<Record<NameOf, readonly string[] | undefined>>>;
  readonly targets: readonly AskedTarget[];
}

export interface AskedTarget {
  readonly kind: AskedKind;
  /** Left out for all objects of the kind, and for those with some labels. */
  readonly names?: readonly string[] | undefined;
  /** Whether it is all objects of the kind, or those with some labels. */
  readonly isPicked?: boolean;
}

/** The rights that `command` needs for `line`; undefined when it is not in the table. */
export function rightsFor(command: string, { facts, names, targets }: AskedLine): Right[] | undefined {
  const rows = RIGHTS[command];
  if (rows === undefined) return undefined;
  const { wide = ['allNamespaces'], line, target: each = [], end = [] } = rows;
  const everywhere = wide === 'always' || wide.some((fact) => facts.includes(fact));
  const all = everywhere ? [...facts, 'everywhere'] : facts;
  const granted = (some: readonly RightRow[], target?: AskedTarget): Right[] =>
    some
      .filter((row) => holds(row, all, target))
      .flatMap(({ may, on, named }) => {
        const limit = named === 'target' ? target?.names : named && names[named];
        const kinds = on.flatMap((kind) => (kind === 'target' ? (target?.kind ?? []) : kind));
        return kinds.flatMap((kind) => may.map((verb) => rightOn(kind, verb, everywhere, limit)));
      });
  return [...granted(line), ...targets.flatMap((target) => granted(each, target)), ...granted(end)];
}

function holds(
  { for: kinds, when = [] }: RightRow,
  facts: readonly string[],
  target: AskedTarget | undefined,
): boolean {
  if (kinds !== undefined && (target === undefined || !kinds.includes(target.kind))) return false;
  const all = target?.isPicked ? [...facts, 'picked'] : facts;
  return when.every((fact) => (fact.startsWith('not ') ? !all.includes(fact.slice(4)) : all.includes(fact)));
}

function rightOn(kind: AskedKind, verb: Right['verb'], everywhere: boolean, names: Right['names']): Right {
  // The other kinds are of the core group, and their plurals are regular.
  const policy = ADMISSION_KINDS.find((one) => one.kind === kind);
  const { group = '', plural = `${kind.toLowerCase()}s` } = policy ?? knownKind(kind) ?? {};
  const isPlaced = policy === undefined && kind !== 'Namespace' && kind !== 'Node';
  return { verb, group, plural, names, everywhere: everywhere || !isPlaced };
}
