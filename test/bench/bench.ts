/**
 * `npm run bench` compares regsecret with kubectl on the real API server of the tests. Prints a table of ratios and writes
 * exe/bench.json. With `--check` it fails when a target is missed; `--rounds N` makes it longer or shorter. With `--growth` it
 * prints instead how `sync` grows with the number of namespaces, with `--tenant-cost` what one tenant costs a controller.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { arch, cpus, platform, release } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { executableName, hostName } from '../../build/targets.ts';
import { createApiClient } from '../environment/api-client.ts';
import { waitFor } from '../environment/condition.ts';
import type { ClusterInfo } from '../environment/control-plane.ts';
import { ensurePrograms, kubernetesVersion } from '../environment/programs.ts';
import { report } from '../environment/report.ts';
import { startSupervisor } from '../environment/supervisor.ts';
import { createCrowd } from '../support/crowd.ts';
import { measureFleet } from './fleet.ts';
import { growthTable } from './growth.ts';
import { measure } from './measure.ts';
import { format, isMissed, type Row, rows } from './rows.ts';
import { measureSync } from './sync.ts';
import { tenantCostTable } from './tenant-cost.ts';
import { measureTenants } from './tenants.ts';
import { type Artefacts, cases, crowdCase, WHY_NAMESPACE } from './world.ts';

const root = join(import.meta.dirname, '..', '..');
const { values } = parseArgs({
  options: {
    check: { type: 'boolean', default: false },
    growth: { type: 'boolean', default: false },
    'tenant-cost': { type: 'boolean', default: false },
    rounds: { type: 'string', default: '41' },
  },
});

const executable = join(root, 'exe', executableName(hostName()));
if (!existsSync(executable)) throw new Error(`there is no ${executable}: npm run build:exe -- host`);

const npmPackage = [process.execPath, join(root, 'bin', 'regsecret.cjs')] as const;
const { measure: measurer } = await ensurePrograms(['measure'], report);
const supervisor = await startSupervisor();
try {
  const cluster = await supervisor.cluster();
  if (values.growth) console.log(await growthTable(cluster, executable, measurer));
  else if (values['tenant-cost'])
    console.log(await tenantCostTable(cluster, { executable: [executable], 'npm package': npmPackage }));
  else tell(await run(cluster));
} finally {
  await supervisor.close();
}

function tell(table: readonly Row[]): void {
  const machine = {
    processor: `${cpus().length} × ${cpus()[0]?.model.trim()}`,
    system: `${platform()} ${release()} ${arch()}`,
    node: process.version,
    kubectl: kubernetesVersion,
    rounds: Number(values.rounds),
  };
  writeFileSync(join(root, 'exe', 'bench.json'), `${JSON.stringify({ machine, rows: table }, undefined, 2)}\n`);
  console.log(`${format(table)}\n${Object.values(machine).slice(0, -1).join(', ')}; ${machine.rounds} rounds`);
  const missed = table.filter(isMissed);
  for (const { title } of missed) report(`missed by more than a tenth: ${title}`);
  if (values.check && missed.length > 0) process.exitCode = 1;
}

async function run(cluster: ClusterInfo): Promise<Row[]> {
  const folder = join(cluster.folder, 'bench');
  mkdirSync(folder);
  await putMergedSecret(cluster);
  await putWaitingPod(cluster);
  const artefacts: Artefacts = { executable, npmPackage };
  const all = cases(artefacts, cluster, folder);
  // Only Linux can drop a single file from the page cache.
  const canEvict = platform() === 'linux';
  const samples = await measure(measurer, {
    rounds: Number(values.rounds),
    warmup: 2,
    seed: Date.now(),
    folder,
    evict: canEvict ? [executable, cluster.bin.kubectl] : [],
    cases: canEvict ? all : { ...all, cold: [] },
  });
  // Fewer rounds, because one takes seconds.
  const fleet = await measureFleet(cluster, executable, Math.ceil(Number(values.rounds) / 4));
  const sync = await measureSync(cluster, executable, Math.ceil(Number(values.rounds) / 8));
  await createCrowd(cluster);
  const { crowd } = await measure(measurer, {
    rounds: Math.ceil(Number(values.rounds) / 8),
    warmup: 1,
    seed: Date.now(),
    folder,
    evict: [],
    cases: { crowd: crowdCase(artefacts, cluster) },
  });
  const tenants = await measureTenants([executable], Math.ceil(Number(values.rounds) / 8));
  rmSync(folder, { recursive: true });
  const program = readFileSync(executable);
  return rows(
    { ...samples, fleet, sync, crowd, tenantList: tenants.list, tenantDoctor: tenants.doctor },
    { bytes: program.length, gzipBytes: gzipSync(program, { level: 9 }).length },
  );
}

/** Creates the Secret of the case `merge`, with a registry that has to stay. */
async function putMergedSecret(cluster: ClusterInfo): Promise<void> {
  const api = createApiClient({ ...cluster, certificate: cluster.admin });
  const payload = { auths: { 'ghcr.io': { auth: Buffer.from('jane:secret').toString('base64') } } };
  const { status } = await api.request('POST', '/api/v1/namespaces/default/secrets', {
    metadata: { name: 'merged' },
    type: 'kubernetes.io/dockerconfigjson',
    data: { '.dockerconfigjson': Buffer.from(JSON.stringify(payload)).toString('base64') },
  });
  api.close();
  if (status !== 201) throw new Error(`cannot create the Secret that is merged into: HTTP ${status}`);
}

/**
 * Creates a pod for `why`, which then reads everything that it can read. Nothing is wrong: the kubelet's message says that it
 * pulls too many images at once.
 */
async function putWaitingPod(cluster: ClusterInfo): Promise<void> {
  const api = createApiClient({ ...cluster, certificate: cluster.admin });
  const path = `/api/v1/namespaces/${WHY_NAMESPACE}`;
  await api.request('POST', '/api/v1/namespaces', { metadata: { name: WHY_NAMESPACE } });
  await waitFor(async () => (await api.request('GET', `${path}/serviceaccounts/default`)).status === 200, {
    what: 'the service account of the pod',
  });
  const image = 'ghcr.io/acme/app:v1';
  const auths = { 'ghcr.io': { auth: Buffer.from('jane:secret').toString('base64') } };
  await api.request('POST', `${path}/secrets`, {
    metadata: { name: 'regcred' },
    type: 'kubernetes.io/dockerconfigjson',
    stringData: { '.dockerconfigjson': JSON.stringify({ auths }) },
  });
  await api.request('POST', `${path}/pods`, {
    metadata: { name: 'waits' },
    spec: { schedulerName: 'nobody', containers: [{ name: 'app', image }], imagePullSecrets: [{ name: 'regcred' }] },
  });
  const waiting = { reason: 'ErrImagePull', message: 'pull QPS exceeded' };
  const containerStatuses = [{ name: 'app', image, imageID: '', ready: false, restartCount: 0, state: { waiting } }];
  const headers = { 'content-type': 'application/merge-patch+json' };
  const { status } = await api.request(
    'PATCH',
    `${path}/pods/waits/status`,
    { status: { containerStatuses } },
    headers,
  );
  api.close();
  if (status !== 200) throw new Error(`cannot create the pod that is asked about: HTTP ${status}`);
}
