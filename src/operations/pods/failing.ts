/** Who pulls images here, and with which list: what a service account's list does not reach, and which pods fail. */
import { ApiError } from '../../cluster/client/api-error.ts';
import { type FieldSelection, fieldsWith } from '../../cluster/client/pick-json.ts';
import type { Transport } from '../../cluster/client/transport.ts';
import { listPages } from '../../cluster/object-request.ts';
import { forEachLimit } from '../../concurrency.ts';
import { CONTAINER_LISTS, STATUS_LISTS } from '../../domain/workloads/container-images.ts';
import { LIST_FIELD, type PullKind, type PullKindName, pullKind, WORKLOAD_KINDS } from '../../domain/workloads/kind.ts';
import { type PullFailure, pullFailures } from '../../domain/workloads/pod-state.ts';
import {
  type Controller,
  hasKnownOwner,
  listedNames,
  type PullSpec,
  pullSpecOf,
} from '../../domain/workloads/pull-spec.ts';
import type { ObjectRef } from '../../domain/workloads/ref.ts';
import { hasFinished, selectorOf } from '../../domain/workloads/rollout.ts';
import type { PodReader } from './pod-context.ts';

/** Those that a workload has made itself; none where they may not be listed. */
export async function podsOf(pullSpec: PullSpec, { transport, unchecked }: PodReader): Promise<PullSpec[]> {
  const pods: PullSpec[] = [];
  const labelSelector = selectorOf(pullSpec);
  if (labelSelector === undefined) return [];
  try {
    for await (const page of listPages(transport, pullKind('Pod'), {
      namespace: pullSpec.ref.namespace,
      labelSelector,
    })) {
      const own = page.flatMap((object) => pullSpecOf(pullKind('Pod'), object) ?? []);
      pods.push(
        ...own.filter(({ controller }) => controller?.uid === pullSpec.uid || pullSpec.ref.kind === 'Deployment'),
      );
    }
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 403) throw error;
    unchecked.add('list pods');
  }
  return pods;
}

export interface Facts {
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

/** Keeps of every page only what matters; what may not be listed is told to `unchecked`. */
export async function gatherFacts(transport: Transport, scope: FactsScope, unchecked: Set<string>): Promise<Facts> {
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
    eachHolder(transport, kind, scope, unchecked, kind === 'Pod' ? notePod : noteWorkload),
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

/** What of it is read here; a page is in memory as a whole. */
function shapeOf({ kind, specPath }: PullKind): FieldSelection {
  const list = { [LIST_FIELD]: true, serviceAccountName: true, serviceAccount: true } as const;
  const names = { namespace: true, name: true, uid: true, ownerReferences: true } as const;
  if (kind !== 'Pod') {
    const spec = specPath.reduceRight<FieldSelection>((below, name) => ({ [name]: below }), list);
    return { ...(spec as object), metadata: names, status: { conditions: [{ type: true, status: true }] } };
  }
  return {
    metadata: names,
    spec: { ...list, ...fieldsWith(CONTAINER_LISTS, CONTAINERS), volumes: [{ name: true, image: true }] },
    status: fieldsWith(STATUS_LISTS, STATUSES),
  };
}

async function eachHolder(
  transport: Transport,
  kindName: PullKindName,
  { namespace, account, cached }: FactsScope,
  unchecked: Set<string>,
  use: (pullSpec: PullSpec) => void,
): Promise<void> {
  const kind = pullKind(kindName);
  const byAccount = kindName === 'Pod' && account !== undefined;
  const fieldSelector = byAccount ? `spec.serviceAccountName=${account}` : undefined;
  try {
    for await (const page of listPages(transport, kind, {
      namespace,
      fieldSelector,
      cached,
      shape: shapeOf(kind),
    })) {
      for (const object of page) {
        const pullSpec = pullSpecOf(kind, object);
        if (pullSpec !== undefined && (account === undefined || pullSpec.serviceAccountName === account)) use(pullSpec);
      }
    }
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 403) throw error;
    unchecked.add(`list ${kind.plural}`);
  }
}
