/** What a diagnosis reads of pods, and of what makes them: of lists only that much is kept in memory. */
import { type FieldSelection, fieldsWith } from '../../cluster/client/pick-json.ts';
import { CONTAINER_LISTS, STATUS_LISTS } from '../../domain/workloads/container-images.ts';
import { LIST_FIELD, type PullKind } from '../../domain/workloads/kind.ts';

const CONTAINERS = [{ name: true, image: true, imagePullPolicy: true }] as const;
const STATUSES = [{ name: true, state: true, lastState: true, imageID: true }] as const;

const SPEC = {
  [LIST_FIELD]: true,
  serviceAccountName: true,
  serviceAccount: true,
  ...fieldsWith(CONTAINER_LISTS, CONTAINERS),
  volumes: [{ name: true, image: true }],
} as const;

const METADATA = { namespace: true, name: true, uid: true, ownerReferences: true } as const;

const POD: FieldSelection = {
  metadata: {
    ...METADATA,
    creationTimestamp: true,
    deletionTimestamp: true,
    annotations: { 'kubernetes.io/config.mirror': true },
    labels: { 'pod-template-hash': true },
  },
  spec: { ...SPEC, nodeName: true },
  status: {
    phase: true,
    ...fieldsWith(STATUS_LISTS, STATUSES),
  },
};

/** What `effectOf`, `waitsForPods` and `wayOfTemplate` read. */
const WORKLOAD = {
  replicas: true,
  paused: true,
  updateStrategy: true,
  podManagementPolicy: true,
  backoffLimit: true,
} as const;
const STATUS = { failed: true, readyReplicas: true, numberReady: true, ready: true } as const;

const ACCOUNT: FieldSelection = {
  metadata: { ...METADATA, annotations: { 'kubernetes.io/enforce-mountable-secrets': true } },
  [LIST_FIELD]: true,
};

/** The fields of an object of `kind`. */
export function shapeOf({ kind, specPath: [top = '', ...path] }: PullKind): FieldSelection {
  if (kind === 'Pod') return POD;
  if (kind === 'ServiceAccount') return ACCOUNT;
  const inner = path.reduceRight<FieldSelection>((below, name) => ({ [name]: below }), SPEC);
  return { metadata: METADATA, [top]: { ...WORKLOAD, ...(inner as object) }, status: STATUS };
}
