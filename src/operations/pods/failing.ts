/** Who pulls images here, and with which list: what a service account's list does not reach, and which pods fail. */
import { fieldsWith } from '../../cluster/client/pick-json.ts';
import { eachPullSpec } from '../../cluster/each-object.ts';
import { type MoreFields, pullSpecFields } from '../../cluster/pull-spec-fields.ts';
import type { Reader } from '../../cluster/reader.ts';
import { forEachLimit } from '../../concurrency.ts';
import { CONTAINER_LISTS, STATUS_LISTS } from '../../domain/workloads/container-images.ts';
import { type PullKind, pullKind, WORKLOAD_KINDS } from '../../domain/workloads/kind.ts';
import type { ObjectRef } from '../../domain/workloads/object-ref.ts';
import { type PullFailure, pullFailures } from '../../domain/workloads/pod-state.ts';
import { type Controller, hasKnownOwner, listedNames, type PullSpec } from '../../domain/workloads/pull-spec.ts';
import { hasFinished, selectorOf } from '../../domain/workloads/rollout.ts';

/** Those that a workload has made itself; none where they may not be listed. */
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
  readonly account: string;
  readonly list: readonly string[];
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
  /** Whether the API server's cache is new enough: where the facts only inform, but not where they decide what is written. */
  readonly cached: boolean;
}

/** Few, so that what is written meanwhile has the processor. */
const CONCURRENCY = 2;

/** Keeps of every page only what matters, as far as it may be listed. */
export async function gatherFacts(reader: Reader, scope: FactsScope): Promise<FailingFacts> {
  const workloads: WorkloadFact[] = [];
  const failing: FailingPod[] = [];
  const users = new Map<string, { pods: number; workloads: number; examples: ObjectRef[] }>();
  const userOf = ({ ref, serviceAccountName }: PullSpec) => {
    const key = accountKey(ref.namespace, serviceAccountName);
    const user = users.get(key) ?? { pods: 0, workloads: 0, examples: [] };
    users.set(key, user);
    return user;
  };
  const notePod = (pod: PullSpec): void => {
    userOf(pod).pods += 1;
    const failures = pullFailures(pod.object);
    if (failures.length > 0) failing.push({ ...factOf(pod), controller: pod.controller, failures });
  };
  const noteWorkload = (workload: PullSpec): void => {
    if (hasKnownOwner(workload) || hasFinished(workload)) return;
    const user = userOf(workload);
    user.workloads += 1;
    if (user.examples.length < 3) user.examples.push(workload.ref);
    if ((workload.imagePullSecrets ?? []).length > 0) workloads.push(factOf(workload));
  };
  await forEachLimit(CONCURRENCY, ['Pod' as const, ...WORKLOAD_KINDS], (kind) =>
    eachOf(pullKind(kind), scope, reader, kind === 'Pod' ? notePod : noteWorkload),
  );
  return { workloads, failing, users };
}

/** One text for each service account. */
export function accountKey(namespace: string, name: string): string {
  return `${namespace}/${name}`;
}

function factOf({ ref, serviceAccountName, imagePullSecrets: list }: PullSpec): WorkloadFact {
  return { ref, account: serviceAccountName, list: listedNames(list) };
}

const CONTAINERS = [{ name: true, image: true }] as const;
const STATUSES = [{ name: true, state: true }] as const;

/** What `pullFailures` reads of pods. */
const OF_PODS: MoreFields = {
  podSpec: { ...fieldsWith(CONTAINER_LISTS, CONTAINERS), volumes: [{ name: true, image: true }] },
  status: fieldsWith(STATUS_LISTS, STATUSES),
};
/** What `hasFinished` reads. */
const OF_WORKLOADS: MoreFields = { status: { conditions: [{ type: true, status: true }] } };

async function eachOf(
  kind: PullKind,
  { namespace, account, cached }: FactsScope,
  reader: Reader,
  use: (pullSpec: PullSpec) => void,
): Promise<void> {
  const isPod = kind.kind === 'Pod';
  const fieldSelector = isPod && account !== undefined ? `spec.serviceAccountName=${account}` : undefined;
  const shape = pullSpecFields(kind, isPod ? OF_PODS : OF_WORKLOADS);
  await eachPullSpec(reader, kind, { namespace, fieldSelector, cached, shape }, (pullSpec) => {
    if (account === undefined || pullSpec.serviceAccountName === account) use(pullSpec);
  });
}
