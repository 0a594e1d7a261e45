/** Namespaces and Secrets for the tests of `sync`. */
import { api, cluster, kubeconfigFor, newNamespace } from '../environment/use.ts';
import { created, freshName, regsecretIn } from './attach-world.ts';
import { CANARY } from './canary.ts';
import { startFaultProxy } from './fault-proxy.ts';

export interface StoredSecret {
  readonly type: string;
  readonly immutable?: boolean;
  readonly data?: Record<string, string>;
  readonly metadata: {
    readonly resourceVersion: string;
    readonly uid: string;
    readonly labels?: Record<string, string>;
    readonly annotations?: Record<string, string>;
    readonly ownerReferences?: readonly object[];
  };
}

/** A payload with one login for each of `hosts`. */
export function payloadOf(...hosts: string[]): string {
  const auth = Buffer.from(`jane:${CANARY}`).toString('base64');
  return Buffer.from(JSON.stringify({ auths: Object.fromEntries(hosts.map((host) => [host, { auth }])) })).toString(
    'base64',
  );
}

export const OURS = { 'app.kubernetes.io/managed-by': 'regsecret' };
const TYPE = 'kubernetes.io/dockerconfigjson';

export const secretsOf = (namespace: string): string => `/api/v1/namespaces/${namespace}/secrets`;

/** The stored Secret, or undefined where there is none. */
export async function secretIn(namespace: string, name = 'regsecret'): Promise<StoredSecret | undefined> {
  const { status, body } = await api('GET', `${secretsOf(namespace)}/${name}`);
  return status === 200 ? (body as StoredSecret) : undefined;
}

/** Creates a Secret with a login for r.example, unless `fields` replaces its data. */
export async function putSecret(namespace: string, fields: object = {}, name = 'regsecret'): Promise<void> {
  const { metadata = {}, ...rest } = fields as { metadata?: object };
  const body = { metadata: { name, ...metadata }, type: TYPE, data: { '.dockerconfigjson': payloadOf('r.example') } };
  await created(secretsOf(namespace), { ...body, ...rest });
}

/** Changes a stored Secret with a merge patch. */
export async function changeSecret(namespace: string, fields: object, name = 'regsecret'): Promise<void> {
  const headers = { 'content-type': 'application/merge-patch+json' };
  const { status, body } = await api('PATCH', `${secretsOf(namespace)}/${name}`, fields, headers);
  if (status !== 200) throw new Error(`${namespace}/${name}: ${status} ${JSON.stringify(body)}`);
}

export interface Fleet {
  /** The namespace of the source. */
  readonly home: string;
  /** The other namespaces. */
  readonly teams: readonly string[];
  /** The prefix of their names, and the value of their label `fleet`. */
  readonly prefix: string;
}

/** Creates a namespace with a source, and `count` others with a common prefix that no other test uses. */
export async function newFleet(count: number, options: { serviceAccount?: boolean } = {}): Promise<Fleet> {
  const prefix = freshName('fleet');
  const home = await newNamespace(options);
  const teams = await Promise.all(
    Array.from({ length: count }, () => newNamespace({ ...options, prefix, labels: { fleet: prefix } })),
  );
  await putSecret(home);
  return { home, teams: teams.sort(), prefix };
}

/**
 * Runs a command, and runs `meddle` once before the first request that begins with `start`, a verb and perhaps a path, is
 * forwarded.
 */
export async function meddled(home: string, args: readonly string[], start: string, meddle: () => Promise<void>) {
  let done: Promise<void> | undefined;
  const proxy = await startFaultProxy(cluster(), async ({ method, path }) => {
    if (!`${method} ${path}`.startsWith(start)) return undefined;
    done = done ?? meddle();
    await done;
    return undefined;
  });
  const ran = await regsecretIn(home, args, { kubeconfig: kubeconfigFor({ server: proxy.server }) });
  await proxy.close();
  return ran;
}
