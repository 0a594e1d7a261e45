/** Sets up and looks up objects for the tests of `attach` and `detach`. */
import { randomBytes } from 'node:crypto';
import { dirname } from 'node:path';
import { api, cluster, waitFor } from '../environment/use.ts';
import { here, type RanHere } from './here.ts';
import type { FakeIoOptions } from './io.ts';

export interface Metadata {
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly labels?: Record<string, string>;
  readonly annotations?: Record<string, string>;
  readonly managedFields?: readonly {
    readonly manager: string;
    readonly operation: string;
    readonly fieldsV1: object;
  }[];
}

export interface Account {
  readonly metadata: Metadata;
  readonly imagePullSecrets?: readonly { readonly name?: string }[];
}

/**
 * A random name. It is long enough that no two are alike enough for "did you mean": of 300 names with 8 digits, two often are.
 */
export const freshName = (prefix = 'x'): string => `${prefix}-${randomBytes(6).toString('hex')}`;

/** An `imagePullSecrets` list with these names. */
export const named = (...names: string[]): { name: string }[] => names.map((name) => ({ name }));

/** Runs a command line in `namespace`. */
export function regsecretIn(
  namespace: string,
  args: readonly string[],
  options: { kubeconfig?: string; secretOnStdout?: boolean } & FakeIoOptions = {},
): Promise<RanHere> {
  const { kubeconfig = cluster().kubeconfig, ...rest } = options;
  const env = { KUBECONFIG: kubeconfig, XDG_STATE_HOME: dirname(cluster().kubeconfig), ...rest.env };
  return here([...args, '-n', namespace], { ...rest, env });
}

