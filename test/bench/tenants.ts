/** Compares `list -A` and `doctor -A --offline` in a cluster with hostile tenants' objects to one with as many honest objects. */
import { createApiClient } from '../environment/api-client.ts';
import { run } from '../environment/child.ts';
import type { ClusterInfo } from '../environment/control-plane.ts';
import { startSupervisor } from '../environment/supervisor.ts';
import { pool } from '../support/pool.ts';
import type { TenantObject } from '../support/tenant-objects.ts';
import { add, addNamespace, addTenant, type TenantWorld } from '../support/tenant-world.ts';
import type { Sample } from './measure.ts';

const NAMESPACES = 10;
const OBJECTS_EACH = 500;
const PLACES = {
  hosts: ['127.0.0.1:1', '127.0.0.1:2'],
  strangers: ['ghcr.io', 'docker.io', 'registry.x.invalid:5000'],
  secrets: ['pull', 'gone', 'broken'],
};

/** The samples in the tenants' cluster, then in the honest one, by round. */
export interface TenantSamples {
  readonly list: Sample[][];
  readonly doctor: Sample[][];
}

/** `program` is the executable, or another command with arguments. Each of the two clusters has its own control plane. */
export async function measureTenants(program: readonly [string, ...string[]], rounds: number): Promise<TenantSamples> {
  const supervisors = await Promise.all([startSupervisor(), startSupervisor()]);
  try {
    const clusters = await Promise.all(supervisors.map((supervisor) => supervisor.cluster()));
    await Promise.all(clusters.map((cluster, index) => fill(cluster, index === 0)));
    const samples: TenantSamples = { list: [[], []], doctor: [[], []] };
    for (let round = 0; round < rounds; round += 1) {
      for (const [index, cluster] of clusters.entries()) {
        samples.list[index]?.push(await timed(program, ['list', '-A'], cluster));
        samples.doctor[index]?.push(await timed(program, ['doctor', '-A', '--offline'], cluster));
      }
    }
    return samples;
  } finally {
    for (const supervisor of supervisors) await supervisor.close();
  }
}

async function timed(
  [file, ...first]: readonly string[],
  args: readonly string[],
  cluster: ClusterInfo,
): Promise<Sample> {
  const env = { HOME: cluster.home, KUBECONFIG: cluster.kubeconfig, PATH: '/usr/bin:/bin' };
  const start = performance.now();
  const { code, stderr } = await run(file ?? '', [...first, ...args], { env });
  const milliseconds = performance.now() - start;
  // Exit code 1 means a finding.
  if (code > 1 || /^error: /m.test(stderr)) throw new Error(`${args.join(' ')}: ${stderr}`);
  return { milliseconds, cpuMilliseconds: Number.NaN, peakBytes: Number.NaN };
}

async function fill(cluster: ClusterInfo, isHostile: boolean): Promise<void> {
  const client = createApiClient({ ...cluster, certificate: cluster.admin });
  const none = { honest: [], tenants: [], realms: new Map(), seen: [], close: () => undefined };
  const world: TenantWorld = { client, registries: none, allowed: new Map() };
  for (let index = 0; index < NAMESPACES; index += 1) {
    const namespace = `team-${index}`;
    if (isHostile) await addTenant(world, namespace, PLACES, { count: OBJECTS_EACH, seed: index });
    else await addHonestTeam(world, namespace);
  }
  client.close();
}

/** Adds as many honest objects of each kind as a tenant has. */
async function addHonestTeam(world: TenantWorld, namespace: string): Promise<void> {
  await addNamespace(world, namespace);
  const objects = Array.from({ length: OBJECTS_EACH }, (_, index) => honestObject(index));
  const taken = await pool(16, objects, (object) => add(world, namespace, object));
  if (taken.includes(false)) throw new Error('the API server takes not all honest objects');
}

function honestObject(index: number): TenantObject {
  const metadata = { name: `x${index}` };
  const imagePullSecrets = [{ name: `x${index - (index % 20)}` }];
  if (index % 20 < 6) {
    const auth = Buffer.from(`user-${index}:password-${index}`).toString('base64');
    const auths = { 'ghcr.io': { auth }, 'quay.io': { auth }, [`r${index}.example.com`]: { auth } };
    const data = { '.dockerconfigjson': Buffer.from(JSON.stringify({ auths })).toString('base64') };
    return { kind: 'secrets', body: { metadata, type: 'kubernetes.io/dockerconfigjson', data } };
  }
  if (index % 20 < 10) return { kind: 'serviceaccounts', body: { metadata, imagePullSecrets } };
  const containers = [{ name: 'app', image: `ghcr.io/acme/app:v${index}` }];
  const body = { metadata, spec: { schedulerName: 'nobody', containers, imagePullSecrets } };
  return index % 2 === 0 ? { kind: 'pods', body } : { kind: 'pods', body, said: 'no basic auth credentials' };
}
