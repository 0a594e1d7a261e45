/** Situations of pods on a real node, and how they are made. */
import type { Outcome } from '../../src/domain/diagnosis/judgement.ts';
import type { FindingCode } from '../../src/domain/findings/finding.ts';
import type { PullError } from '../../src/domain/workloads/pull-error.ts';
import type { Feature } from '../environment/kubernetes-features.ts';
import { api, kubectl, type NodeInfo, newNamespace, node, placedOn, sharedRegistries } from '../environment/use.ts';
import { created, type Kind, named, newScheduledWorkload } from './attach-world.ts';

/** What a Secret is made of: a docker config, or type and data. */
export type Content = object | { readonly type: string; readonly data: Readonly<Record<string, string>> };

export interface Setup {
  /** What the image is pulled from; the Basic registry where nothing is said. */
  readonly on?: 'basic' | 'bearer';
  readonly kind?: Kind;
  /** By the host of the registry; janedoe's private image where nothing is said. */
  readonly image?: (host: string) => string | Promise<string>;
  /** A host in front of the registry. */
  readonly host?: (behind: string) => Promise<string>;
  readonly policy?: 'Always' | 'IfNotPresent' | 'Never';
  readonly secrets?: (host: string) => Readonly<Record<string, Content>>;
  /** The pod's own list, by names or as it is. */
  readonly list?: readonly (string | object)[];
  /** The list of the service account when the pod is created. */
  readonly account?: readonly string[];
  /** More of the spec of pods. */
  readonly spec?: (image: string) => object;
  /** More of the spec of the workload. */
  readonly fields?: object;
  /** The image of an ephemeral container, which comes into the pod once that runs. */
  readonly debug?: true;
  readonly before?: (place: Place) => Promise<unknown>;
  /** Asked while the kubelet waits before its next attempt, when it says so with the error in it. */
  readonly backOff?: true;
  /** Once the kubelet has done what it can. */
  readonly after?: (place: Place) => Promise<unknown>;
  /** What the node has to know; the situation is left out where it does not. */
  readonly needs?: Feature;
  /** Keeps the node from pulling what `after` puts right until `why` has been asked. */
  readonly gate?: true;
}

export interface Place {
  readonly namespace: string;
  readonly host: string;
  readonly image: string;
  readonly node: NodeInfo;
}

/** What is known once `why` was asked. */
export interface Diagnosed extends Place {
  readonly pod: string;
  /** What it proposes for each image. */
  readonly commands: readonly string[];
  /** Runs a command as a person would paste it, whose editor for kubectl is `editor`. */
  paste(command: string, editor?: string): Promise<void>;
}

export interface Expected {
  /** What the kubelet makes of the image: it runs, or why it says that it does not. */
  readonly kubelet: 'runs' | PullError;
  readonly cause?: FindingCode;
  /** Where no registry is asked, and what the kubelet says must do; left out: the same. `some`: by the second. */
  readonly offline?: FindingCode | 'none' | 'some';
  /** Left out: as the kubelet does. */
  readonly outcome?: Outcome;
  /** As it is printed, with NS, HOST and POD for what differs each time. */
  readonly fix?: string;
  /**
   * Left out: the command is run. In any case the pod runs then. A function does what the section of the finding says, where
   * the command shows more, or has a gap to be filled in.
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
