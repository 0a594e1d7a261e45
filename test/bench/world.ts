/**
 * The command lines that the benchmark runs: regsecret as both artefacts, and kubectl, on the same files and the same API server.
 */
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { ClusterInfo } from '../environment/control-plane.ts';
import type { Program } from './measure.ts';

export interface Artefacts {
  readonly executable: string;
  /** Node and the script of the npm package. */
  readonly npmPackage: readonly [string, string];
}

const flags = [
  '--docker-server=ghcr.io',
  '--docker-username=jane',
  '--docker-password=secret',
  '--docker-email=j@x.org',
];
const dryRun = ['--dry-run=client', '-o', 'yaml'];
const WANTED = 'registry-15000.example.com/team/project-15000';

/** The namespace of the pod `waits`. */
export const WHY_NAMESPACE = 'why';

/** Every case that is measured. The programs of one case are compared with the last one, which is kubectl. */
export function cases({ executable, npmPackage }: Artefacts, cluster: ClusterInfo, folder: string) {
  const { kubectl } = cluster.bin;
  const env = { HOME: cluster.home, KUBECONFIG: cluster.kubeconfig, PATH: '/usr/bin:/bin' };
  const exe = (...args: string[]): Program => ({ argv: [executable, ...args], env });
  const npm = (...args: string[]): Program => ({ argv: [...npmPackage, ...args], env });
  const docker = (...args: string[]): Program => ({ argv: [kubectl, ...args], env });
  const registry = ['create', 'secret', 'docker-registry'];
  /** Runs a copy of the program, because the original has to stay in the page cache for the other cases. */
  const cold = ({ argv: [file = '', ...args] }: Program): Program => {
    const copy = join(folder, `cold-${basename(file)}`);
    copyFileSync(file, copy);
    return { argv: [copy, ...args], env, evict: [copy] };
  };
  const offline = [
    exe('create', 'x', ...flags, ...dryRun),
    npm('create', 'x', ...flags, ...dryRun),
    docker(...registry, 'x', ...flags, ...dryRun),
  ] as const;
  return {
    version: [exe('--version'), docker('version', '--client')],
    help: [exe('create', '--help'), docker(...registry, '--help')],
    offline,
    live: [
      exe('create', 'exe-{run}', ...flags),
      npm('create', 'npm-{run}', ...flags),
      docker(...registry, 'kubectl-{run}', ...flags),
    ],
    merge: [
      exe('create', 'merged', '--docker-server=quay.io', '--docker-username=jane', '--docker-password={run}'),
      docker(...registry, 'beside-{run}', ...flags),
    ],
    // The list grows until kubectl overwrites it.
    attach: [
      exe('attach', 'exe-{run}', '--serviceaccount', 'default', '--no-checks'),
      exe('attach', 'exe-{run}', '--serviceaccount', 'default', '--allow-missing'),
      docker('patch', 'serviceaccount', 'default', '-p', '{"imagePullSecrets":[{"name":"kubectl-{run}"}]}'),
    ],
    why: [
      exe('why', 'pod/waits', '-n', WHY_NAMESPACE, '--offline'),
      docker('describe', 'pod', 'waits', '-n', WHY_NAMESPACE),
    ],
    cold: [cold(offline[0]), cold(offline[2])],
    large: [
      {
        argv: [executable, 'create', 'x', '--server', WANTED, ...dryRun],
        env: { ...env, DOCKER_CONFIG: largeConfig(join(folder, 'docker')) },
      },
    ],
    manifests: (['attach', 'doctor'] as const).map((command) => ({
      argv: [executable, command, '-f', manyDeployments(join(folder, `${command}.yaml`))],
      env,
    })),
  };
}

/** The cases that are measured last, because the cluster stays slower after them. */
export function crowdCase({ executable }: Artefacts, cluster: ClusterInfo) {
  const env = { HOME: cluster.home, KUBECONFIG: cluster.kubeconfig, PATH: '/usr/bin:/bin' };
  return [
    { argv: [executable, 'list', '-A'], env },
    { argv: [executable, 'doctor', '-A', '--offline'], env },
    { argv: [cluster.bin.kubectl, 'get', 'pods', '-A', '-o', 'json'], env },
  ] as const;
}

/** A manifest of 0.9 MB with 2,000 Deployments. */
function manyDeployments(file: string): string {
  const labels = (index: number) => `{app: web-${index}, team: t${index % 50}}`;
  const documents = Array.from(
    { length: 2000 },
    (_, index) => `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web-${index}
  namespace: team-${index % 50}
  labels: ${labels(index)}
spec:
  replicas: 2
  selector:
    matchLabels: ${labels(index)}
  template:
    metadata:
      labels: ${labels(index)}
    spec:
      serviceAccountName: robot
      containers:
      - name: app
        image: registry.example.com/team/web:${index}
        ports: [{containerPort: 8080}]
        resources:
          limits: {cpu: 100m, memory: 128Mi}
`,
  );
  writeFileSync(file, documents.join('---\n'));
  return file;
}

/** A docker config of 5 MB with 20,000 logins. */
function largeConfig(folder: string): string {
  const auths: Record<string, object> = {};
  for (let index = 0; index < 20_000; index += 1) {
    const auth = Buffer.from(`user-${index}:${'p'.repeat(90)}${index}`).toString('base64');
    auths[`registry-${index}.example.com/team/project-${index}`] = { auth, email: `u${index}@example.com` };
  }
  mkdirSync(folder);
  writeFileSync(join(folder, 'config.json'), JSON.stringify({ auths }, undefined, '\t'));
  return folder;
}
