/** A transport that reads and lists objects in memory, for tests of code that only reads and decides. */

import { ApiError } from '../../src/cluster/api-error.ts';
import type { ApiRequest } from '../../src/cluster/api-request.ts';
import { objectPath, type Resource } from '../../src/cluster/object-request.ts';
import type { Transport } from '../../src/cluster/transport.ts';
import { ownNamespace } from '../../src/secret/selected-namespace.ts';
import { machineClock } from '../../src/system/clock.ts';
import { type ApiObject, fieldOf } from '../../src/workloads/api-object.ts';
import { type PullKindName, pullKind } from '../../src/workloads/kind.ts';
import { type PullSpec, pullSpecOf } from '../../src/workloads/pull-spec.ts';

export type Stored = readonly [kind: PullKindName | keyof typeof OTHERS, object: ApiObject];

const OTHERS = {
  Secret: { group: '', plural: 'secrets' },
  Event: { group: '', plural: 'events' },
  Node: { group: '', plural: 'nodes' },
} as const;

/** A transport over `objects`. `forbidden` lists denied actions such as `list pods`. */
export function storedObjects(objects: readonly Stored[], forbidden: readonly string[] = []): Transport {
  const stored = objects.map(([kind, object]) => ({
    object,
    namespace: kind === 'Node' ? undefined : metadataOf(object, 'namespace'),
    resource: resourceOf(kind),
  }));
  const namespaces = new Set(stored.map(({ namespace }) => `/api/v1/namespaces/${namespace}`));
  return {
    namespace: ownNamespace('team'),
    server: 'https://cluster.example',
    watch: () => Promise.reject(new Error('nothing is watched here')),
    concurrency: 4,
    clock: machineClock,
    close: () => undefined,
    signal: new AbortController().signal,
    request: <T>({ method, path, query = {}, reader }: ApiRequest): Promise<T> => {
      if (method !== 'GET') return Promise.reject(new Error(`${method} ${path}`));
      const one = stored.find(
        ({ object, namespace, resource }) => objectPath(resource, namespace, metadataOf(object, 'name')) === path,
      );
      const items = stored.filter(({ namespace, resource }) =>
        [objectPath(resource), objectPath(resource, namespace)].includes(path),
      );
      const plural = path.split('/').findLast((part) => RESOURCES.includes(part)) ?? '';
      if (namespaces.has(path)) return Promise.resolve({} as T);
      const verb = path.endsWith(`/${plural}`) ? 'list' : 'get';
      if (forbidden.includes(`${verb} ${plural}`)) return Promise.reject(new ApiError(403, 'Forbidden', 'no'));
      if (verb === 'get' && one === undefined) return Promise.reject(new ApiError(404, 'NotFound', 'not found'));
      const chosen = items.map(({ object }) => object).filter((object) => isChosen(object, query));
      const answer = Buffer.from(JSON.stringify(verb === 'get' ? one?.object : { items: chosen }));
      const read = reader?.();
      read?.take(answer);
      return Promise.resolve((read === undefined ? JSON.parse(`${answer}`) : read.end()) as T);
    },
  };
}

/** The pull spec of a stored object. */
export function specOf([kind, object]: Stored): PullSpec {
  const spec = isOther(kind) ? undefined : pullSpecOf(pullKind(kind), object);
  if (spec === undefined) throw new Error(`${kind} has no pull secrets`);
  return spec;
}

const KINDS: readonly PullKindName[] = [
  'Pod',
  'ServiceAccount',
  'Deployment',
  'ReplicaSet',
  'StatefulSet',
  'DaemonSet',
  'Job',
  'CronJob',
  'ReplicationController',
  'PodTemplate',
];
const RESOURCES = [...KINDS.map((kind) => pullKind(kind).plural), ...Object.values(OTHERS).map(({ plural }) => plural)];

function resourceOf(kind: Stored[0]): Resource {
  return isOther(kind) ? OTHERS[kind] : pullKind(kind);
}

function isOther(kind: Stored[0]): kind is keyof typeof OTHERS {
  return kind in OTHERS;
}

function metadataOf(object: ApiObject, field: string): string {
  return `${fieldOf(object, 'metadata', field) ?? ''}`;
}

/** Whether the object matches the selectors. Only equality is supported, and the absence of a label. */
function isChosen(
  object: ApiObject,
  { labelSelector, fieldSelector }: Readonly<Record<string, string | undefined>>,
): boolean {
  const pairsOf = (selector = ''): string[][] =>
    selector === '' ? [] : selector.split(',').map((pair) => pair.split('='));
  return (
    pairsOf(labelSelector).every(
      ([key = '', value]) => fieldOf(object, 'metadata', 'labels', key.replace('!', '')) === value,
    ) && pairsOf(fieldSelector).every(([field = '', value]) => fieldOf(object, ...field.split('.')) === value)
  );
}

export interface StoredOptions {
  readonly list?: readonly string[] | undefined;
  readonly account?: string;
  readonly image?: string;
  readonly policy?: string;
  /** `Kind/name` of the controller, whose uid is its name. */
  readonly owner?: string;
  readonly metadata?: object;
  /** Additional fields of the spec. */
  readonly spec?: object;
  readonly rest?: object;
}

const list = (names: readonly string[] | undefined): object =>
  names === undefined ? {} : { imagePullSecrets: names.map((name) => (name === '' ? {} : { name })) };

/** An object in the namespace `team`, whose uid is its name. */
export function stored(kind: PullKindName, name: string, options: StoredOptions = {}): Stored {
  const { account, image = 'ghcr.io/acme/web', policy, owner, spec = {}, rest = {} } = options;
  const [ownerKind = '', ownerName = ''] = owner?.split('/') ?? [];
  const apiVersion =
    { Job: 'batch/v1', CronJob: 'batch/v1', Rollout: 'argoproj.io/v1alpha1', Node: 'v1', ReplicationController: 'v1' }[
      ownerKind
    ] ?? 'apps/v1';
  const references = [{ apiVersion, kind: ownerKind, name: ownerName, uid: ownerName, controller: true }];
  const metadata = {
    namespace: 'team',
    name,
    uid: name,
    ...(owner === undefined ? {} : { ownerReferences: references }),
    ...options.metadata,
  };
  if (kind === 'ServiceAccount') return [kind, { metadata, ...list(options.list), ...rest }];
  const pod = {
    ...list(options.list),
    ...(account === undefined ? {} : { serviceAccountName: account }),
    containers: [{ name: 'app', image, ...(policy === undefined ? {} : { imagePullPolicy: policy }) }],
  };
  // A real API server sets the service account at admission.
  if (kind === 'Pod') return [kind, { metadata, spec: { serviceAccountName: 'default', ...pod, ...spec }, ...rest }];
  if (kind === 'CronJob')
    return [kind, { metadata, spec: { jobTemplate: { spec: { template: { spec: pod } } }, ...spec }, ...rest }];
  return [kind, { metadata, spec: { template: { spec: pod }, ...spec }, ...rest }];
}
