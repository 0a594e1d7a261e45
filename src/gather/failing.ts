/** Gathers who pulls images with which list: workloads that a service account's list does not reach, and pods that fail. */

import { eachPullSpec } from '../cluster/each-object.ts';
import type { ListQuery } from '../cluster/object-request.ts';
import { fieldsWith } from '../cluster/pick-json.ts';
import { ENV, type MoreFields, OF_STAND_INS, pullSpecFields, SECRET_VOLUME } from '../cluster/pull-spec-fields.ts';
import type { Reader } from '../cluster/reader.ts';
import { forEachLimit } from '../system/concurrency.ts';
import { fieldOf } from '../workloads/api-object.ts';
import { CONTAINER_LISTS, imageUses, STATUS_LISTS } from '../workloads/container-images.ts';
import { type PullKind, pullKind, WORKLOAD_KINDS } from '../workloads/kind.ts';
import type { ObjectRef } from '../workloads/object-ref.ts';
import { hasEnded } from '../workloads/pod-group.ts';
import { type PullFailure, pullFailures } from '../workloads/pod-state.ts';
import { type Controller, hasKnownOwner, knownOwner, listedNames, type PullSpec } from '../workloads/pull-spec.ts';
import { hasFinished, selectorOf } from '../workloads/rollout.ts';
import { standIns } from '../workloads/stand-in.ts';

/** The pods that a workload made itself. None where listing pods is forbidden. */
export async function podsOf(pullSpec: PullSpec, reader: Reader): Promise<PullSpec[]> {
  const pods: PullSpec[] = [];
  const labelSelector = selectorOf(pullSpec);
  if (labelSelector === undefined) return [];
  await eachPullSpec(reader, pullKind('Pod'), { namespace: pullSpec.ref.namespace, labelSelector }, (pod) => {
    if (pod.controller?.uid === pullSpec.uid || pullSpec.ref.kind === 'Deployment') pods.push(pod);
  });
  return pods;
}

export interface FailingFacts {
  /** Workloads with a list of their own. */
  readonly workloads: readonly WorkloadFact[];
  /** Pods that cannot pull an image now. */
  readonly failing: readonly FailingPod[];
  /**
   * Who gets the list of a service account when made again, by `namespace/name` of the account: templates without a list, and
   * pods whose controller is of an unknown kind. Empty unless the scope asks for them.
   */
  readonly dependants: ReadonlyMap<string, readonly Dependant[]>;
  /** Who uses each service account, by `namespace/name`. */
  readonly users: ReadonlyMap<string, AccountUse>;
}

export interface AccountUse {
  readonly pods: number;
  readonly workloads: number;
  /** A few of the workloads. */
  readonly examples: readonly ObjectRef[];
}

export interface WorkloadFact {
  readonly ref: ObjectRef;
  /** What made it. A workload of its own has none. */
  readonly owner?: ObjectRef | undefined;
  readonly account: string;
  readonly list: readonly string[];
}

/** A template or pod that pulls images with the list of its service account. */
export interface Dependant extends WorkloadFact {
  /** Without images that are never pulled. */
  readonly images: readonly string[];
}

export interface FailingPod extends WorkloadFact {
  readonly controller: Controller | undefined;
  readonly failures: readonly PullFailure[];
}

export interface FactsScope {
  /** Left out: all namespaces. */
  readonly namespace?: string | undefined;
  /** Left out: all service accounts. */
  readonly account?: string | undefined;
  /** Whether the API server's cache is new enough: true where the facts only inform, false where they decide what is written. */
  readonly cached: boolean;
  /** Whether to gather `dependants`. */
  readonly dependants?: boolean;
}

/** Kept low, so that concurrent writes get enough processor time. */
const CONCURRENCY = 2;

