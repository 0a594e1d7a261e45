/** Workloads and their pods at one moment of a roll-out, for timelines of `--watch`. */
import { ghcrSecret } from './attach-request.ts';
import { account } from './observed-targets.ts';
import { type Stored, type StoredOptions, stored } from './stored-objects.ts';

const container = (state: object, imageID = ''): object => ({
  status: { phase: 'Pending', containerStatuses: [{ name: 'app', imageID, state }] },
});
const waiting = (reason: string, message = ''): object => container({ waiting: { reason, message } });
const UNSCHEDULABLE = { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/1 nodes' };
const onNode = { nodeName: 'n1' };

/** What the status of a pod says, and on which node it is. */
const STATES = {
  runs: { rest: container({ running: {} }, 'sha256:1'), spec: onNode },
  creating: { rest: waiting('ContainerCreating'), spec: onNode },
  /** Its own image waits for an init container. */
  initializing: {
    rest: {
      status: {
        phase: 'Pending',
        initContainerStatuses: [{ name: 'init', imageID: 'sha256:2', state: { running: {} } }],
        containerStatuses: [{ name: 'app', imageID: '', state: { waiting: { reason: 'PodInitializing' } } }],
      },
    },
    spec: { ...onNode, initContainers: [{ name: 'init', image: 'ghcr.io/acme/init' }] },
  },
  crashes: { rest: waiting('CrashLoopBackOff', 'back-off restarting'), spec: onNode },
  denied: { rest: waiting('ErrImagePull', 'no basic auth credentials'), spec: onNode },
  unscheduled: { rest: { status: { phase: 'Pending', conditions: [UNSCHEDULABLE] } } },
  done: { rest: { status: { phase: 'Succeeded', containerStatuses: [{ name: 'app', imageID: 'x', state: {} }] } } },
  ending: { rest: container({ running: {} }, 'sha256:1'), metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' } },
} as const satisfies Record<string, StoredOptions>;

export type PodState = keyof typeof STATES;

/** What every namespace of the timelines has. `list` is what its service account names. */
export const base = (list: readonly string[] = ['pull']): Stored[] => [account(list), ghcrSecret];

/** Pods of a Deployment, in the order of their states. */
export function podsOf(name: string, ...states: readonly PodState[]): Stored[] {
  return [replicaSet(name), ...states.map((state, index) => podOf(`ReplicaSet/${name}-1`, name, index, state))];
}

const labelsOf = (app: string): object => ({ app, 'pod-template-hash': '1' });

function replicaSet(name: string): Stored {
  const metadata = { labels: labelsOf(name) };
  return stored('ReplicaSet', `${name}-1`, { owner: `Deployment/${name}`, metadata, list: ['pull'] });
}

/** The pod with this index of a controller `Kind/name`. */
export function podOf(owner: string, app: string, index: number, state: PodState): Stored {
  const { metadata = {}, ...rest }: StoredOptions = STATES[state];
  const name = `${owner.split('/')[1]}-${index}`;
  return stored('Pod', name, { list: ['pull'], owner, metadata: { labels: labelsOf(app), ...metadata }, ...rest });
}

export function bare(name: string, state: PodState, list: readonly string[] = ['pull']): Stored {
  return stored('Pod', name, { list, ...STATES[state] });
}

interface Rollout {
  readonly replicas?: number;
  /** How many pods have the current template. Left out: as many as the workload asks for. */
  readonly updated?: number;
  readonly isUnseen?: boolean;
  readonly spec?: object;
  readonly status?: object;
}

/** A workload of the generation 2. */
export function workload(
  kind: 'Deployment' | 'StatefulSet' | 'DaemonSet',
  name: string,
  rollout: Rollout = {},
): Stored {
  const { replicas = 2, updated = replicas, isUnseen = false, spec, status } = rollout;
  const counts =
    kind === 'DaemonSet'
      ? { desiredNumberScheduled: replicas, updatedNumberScheduled: updated }
      : { replicas, updatedReplicas: updated };
  return stored(kind, name, {
    list: ['pull'],
    metadata: { generation: 2 },
    spec: { selector: { matchLabels: { app: name } }, ...(kind === 'DaemonSet' ? {} : { replicas }), ...spec },
    rest: { status: { observedGeneration: isUnseen ? 1 : 2, ...counts, ...status } },
  });
}
