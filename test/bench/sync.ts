/** Compares `sync` into many namespaces, and `rotate`, with `kubectl apply --server-side` of the same Secrets. */
import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ApiClient, createApiClient } from '../environment/api-client.ts';
import { run } from '../environment/child.ts';
import type { ClusterInfo } from '../environment/control-plane.ts';
import { pool } from '../support/pool.ts';
import type { Sample } from './measure.ts';

const NAMESPACES = 1_000;
/** The number of requests that the benchmark itself sends at a time. */
const WIDTH = 32;
const HOME = 'sync-home';
const DATA = {
  '.dockerconfigjson': Buffer.from('{"auths":{"ghcr.io":{"auth":"amFuZTpzZWNyZXQ="}}}').toString('base64'),
};
const TYPE = 'kubernetes.io/dockerconfigjson';

/**
 * Returns the samples of: a first run, a second run with nothing to do, `rotate` of all copies, `sync` with `--attach
 * sa/default`, and kubectl. They are by round, and chance decides which program is first.
 */
export async function measureSync(cluster: ClusterInfo, executable: string, rounds: number): Promise<Sample[][]> {
  const api = createApiClient({ ...cluster, certificate: cluster.admin });
  const names = Array.from({ length: NAMESPACES }, (_, index) => `sync-${index}`);
  await createSpaces(api, names);
  const file = join(cluster.folder, 'sync.json');
  const items = names.map((namespace) => secretOf('applied', namespace));
  writeFileSync(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
  const env = { HOME: cluster.home, KUBECONFIG: cluster.kubeconfig, PATH: '/usr/bin:/bin' };
  const timed = async (program: string, args: readonly string[], said: string): Promise<Sample> => {
    const start = performance.now();
    const { code, stdout, stderr } = await run(program, args, { env });
    const milliseconds = performance.now() - start;
    if (code !== 0 || !(stdout + stderr).includes(said))
      throw new Error(`${args.join(' ')}: ${stdout.slice(-200)} ${stderr}`);
    return { milliseconds, cpuMilliseconds: Number.NaN, peakBytes: Number.NaN };
  };
  const sync = ['sync', 'pull', '-n', HOME, '-l', 'bench=sync'];
  const password = join(cluster.folder, 'password');
  const login = ['--server', 'ghcr.io', '--username', 'jane', '--password-file', password, '--no-verify'];
  const samples: [Sample[], Sample[], Sample[], Sample[], Sample[]] = [[], [], [], [], []];
  const ours = async (): Promise<void> => {
    samples[0].push(await timed(executable, sync, `${NAMESPACES} created`));
    samples[1].push(await timed(executable, sync, `${NAMESPACES} unchanged`));
    writeFileSync(password, randomUUID());
    const rotate = ['rotate', 'pull', '-n', HOME, '-A', ...login];
    samples[2].push(await timed(executable, rotate, `${NAMESPACES + 1} updated`));
    await removeAll(api, names);
    samples[3].push(await timed(executable, [...sync, '--attach', 'sa/default'], `${NAMESPACES} patched`));
  };
  const theirs = async (): Promise<void> => {
    const args = ['apply', '--server-side', '-f', file];
    samples[4].push(await timed(cluster.bin.kubectl, args, 'serverside-applied'));
  };
  for (let round = 0; round < rounds; round += 1) {
    await removeAll(api, names);
    for (const work of Math.random() < 0.5 ? [ours, theirs] : [theirs, ours]) await work();
  }
  api.close();
  return samples;
}

/** A pull secret of the benchmark. */
export function secretOf(name: string, namespace: string): object {
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace }, type: TYPE, data: DATA };
}

async function createSpaces(api: ApiClient, names: readonly string[]): Promise<void> {
  await api.request('POST', '/api/v1/namespaces', { metadata: { name: HOME } });
  await api.request('POST', `/api/v1/namespaces/${HOME}/secrets`, secretOf('pull', HOME));
  const labels = { bench: 'sync' };
  await pool(WIDTH, names, (name) => api.request('POST', '/api/v1/namespaces', { metadata: { name, labels } }));
}

/** Removes the Secrets of both programs, and the references to them. */
async function removeAll(api: ApiClient, names: readonly string[]): Promise<void> {
  const headers = { 'content-type': 'application/merge-patch+json' };
  const patch = { imagePullSecrets: null };
  await pool(WIDTH, names, async (name) => {
    const path = `/api/v1/namespaces/${name}`;
    await api.request('DELETE', `${path}/secrets`);
    await api.request('PATCH', `${path}/serviceaccounts/default`, patch, headers);
  });
}
