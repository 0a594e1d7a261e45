/** Compares `attach --all-serviceaccounts -A` with plain HTTP connections that write the same lists. */
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { type ApiClient, createApiClient } from '../environment/api-client.ts';
import { run } from '../environment/child.ts';
import type { ClusterInfo } from '../environment/control-plane.ts';
import type { Sample } from './measure.ts';

const NAMESPACES = 20;
const ACCOUNTS_EACH = 50;
const CONNECTIONS = 32;
const LIST = { imagePullSecrets: [{ name: 'fleet' }] };

/**
 * Returns the samples of the command (start, lists and checks included) and of the plain writes, by round. In each round one of
 * the two attaches and the other detaches, at random, so that both change every list.
 */
export async function measureFleet(cluster: ClusterInfo, executable: string, rounds: number): Promise<Sample[][]> {
  const paths = await createFleet(cluster);
  const env = { HOME: cluster.home, KUBECONFIG: cluster.kubeconfig, PATH: '/usr/bin:/bin' };
  const command = async (verb: 'attach' | 'detach'): Promise<void> => {
    const { code, stdout, stderr } = await run(executable, [verb, 'fleet', '--all-serviceaccounts', '-A'], { env });
    const written = stdout.match(/ patched /g)?.length;
    if (code !== 0 || written !== paths.length) throw new Error(`${verb} wrote ${written} lists: ${stderr}`);
  };
  const bare = (list: object): Promise<void> => writeAll(cluster, paths, JSON.stringify(list));
  const samples: [Sample[], Sample[]] = [[], []];
  for (let round = 0; round < rounds; round += 1) {
    const none = { imagePullSecrets: null };
    if (Math.random() < 0.5) {
      samples[0].push(await timed(() => command('attach')));
      samples[1].push(await timed(() => bare(none)));
    } else {
      samples[1].push(await timed(() => bare(LIST)));
      samples[0].push(await timed(() => command('detach')));
    }
  }
  return samples;
}

async function timed(work: () => Promise<void>): Promise<Sample> {
  const start = performance.now();
  await work();
  return { milliseconds: performance.now() - start, cpuMilliseconds: Number.NaN, peakBytes: Number.NaN };
}

/** Creates the namespaces and service accounts, and returns the accounts' paths. */
async function createFleet(cluster: ClusterInfo): Promise<string[]> {
  const api = createApiClient({ ...cluster, certificate: cluster.admin });
  const namespaces = Array.from({ length: NAMESPACES }, (_, index) => `fleet-${index}`);
  const paths = await Promise.all(namespaces.map((name) => createNamespace(api, name)));
  api.close();
  return paths.flat();
}

async function createNamespace(api: ApiClient, name: string): Promise<string[]> {
  const path = `/api/v1/namespaces/${name}`;
  await created(api, '/api/v1/namespaces', { metadata: { name } });
  await created(api, `${path}/secrets`, {
    metadata: { name: 'fleet' },
    type: 'kubernetes.io/dockerconfigjson',
    stringData: {
      '.dockerconfigjson': JSON.stringify({ auths: { 'ghcr.io': { username: 'jane', password: 'secret' } } }),
    },
  });
  // The controller creates `default`.
  const names = Array.from({ length: ACCOUNTS_EACH - 1 }, (_, index) => `robot-${index}`);
  for (const account of names) await created(api, `${path}/serviceaccounts`, { metadata: { name: account } });
  return [...names, 'default'].map((account) => `${path}/serviceaccounts/${account}`);
}

async function created(api: ApiClient, path: string, body: object): Promise<void> {
  const { status } = await api.request('POST', path, body);
  if (status !== 201) throw new Error(`cannot create ${JSON.stringify(body)}: HTTP ${status}`);
}

/** Sends one merge patch for each path, which is the least that has to be sent, on as many connections as the command uses. */
async function writeAll(cluster: ClusterInfo, paths: readonly string[], body: string): Promise<void> {
  const { caFile, admin, server } = cluster;
  const agent = new Agent({
    keepAlive: true,
    maxSockets: CONNECTIONS,
    ca: readFileSync(caFile),
    cert: readFileSync(admin.certFile),
    key: readFileSync(admin.keyFile),
  });
  await Promise.all(paths.map((path) => patch(new URL(path, server), agent, body)));
  agent.destroy();
}

function patch(url: URL, agent: Agent, body: string): Promise<void> {
  const headers = { 'content-type': 'application/merge-patch+json', 'content-length': body.length };
  return new Promise((resolve, reject) => {
    const sent = request(url, { agent, method: 'PATCH', headers }, (answer) => {
      if (answer.statusCode !== 200) reject(new Error(`${url.pathname}: HTTP ${answer.statusCode}`));
      answer.resume().once('end', resolve);
    });
    sent.once('error', reject).end(body);
  });
}
