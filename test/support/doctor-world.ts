/** Situations of pods on a real node, and the code that sets them up. */
import type { Outcome } from '../../src/diagnosis/judgement.ts';
import type { FindingCode } from '../../src/findings/finding.ts';
import type { PullError } from '../../src/workloads/pull-error.ts';
import type { Feature } from '../environment/kubernetes-features.ts';
import { api, kubectl, type NodeInfo, newNamespace, node, placedOn, sharedRegistries } from '../environment/use.ts';
import { created, type Kind, named, newScheduledWorkload } from './attach-world.ts';

/** The content of a Secret: a docker config, or type and data. */
export type Content = object | { readonly type: string; readonly data: Readonly<Record<string, string>> };

export interface Setup {
  /** The registry of the image. Default: the Basic registry. */
  readonly on?: 'basic' | 'bearer';
  readonly kind?: Kind;
  /** The image, given the registry host. Default: janedoe's private image. */
  readonly image?: (host: string) => string | Promise<string>;
  /** Starts a host in front of the registry and returns its name. */
  readonly host?: (behind: string) => Promise<string>;
  readonly policy?: 'Always' | 'IfNotPresent' | 'Never';
  readonly secrets?: (host: string) => Readonly<Record<string, Content>>;
  /** The pod's own `imagePullSecrets`, as names or as entries. */
  readonly list?: readonly (string | object)[];
  /** The `imagePullSecrets` of the service account when the pod is created. */
  readonly account?: readonly string[];
  /** Additional fields of the pod spec. */
  readonly spec?: (image: string) => object;
  /** Additional fields of the workload spec. */
  readonly fields?: object;
  /** Uses the image for an ephemeral container, which is added once the pod runs. */
  readonly debug?: true;
  readonly before?: (place: Place) => Promise<unknown>;
  /** Runs `why` while the kubelet backs off before its next attempt, and its message contains the error. */
  readonly backOff?: true;
  /** Runs once the kubelet has done what it can. */
  readonly after?: (place: Place) => Promise<unknown>;
  /** The feature that the node must have. The situation is left out otherwise. */
  readonly needs?: Feature;
  /** Blocks the node's pulls until `why` has been run, where `after` repairs the cause. */
  readonly gate?: true;
}

export interface Place {
  readonly namespace: string;
  readonly host: string;
  readonly image: string;
  readonly node: NodeInfo;
}

/** The state after `why` has been run. */
export interface Diagnosed extends Place {
  readonly pod: string;
  /** The command that `why` proposes for each image. */
  readonly commands: readonly string[];
  /** Runs a command as a user would paste it. `editor` is the editor that kubectl starts. */
  paste(command: string, editor?: string): Promise<void>;
}

export interface Expected {
  /** The result of the kubelet: the container runs, or the pull error that the kubelet reports. */
  readonly kubelet: 'runs' | PullError;
  readonly cause?: FindingCode;
  /** The cause with --offline, where only the kubelet's message is known. Left out: the same cause. `some`: any cause. */
  readonly offline?: FindingCode | 'none' | 'some';
  /** Left out: the outcome that matches the kubelet. */
  readonly outcome?: Outcome;
  /** The command as printed, with NS, HOST and POD in place of the values that differ in each run. */
  readonly fix?: string;
  /**
   * How the pod is repaired; in every case it must run afterwards. Left out: the proposed command is run. A function follows the
   * section of the finding where the command only shows more, or has a gap to fill in.
   */
  readonly healed?: 'by itself' | ((diagnosed: Diagnosed) => Promise<unknown>);
  readonly notes?: readonly FindingCode[];
  /** Left out: 1 where there is a cause. */
  readonly exit?: 0 | 1;
}

export type Situation = readonly [title: string, setup: Setup, expected: Expected];

export async function make({ on = 'basic', kind = 'Pod', ...setup }: Setup, where: NodeInfo = node()): Promise<Place> {
  const { host: behind, privateImage } = sharedRegistries()[on];
  const host = (await setup.host?.(behind)) ?? behind;
  const image = (await setup.image?.(host)) ?? privateImage.replace(behind, host);
  const namespace = await newNamespace({ serviceAccount: true });
  const place = { namespace, host, image, node: where };
  for (const [name, content] of Object.entries(setup.secrets?.(host) ?? {})) await store(namespace, name, content);
  if (setup.account !== undefined) await giveAccount(namespace, setup.account);
  await setup.before?.(place);
  const list = setup.list?.map((entry) => (typeof entry === 'string' ? { name: entry } : entry));
  const container = { name: 'app', image, imagePullPolicy: setup.policy ?? 'Always' };
  await newScheduledWorkload(kind, namespace, {
    name: 'web',
    image,
    ...(list === undefined ? {} : { list }),
    spec: { containers: [container], ...placedOn(where), ...setup.spec?.(image) },
    fields: setup.fields ?? {},
  });
  if (kind === 'CronJob') await kubectl(['create', 'job', '--from=cronjob/web', 'web-now', '-n', namespace]);
  return place;
}

export async function store(namespace: string, name: string, content: Content): Promise<void> {
  const json = Buffer.from(JSON.stringify(content)).toString('base64');
  const usual = { type: 'kubernetes.io/dockerconfigjson', data: { '.dockerconfigjson': json } };
  const whole = { apiVersion: 'v1', kind: 'Secret', ...('data' in content ? content : usual) };
  const { metadata = {} } = content as { metadata?: object };
  await created(`/api/v1/namespaces/${namespace}/secrets`, { ...whole, metadata: { ...metadata, name } });
}

/** Gives the service account `default` this list. */
export async function giveAccount(namespace: string, names: readonly string[], fields: object = {}): Promise<void> {
  const body = { ...fields, imagePullSecrets: named(...names) };
  const { status } = await patch(`/api/v1/namespaces/${namespace}/serviceaccounts/default`, body);
  if (status !== 200) throw new Error(`the service account of ${namespace}: ${status}`);
}

export function patch(path: string, body: object): ReturnType<typeof api> {
  return api('PATCH', path, body, { 'content-type': 'application/merge-patch+json' });
}