/** Gathers the facts in `scope`, as far as listing is allowed. Of each page, only what matters is kept. */
export async function gatherFacts(reader: Reader, scope: FactsScope): Promise<FailingFacts> {
  const workloads: WorkloadFact[] = [];
  const failing: FailingPod[] = [];
  const users = new Map<string, { pods: number; workloads: number; examples: ObjectRef[] }>();
  const { add: addDependant, all: dependants } = dependantsByAccount();
  const userOf = ({ ref, serviceAccountName }: PullSpec) => {
    const key = accountKey(ref.namespace, serviceAccountName);
    const user = users.get(key) ?? { pods: 0, workloads: 0, examples: [] };
    users.set(key, user);
    return user;
  };
  const isMeant = ({ serviceAccountName }: PullSpec): boolean =>
    [undefined, serviceAccountName].includes(scope.account);
  const notePod = (pod: PullSpec): void => {
    if (!isMeant(pod)) return;
    userOf(pod).pods += 1;
    const failures = pullFailures(pod.object);
    if (failures.length > 0) failing.push({ ...factOf(pod), controller: pod.controller, failures });
    // A pod without a controller is not made again, so it keeps its list.
    if (scope.dependants && pod.controller !== undefined && !hasKnownOwner(pod) && !hasEnded(pod.object))
      addDependant(pod);
  };
  const noteWorkload = (workload: PullSpec): void => {
    if (hasFinished(workload) || !isMeant(workload)) return;
    const user = userOf(workload);
    user.workloads += 1;
    if (user.examples.length < 3) user.examples.push(workload.ref);
    if ((workload.imagePullSecrets ?? []).length > 0) workloads.push(factOf(workload));
    else if (scope.dependants) addDependant(workload);
  };
  const { add, end } = standIns(noteWorkload);
  await forEachLimit(CONCURRENCY, ['Pod' as const, ...WORKLOAD_KINDS], (name) => {
    const kind = pullKind(name);
    return eachPuller(kind, { ...scope, labelSelector: kind.unmade }, reader, name === 'Pod' ? notePod : add);
  });
  end();
  return { workloads, failing, users, dependants };
}

/** The facts about a few namespaces, read one after the other. */
export async function mergedFacts(
  namespaces: readonly string[],
  scope: Omit<FactsScope, 'namespace'>,
  reader: Reader,
): Promise<FailingFacts> {
  const all: FailingFacts[] = [];
  for (const namespace of namespaces) all.push(await gatherFacts(reader, { ...scope, namespace }));
  return {
    workloads: all.flatMap(({ workloads }) => workloads),
    failing: all.flatMap(({ failing }) => failing),
    dependants: new Map(all.flatMap(({ dependants }) => [...dependants])),
    users: new Map(all.flatMap(({ users }) => [...users])),
  };
}

/** Collects dependants by account. Pods of one controller are alike, so only the first one is kept. */
function dependantsByAccount() {
  const all = new Map<string, Dependant[]>();
  const controllers = new Set<string>();
  const add = (pullSpec: PullSpec): void => {
    const { ref, controller, serviceAccountName } = pullSpec;
    if (ref.kind === 'Pod' && controller !== undefined) {
      if (controllers.has(controller.uid)) return;
      controllers.add(controller.uid);
    }
    const key = accountKey(ref.namespace, serviceAccountName);
    const here = all.get(key) ?? [];
    all.set(key, here);
    here.push({ ...factOf(pullSpec), images: pulledImages(pullSpec) });
  };
  return { all, add };
}

/** The images of a pod or template, without those that are never pulled. */
export function pulledImages({ ref, object }: PullSpec): string[] {
  const uses = imageUses(fieldOf(object, ...pullKind(ref.kind).specPath));
  return [...new Set(uses.flatMap(({ image, policy }) => (policy === 'Never' || image === '' ? [] : [image])))];
}

/** A unique key for each service account. */
export function accountKey(namespace: string, name: string): string {
  return `${namespace}/${name}`;
}

function factOf(pullSpec: PullSpec): WorkloadFact {
  const { ref, serviceAccountName, imagePullSecrets: list } = pullSpec;
  return { ref, owner: knownOwner(pullSpec), account: serviceAccountName, list: listedNames(list) };
}

const CONTAINERS = [{ name: true, image: true, imagePullPolicy: true, ...ENV }] as const;
const IMAGES = {
  ...fieldsWith(CONTAINER_LISTS, CONTAINERS),
  volumes: [{ name: true, image: true, ...SECRET_VOLUME }],
} as const;
const STATUSES = [{ name: true, state: true }] as const;

/** What `pullFailures` and `hasEnded` read of pods. */
const OF_PODS: MoreFields = {
  podSpec: IMAGES,
  status: { ...fieldsWith(STATUS_LISTS, STATUSES), phase: true },
};
/** Also the images that they pull. */
const OF_DEPENDANTS: MoreFields = { ...OF_STAND_INS, podSpec: IMAGES };

/**
 * Hands every object of a kind that pulls images to `use`, with the fields that {@link gatherFacts} needs of it. `account` limits
 * only the pods.
 */
export async function eachPuller(
  kind: PullKind,
  { namespace, account, cached, dependants = false, labelSelector }: FactsScope & Pick<ListQuery, 'labelSelector'>,
  reader: Reader,
  use: (pullSpec: PullSpec) => void,
): Promise<void> {
  const isPod = kind.kind === 'Pod';
  const fieldSelector = isPod && account !== undefined ? `spec.serviceAccountName=${account}` : undefined;
  const ofWorkloads = dependants ? OF_DEPENDANTS : OF_STAND_INS;
  const shape = pullSpecFields(kind, isPod ? OF_PODS : ofWorkloads);
  await eachPullSpec(reader, kind, { namespace, labelSelector, fieldSelector, cached, shape }, use);
}
