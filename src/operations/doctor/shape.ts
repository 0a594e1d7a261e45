/** The fields that a diagnosis reads of pods, workloads and service accounts. Only these are kept in memory. */
import { type FieldSelection, fieldsWith } from '../../cluster/client/pick-json.ts';
import { pullSpecFields } from '../../cluster/pull-spec-fields.ts';
import { CONTAINER_LISTS, STATUS_LISTS } from '../../domain/workloads/container-images.ts';
import type { PullKind } from '../../domain/workloads/kind.ts';

const CONTAINERS = [{ name: true, image: true, imagePullPolicy: true }] as const;
const STATUSES = [{ name: true, state: true, lastState: true, imageID: true }] as const;
const IMAGES = {
  ...fieldsWith(CONTAINER_LISTS, CONTAINERS),
  volumes: [{ name: true, image: true }],
} as const;

const CONDITIONS = [{ type: true, status: true, reason: true, message: true }] as const;

const OF_PODS = {
  metadata: {
    creationTimestamp: true,
    deletionTimestamp: true,
    annotations: { 'kubernetes.io/config.mirror': true },
    labels: { 'pod-template-hash': true, 'controller-revision-hash': true, 'pod-template-generation': true },
  },
  podSpec: { ...IMAGES, nodeName: true },
  status: {
    phase: true,
    conditions: CONDITIONS,
    ...fieldsWith(STATUS_LISTS, STATUSES),
  },
} as const;

const OF_ACCOUNTS = { metadata: { annotations: { 'kubernetes.io/enforce-mountable-secrets': true } } } as const;

/**
 * The fields that `effectOf`, `waitsForPods`, `waitingRollout`, `changedImages`, `createTrouble`, `hasCurrentPods` and
 * `remedyOfTemplate` read.
 */
const OF_WORKLOADS = {
  metadata: {
    generation: true,
    annotations: { 'deployment.kubernetes.io/revision': true, 'deprecated.daemonset.template.generation': true },
  },
  podSpec: IMAGES,
  spec: { replicas: true, paused: true, updateStrategy: true, podManagementPolicy: true, backoffLimit: true },
  status: {
    conditions: CONDITIONS,
    ...fieldsWith(['failed', 'readyReplicas', 'numberReady', 'ready', 'updateRevision'], true),
    ...fieldsWith(['replicas', 'updatedReplicas', 'availableReplicas', 'unavailableReplicas'], true),
    ...fieldsWith(['observedGeneration', 'updatedNumberScheduled', 'active'], true),
  },
} as const;

/** The fields of an object of `kind`. */
export function shapeOf(kind: PullKind): FieldSelection {
  if (kind.kind === 'Pod') return pullSpecFields(kind, OF_PODS);
  return pullSpecFields(kind, kind.kind === 'ServiceAccount' ? OF_ACCOUNTS : OF_WORKLOADS);
}
