/**
 * `list -A` and `doctor -A` over 10,000 pods and 2,000 Secrets, on a control plane of its own: in bounded memory, and no
 * slower than kubectl, which only fetches the pods.
 */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ApiClient, createApiClient } from '../cluster/api-client.ts';
import { waitFor } from '../cluster/condition.ts';
import type { ClusterInfo } from '../cluster/control-plane.ts';
import { type Supervisor, startSupervisor } from '../cluster/supervisor.ts';
import { pool } from '../support/pool.ts';
import { artefact } from '../support/program.ts';

const PODS = 10_000;
const SECRETS = 2_000;
const NAMESPACES = 100;
const ROUNDS = 3;
const MAX_BYTES = 150e6;

let supervisor: Supervisor;
let cluster: ClusterInfo;
let client: ApiClient;

beforeAll(async () => {
  supervisor = await startSupervisor();
  cluster = await supervisor.cluster();
  client = createApiClient({ ...cluster, certificate: cluster.admin });
  const namespaces = Array.from({ length: NAMESPACES }, (_, index) => `scale-${index}`);
  await pool(16, namespaces, (name) => post('/api/v1/namespaces', { metadata: { name } }));
  await pool(16, namespaces, (name) =>
    waitFor(
      async () => (await client.request('GET', `/api/v1/namespaces/${name}/serviceaccounts/default`)).status === 200,
      {
        what: `the service account of ${name}`,
        deadlineMs: 120_000,
      },
    ),
  );
  const each = <T>(total: number, work: (index: number, namespace: string) => Promise<T>): Promise<T[]> =>
    pool(48, Array.from({ length: total }), (_, index) => work(index, `scale-${index % NAMESPACES}`));
  await each(SECRETS, (index, namespace) => post(`/api/v1/namespaces/${namespace}/secrets`, secret(index)));
  await each(PODS, (index, namespace) => post(`/api/v1/namespaces/${namespace}/pods`, pod(index)));
}, 400_000);

afterAll(async () => {
  client?.close();
  await supervisor?.close();
}, 60_000);

async function post(path: string, body: object): Promise<void> {
  const { status, body: answer } = await client.request('POST', path, body);
  if (status !== 201) throw new Error(`${path}: ${status} ${JSON.stringify(answer)}`);
}

function secret(index: number): object {
  const auth = Buffer.from(`user-${index}:password-${index}`).toString('base64');
  const auths = Object.fromEntries(['ghcr.io', 'quay.io', `r${index}.example.com`].map((server) => [server, { auth }]));
  return {
    metadata: { name: `pull-${index}` },
    type: 'kubernetes.io/dockerconfigjson',
    data: { '.dockerconfigjson': Buffer.from(JSON.stringify({ auths })).toString('base64') },
  };
}

/** As large as pods of the field are: about 5 KB. */
function pod(index: number): object {
  const env = Array.from({ length: 25 }, (_, number) => ({
    name: `SETTING_${number}`,
    value: `value-${index}-${number}`,
  }));
  const container = (name: string) => ({
    name,
    image: `ghcr.io/acme/${name}:v${index}`,
    env,
    resources: { requests: { cpu: '10m', memory: '32Mi' }, limits: { memory: '64Mi' } },
    readinessProbe: { httpGet: { path: '/ready', port: 8080 } },
  });
  return {
    metadata: { name: `pod-${index}`, labels: { app: `app-${index % 50}`, 'app.kubernetes.io/name': 'scale' } },
    // Nobody schedules it.
    spec: {
      schedulerName: 'nobody',
      containers: [container('app'), container('sidecar')],
      imagePullSecrets: [{ name: `pull-${index % SECRETS}` }],
    },
  };
}

interface Measured {
  readonly milliseconds: number;
  readonly peakBytes: number;
  readonly bytes: number;
  readonly head: string;
}

/** Runs a program, and looks at its peak of resident memory as long as it lives. */
function measured([command = '', ...args]: readonly string[]): Promise<Measured> {
  const started = performance.now();
  const child = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, KUBECONFIG: cluster.kubeconfig },
  });
  let peakBytes = 0;
  let bytes = 0;
  let head = '';
  const look = (): void => {
    try {
      const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
      peakBytes = Math.max(peakBytes, Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1024);
    } catch {
      // It has ended.
    }
  };
  const timer = setInterval(look, 5);
  child.stdout.on('data', (chunk: Buffer) => {
    look();
    bytes += chunk.length;
    if (head.length < 100) head += chunk.toString('utf8', 0, 100);
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      clearInterval(timer);
      if (code !== 0) return reject(new Error(`${command} ended with ${code}`));
      resolve({ milliseconds: performance.now() - started, peakBytes, bytes, head });
    });
  });
}

const median = (values: readonly number[]): number =>
  values.toSorted((one, other) => one - other)[values.length >> 1] ?? 0;

describe.skipIf(process.platform !== 'linux')('in 150 MB, and no slower than kubectl get pods', () => {
  test('list -A', { timeout: 300_000 }, async () => {
    const { items } = JSON.parse(await compare(['list', '-A', '-o', 'json']));
    expect(items).toHaveLength(SECRETS);
    expect(items.every((row: { usedBy: { pods: number } }) => row.usedBy.pods === PODS / SECRETS)).toBe(true);
  });

  test('doctor -A --offline', { timeout: 300_000 }, async () => {
    const { counts, findings } = JSON.parse(await compare(['doctor', '-A', '--offline', '-o', 'json']));
    expect(counts).toMatchObject({ pods: PODS, failingPods: 0, secrets: SECRETS });
    expect(findings).toEqual([]);
  });
});

/** What a command prints, after it has been held against kubectl in turns, so that both see the same machine. */
async function compare(args: readonly string[]): Promise<string> {
  const ours = [...artefact(), ...args];
  const kubectl = [cluster.bin.kubectl, 'get', 'pods', '-A', '-o', 'json'];
  const runs: { ours: Measured; kubectl: Measured }[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    runs.push({ ours: await measured(ours), kubectl: await measured(kubectl) });
  }
  const ratio = median(runs.map((run) => run.ours.milliseconds / run.kubectl.milliseconds));
  const peak = Math.max(...runs.map((run) => run.ours.peakBytes));
  const times = (name: 'ours' | 'kubectl') => median(runs.map((run) => run[name].milliseconds)).toFixed(0);
  const theirs = Math.max(...runs.map((run) => run.kubectl.peakBytes));
  console.log(
    `${args.join(' ')}: ${times('ours')} ms against ${times('kubectl')} ms of kubectl get pods (median ratio ${ratio.toFixed(2)}), ${(peak / 1e6).toFixed(0)} MB against ${(theirs / 1e6).toFixed(0)} MB`,
  );
  expect(peak).toBeLessThan(MAX_BYTES);
  // A machine that does other things makes a quarter more of it; the ratio itself is printed.
  expect(ratio).toBeLessThan(Number(process.env.REGSECRET_RATIO ?? 1.25));
  return output(ours);
}

async function output([command = '', ...args]: readonly string[]): Promise<string> {
  const { execute } = await import('../support/program.ts');
  const { stdout } = await execute([command, ...args], { env: { KUBECONFIG: cluster.kubeconfig } });
  return stdout;
}