export async function created<T>(path: string, body: object): Promise<T> {
  const answer = await api('POST', path, body);
  if (answer.status !== 201) throw new Error(`${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body as T;
}

export function newAccount(namespace: string, body: object = {}, name = freshName('sa')): Promise<Account> {
  const whole = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name }, ...body };
  return created(`/api/v1/namespaces/${namespace}/serviceaccounts`, whole);
}

export async function account(namespace: string, name: string): Promise<Account> {
  return (await api('GET', `/api/v1/namespaces/${namespace}/serviceaccounts/${name}`)).body as Account;
}

/** Creates a pull secret with a login for `host`. */
export function newPullSecret(
  namespace: string,
  name: string,
  host = 'r.example',
  login: { username: string; password: string } = { username: 'jane', password: 'x' },
): Promise<unknown> {
  const auth = Buffer.from(`${login.username}:${login.password}`).toString('base64');
  return newSecret(namespace, name, 'kubernetes.io/dockerconfigjson', {
    '.dockerconfigjson': JSON.stringify({ auths: { [host]: { auth } } }),
  });
}

export function newSecret(namespace: string, name: string, type: string, stringData: object): Promise<unknown> {
  const body = { apiVersion: 'v1', kind: 'Secret', metadata: { name }, type, stringData };
  return created(`/api/v1/namespaces/${namespace}/secrets`, body);
}

export interface PodSpecOptions {
  readonly image?: string;
  readonly list?: readonly object[];
  readonly account?: string;
  readonly spec?: object;
}

export function podSpec({ image = 'r.example/app:1', list, account: name, spec = {} }: PodSpecOptions = {}): object {
  return {
    terminationGracePeriodSeconds: 1,
    containers: [{ name: 'app', image, imagePullPolicy: 'Always' }],
    ...(list === undefined ? {} : { imagePullSecrets: list }),
    ...(name === undefined ? {} : { serviceAccountName: name }),
    ...spec,
  };
}

export type Kind =
  | 'Deployment'
  | 'StatefulSet'
  | 'DaemonSet'
  | 'ReplicaSet'
  | 'ReplicationController'
  | 'Job'
  | 'CronJob'
  | 'PodTemplate'
  | 'Pod';

/** The API path of a kind in a namespace, or of one object. */
export function pathOf(kind: Kind, namespace: string, name = ''): string {
  const group = {
    Deployment: 'apps',
    StatefulSet: 'apps',
    DaemonSet: 'apps',
    ReplicaSet: 'apps',
    Job: 'batch',
    CronJob: 'batch',
  };
  const api = kind in group ? `/apis/${group[kind as keyof typeof group]}/v1` : '/api/v1';
  return `${api}/namespaces/${namespace}/${kind.toLowerCase()}s${name === '' ? '' : `/${name}`}`;
}

export interface WorkloadOptions extends PodSpecOptions {
  readonly name?: string;
  readonly fields?: object;
  readonly metadata?: object;
}

/** Like `newScheduledWorkload`, but no node accepts its pods, so that a test can write their status itself. */
export function newWorkload(kind: Kind, namespace: string, options: WorkloadOptions = {}): Promise<string> {
  const spec = { nodeSelector: { nowhere: 'yes' }, ...options.spec };
  return newScheduledWorkload(kind, namespace, { ...options, spec });
}

/** Creates a workload, or a bare pod; `fields` go into its spec. */
export async function newScheduledWorkload(
  kind: Kind,
  namespace: string,
  options: WorkloadOptions = {},
): Promise<string> {
  const { name = freshName(kind.toLowerCase().slice(0, 4)), fields = {}, metadata = {} } = options;
  const labels = { app: name };
  const template = { metadata: { labels }, spec: podSpec(options) };
  const once = { metadata: { labels }, spec: { ...template.spec, restartPolicy: 'Never' } };
  const specs: Record<Kind, object> = {
    Deployment: { spec: { selector: { matchLabels: labels }, template, ...fields } },
    StatefulSet: { spec: { serviceName: name, selector: { matchLabels: labels }, template, ...fields } },
    DaemonSet: { spec: { selector: { matchLabels: labels }, template, ...fields } },
    ReplicaSet: { spec: { selector: { matchLabels: labels }, template, ...fields } },
    ReplicationController: { spec: { selector: labels, template, ...fields } },
    Job: { spec: { template: once, ...fields } },
    CronJob: { spec: { schedule: '0 0 1 1 *', jobTemplate: { spec: { template: once } }, ...fields } },
    PodTemplate: { template, ...fields },
    Pod: { spec: { ...template.spec, ...fields } },
  };
  const path = pathOf(kind, namespace);
  const apiVersion = path.startsWith('/apis/') ? path.split('/').slice(2, 4).join('/') : 'v1';
  await created(path, { apiVersion, kind, metadata: { name, labels, ...metadata }, ...specs[kind] });
  await cached(path, name, () => true);
  return name;
}

/**
 * Waits until the watch cache of the API server has an object in a state. regsecret reads lists that only inform from this cache,
 * which lags a moment behind a read of the object itself.
 */
// biome-ignore lint/suspicious/noExplicitAny: an object of the API, of whatever kind the path names
export async function cached(path: string, name: string, isRight: (object: any) => boolean): Promise<void> {
  const query = `fieldSelector=metadata.name%3D${name}&resourceVersion=1&resourceVersionMatch=NotOlderThan`;
  const seen = async () => {
    const [object] = (await api('GET', `${path}?${query}`)).body.items;
    return object !== undefined && isRight(object);
  };
  await waitFor(seen, { what: `the cache to have ${name}`, everyMs: 5 });
}

/** Gives the first pod of a workload the status that a kubelet reports for a failed pull, and returns the pod's name. */
export async function failFirstPod(
  namespace: string,
  app: string,
  message = 'no basic auth credentials',
): Promise<string> {
  const path = pathOf('Pod', namespace);
  const query = `${path}?labelSelector=app=${app}`;
  const pod = await waitFor(async () => (await api('GET', query)).body.items[0], { what: `a pod of ${app}` });
  const { name } = pod.metadata;
  const state = { waiting: { reason: 'ErrImagePull', message } };
  const status = {
    name: 'app',
    image: pod.spec.containers[0].image,
    imageID: '',
    ready: false,
    restartCount: 0,
    state,
  };
  const body = { status: { phase: 'Pending', containerStatuses: [status] } };
  const headers = { 'content-type': 'application/merge-patch+json' };
  const answer = await api('PATCH', `${path}/${name}/status`, body, headers);
  if (answer.status !== 200) throw new Error(`${name}: ${answer.status} ${JSON.stringify(answer.body)}`);
  await cached(path, name, (object) => object.status.containerStatuses !== undefined);
  return name;
}

/** The `imagePullSecrets` of a pod or of a workload's pod template. */
export async function listOf(kind: Kind, namespace: string, name: string): Promise<readonly object[] | undefined> {
  const { body } = await api('GET', pathOf(kind, namespace, name));
  if (kind === 'Pod') return body.spec.imagePullSecrets;
  if (kind === 'PodTemplate') return body.template.spec.imagePullSecrets;
  return (kind === 'CronJob' ? body.spec.jobTemplate : body).spec.template.spec.imagePullSecrets;
}
