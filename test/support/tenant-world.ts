/** A cluster with honest namespaces and a tenant's, and the registries to which each namespace may send its passwords. */
import { type ApiClient, createApiClient } from '../environment/api-client.ts';
import { waitFor } from '../environment/condition.ts';
import type { ClusterInfo } from '../environment/control-plane.ts';
import { CANARY } from './canary.ts';
import { fc } from './fast-check.ts';
import { pool } from './pool.ts';
import { type TenantObject, type TenantPlaces, tenantObject } from './tenant-objects.ts';
import type { TenantRegistries } from './tenant-registries.ts';

export interface TenantWorld {
  readonly client: ApiClient;
  readonly registries: TenantRegistries;
  /** The ports to which kubelets send a namespace's passwords, by namespace. */
  readonly allowed: Map<string, ReadonlySet<number>>;
}

const passwordOf = (namespace: string): string => `${CANARY}-${namespace}-end`;

export function openWorld(cluster: ClusterInfo, registries: TenantRegistries): TenantWorld {
  const client = createApiClient({ ...cluster, certificate: cluster.admin });
  return { client, registries, allowed: new Map() };
}

/** Adds a namespace with a working login, a missing one, and a wildcard key that covers the tenants' registries. */
export async function addHonest(world: TenantWorld, index: number): Promise<string> {
  const namespace = `honest-${index}`;
  const { honest, tenants } = world.registries;
  const port = honest[index % honest.length] ?? 0;
  world.allowed.set(namespace, new Set([port]));
  await addNamespace(world, namespace);
  const login = { username: namespace, password: passwordOf(namespace) };
  const keys = [`127.0.0.1:${port}`, ...tenants.map((other) => `127.0.0.*:${other}`)];
  const auths = Object.fromEntries(keys.map((key) => [key, login]));
  await add(world, namespace, secret('pull', { auths }));
  await add(world, namespace, secret('broken', { auths: { 'no host': login } }));
  await add(world, namespace, pod('good', `127.0.0.1:${port}/team/app:v1`, 'pull'));
  await add(world, namespace, pod('lonely', `127.0.0.1:${port}/team/app:v1`, 'gone'));
  return namespace;
}

/** Adds `count` generated objects to a tenant's namespace. Returns how many the API server accepts. */
export async function addTenant(
  world: TenantWorld,
  namespace: string,
  places: TenantPlaces,
  { count, seed }: { readonly count: number; readonly seed: number },
): Promise<number> {
  await addNamespace(world, namespace);
  const objects = fc.sample(tenantObject(places, passwordOf(namespace)), { numRuns: count, seed });
  // The tenant has keys for all of these hosts and for the token servers that they name.
  const own = places.hosts.map((host) => Number(host.split(':')[1]));
  const { realms } = world.registries;
  world.allowed.set(namespace, new Set(own.flatMap((port) => [port, realms.get(port) ?? port])));
  const taken = await pool(16, objects, (object, index) => add(world, namespace, withName(object, index, namespace)));
  return taken.filter(Boolean).length;
}

/** Passwords that reached a port to which no kubelet sends them, as `NAMESPACE at PORT`. */
export function strayPasswords({ registries, allowed }: TenantWorld): string[] {
  const stray = new Set<string>();
  for (const { port, content } of registries.seen) {
    for (const [namespace, ports] of allowed) {
      if (content.includes(passwordOf(namespace)) && !ports.has(port)) stray.add(`${namespace} at ${port}`);
    }
  }
  return [...stray];
}

function withName(object: TenantObject, index: number, namespace: string): TenantObject {
  const { involvedObject, ...body } = object.body;
  const about = involvedObject === undefined ? {} : { involvedObject: { ...Object(involvedObject), namespace } };
  return { ...object, body: { ...body, ...about, metadata: { ...body.metadata, name: `x${index}` } } };
}

function secret(name: string, config: object): TenantObject {
  const data = { '.dockerconfigjson': Buffer.from(JSON.stringify(config)).toString('base64') };
  return { kind: 'secrets', body: { metadata: { name }, type: 'kubernetes.io/dockerconfigjson', data } };
}

function pod(name: string, image: string, pullSecret: string): TenantObject {
  const containers = [{ name: 'app', image, imagePullPolicy: 'Always' }];
  const spec = { schedulerName: 'nobody', containers, imagePullSecrets: [{ name: pullSecret }] };
  return { kind: 'pods', body: { metadata: { name }, spec }, said: 'no basic auth credentials' };
}

export async function addNamespace({ client }: TenantWorld, name: string): Promise<void> {
  await client.request('POST', '/api/v1/namespaces', { metadata: { name } });
  const path = `/api/v1/namespaces/${name}/serviceaccounts/default`;
  const isThere = async (): Promise<boolean> => (await client.request('GET', path)).status === 200;
  await waitFor(isThere, { what: `the service account of ${name}` });
}

export async function add(
  { client }: TenantWorld,
  namespace: string,
  { kind, body, said }: TenantObject,
): Promise<boolean> {
  const path = `/api/v1/namespaces/${namespace}/${kind}`;
  const { status, body: answer } = await client.request('POST', path, body);
  if (status >= 500) throw new Error(`${path}: ${status} ${JSON.stringify(answer).slice(0, 1000)}`);
  if (status !== 201 || said === undefined) return status === 201;
  const { image } = answer.spec.containers[0];
  const state = { waiting: { reason: 'ErrImagePull', message: said } };
  const containerStatuses = [{ name: 'app', image, imageID: '', ready: false, restartCount: 0, state }];
  const patch = { status: { phase: 'Pending', containerStatuses } };
  const headers = { 'content-type': 'application/merge-patch+json' };
  await client.request('PATCH', `${path}/${answer.metadata.name}/status`, patch, headers);
  return true;
}
