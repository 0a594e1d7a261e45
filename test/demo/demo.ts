/** `npm run demo`: the main use case on a throw-away cluster, from a login to a running pod with a private image. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { createApiClient } from '../environment/api-client.ts';
import { isCommand, missing } from '../environment/availability.ts';
import { killChildren, run } from '../environment/child.ts';
import type { ApiServer } from '../environment/control-plane.ts';
import { cacheFolder } from '../environment/programs.ts';
import { janedoe } from '../environment/registries.ts';
import { type Supervisor, startSupervisor } from '../environment/supervisor.ts';
import { buildPrograms, goCaches, neededPrograms } from './programs.ts';
import { type DemoRegistry, startDemoRegistry } from './registry.ts';

const MISSPELT = `apiVersion: v1
kind: Secret
metadata:
  name: regsecret
type: kubernetes.io/dockerconfigjson
stringData:
  .dockerconfigjson: '{"auths": {"registry.example.com": {"username": "janedoe", "password": "example"}}}'
---
${podOf('registry.example.com/team/app:v1').replace('- name: regsecret', '- name: regsecert')}`;

const root = resolve(import.meta.dirname, '../..');
const program = join(root, 'bin', 'regsecret.cjs');

const unavailable = missing('cluster');
if (unavailable !== undefined) {
  console.error(`the demo cannot run here, because ${unavailable}`);
  process.exit(1);
}
const noNode = missing('node');
const folder = mkdtempSync(join(tmpdir(), 'regsecret-demo-'));
const bin = join(folder, 'bin');
const env: NodeJS.ProcessEnv = {
  PATH: [bin, dirname(process.execPath), process.env.PATH].join(':'),
  HOME: folder,
  KUBECONFIG: join(folder, 'kubeconfig'),
  TERM: process.env.TERM,
  NO_COLOR: process.env.NO_COLOR,
};
const registry = await startDemoRegistry();
let supervisor: Supervisor | undefined;
let done = false;
let interrupted = false;
/** Where the programs were built. */
let folders: readonly string[] = [];
const stop = async (): Promise<void> => {
  registry.close();
  await Promise.all([killChildren(), supervisor?.close()]);
  rmSync(folder, { recursive: true, force: true });
};
process.once('SIGINT', async () => {
  interrupted = true;
  await stop();
  if (existsSync(goCaches)) console.error(`the next run continues from ${goCaches}, or: rm -rf ${goCaches}`);
  process.exit(130);
});

try {
  prepare();
  const built = buildPrograms(neededPrograms({ node: noNode === undefined, kubectl: isCommand('kubectl') }));
  built.catch(() => undefined); // reported where it is waited for
  await withoutCluster(registry);
  show('The rest needs a cluster: an API server and a node. Go builds them the first time, from their sources.');
  const programs = await built;
  const { app = '', kubectl } = programs;
  folders = [...new Set(Object.values(programs).map(dirname))].filter((one) => one.startsWith(cacheFolder()));
  rmSync(goCaches, { recursive: true, force: true });
  if (kubectl !== undefined) symlinkSync(kubectl, join(bin, 'kubectl'));
  registry.fill(app);
  supervisor = await startSupervisor();
  const { host, publicImage: pauseImage, privateImage } = registry;
  const images = { pauseImage, basic: { host, privateImage }, bearer: { host } };
  const { cluster, node } = await supervisor.small(noNode === undefined ? images : undefined);
  symlinkSync(cluster.kubeconfig, join(folder, 'kubeconfig'));
  const stopBinding = node === undefined ? undefined : bindPods(cluster, node.name);
  await onCluster(privateImage);
  stopBinding?.();
  done = true;
} catch (error) {
  if (!interrupted) console.error((error as Error).message);
  process.exitCode = 1;
} finally {
  await stop();
}
if (done) await farewell();

/** Creates a home folder with janedoe's login where docker keeps it, the manifests, and a PATH with regsecret. */
function prepare(): void {
  mkdirSync(bin);
  writeFileSync(join(bin, 'regsecret'), `#!/bin/sh\nexec '${process.execPath}' '${program}' "$@"\n`, { mode: 0o755 });
  mkdirSync(join(folder, '.docker'));
  const auth = Buffer.from(`${janedoe.username}:${janedoe.password}`).toString('base64');
  const login = JSON.stringify({ auths: { [registry.host]: { auth } } });
  writeFileSync(join(folder, '.docker', 'config.json'), login, { mode: 0o600 });
  const pod = podOf(registry.privateImage);
  writeFileSync(join(folder, 'private-reg.yaml'), pod);
  writeFileSync(join(folder, 'wrong.yaml'), MISSPELT);
}

/** What is to be seen at once, while Go builds. */
async function withoutCluster({ host }: DemoRegistry): Promise<void> {
  show(`A private registry runs on ${host}. docker holds a login for it. Does the registry accept it?`);
  await type(`regsecret verify --server ${host}`);
  show('The pull secret that this login becomes.');
  await type('regsecret create --dry-run=client');
  show('A manifest with a mistake. The check in a pipeline finds it before the cluster does.');
  await type('cat wrong.yaml');
  await type('regsecret doctor -f wrong.yaml --offline', 1);
}

async function onCluster(image: string): Promise<void> {
  show('The pull secret, from the login.');
  await type('regsecret create');
  show('What is in it, and whether the registry accepts it.');
  await type('regsecret inspect');
  await type(`regsecret verify --image ${image}`);
  show('A pod that uses it, with an image that only janedoe may pull.');
  await type('cat private-reg.yaml');
  await type('kubectl create -f private-reg.yaml');
  if (noNode !== undefined) {
    show(`No node can run here, because ${noNode}; on a cluster with nodes the pod would run now.`);
    return;
  }
  await type('kubectl wait --for=condition=Ready pod/private-reg --timeout=60s');
  await type('kubectl get pod private-reg');
  await explain(image);
}

/** Shows a pod that cannot pull, the reason, and the command that regsecret proposes. */
async function explain(image: string): Promise<void> {
  const pulled = "--for=jsonpath='{.status.containerStatuses[0].state.waiting.message}'";
  show('A pod without the Secret. Why does it not run?');
  await type(`kubectl run forgotten --image=${image} --image-pull-policy=Always`);
  await type(`kubectl wait ${pulled} pod/forgotten --timeout=60s > /dev/null`);
  await type('regsecret why pod/forgotten', 1);
  await type('regsecret attach regsecret -n default --pod forgotten --recreate');
  await type('kubectl wait --for=condition=Ready pod/forgotten --timeout=60s');
}

/** What to do next, with the Node of the lock file because the installed one may be too old, and what is left on this machine. */
async function farewell(): Promise<void> {
  show('On your own cluster: log in to your registry with docker or podman, then');
  console.log(`  alias regsecret='${join(root, 'node_modules', '.bin', 'node')} ${program}'\n  regsecret create`);
  const left = [...folders, join(root, 'node_modules'), join(root, 'dist'), join(root, 'exe')];
  const { stdout } = await run('du', ['-scm', ...left]);
  const megabytes = stdout.trim().split('\n').at(-1)?.split('\t')[0];
  show(`The cluster is gone. ${megabytes} MB stay, so that the next run starts at once. This removes them:`);
  console.log(`  rm -rf ${left.join(' ')}\n`);
}

/** Does what a scheduler would do for a cluster with one node, until the returned function is called. */
function bindPods(cluster: ApiServer, node: string): () => void {
  const api = createApiClient({ ...cluster, certificate: cluster.admin });
  const bind = async (): Promise<void> => {
    const { body } = await api.request('GET', '/api/v1/namespaces/default/pods?fieldSelector=spec.nodeName=');
    for (const { metadata } of body.items ?? []) {
      const target = { apiVersion: 'v1', kind: 'Node', name: node };
      const binding = { apiVersion: 'v1', kind: 'Binding', metadata: { name: metadata.name }, target };
      await api.request('POST', `/api/v1/namespaces/default/pods/${metadata.name}/binding`, binding);
    }
  };
  const timer = setInterval(() => void bind().catch(() => undefined), 200); // an error is repaired by the next round
  return () => {
    clearInterval(timer);
    api.close();
  };
}

function podOf(image: string): string {
  return `apiVersion: v1
kind: Pod
metadata:
  name: private-reg
spec:
  containers:
  - name: private-reg-container
    image: ${image}
  imagePullSecrets:
  - name: regsecret
`;
}

function show(text: string): void {
  console.log(`\n# ${text}`);
}

async function type(command: string, code = 0): Promise<void> {
  console.log(`$ ${command}`);
  const child = spawn('/bin/sh', ['-c', command], { cwd: folder, env, stdio: ['ignore', 'inherit', 'inherit'] });
  const [status] = await once(child, 'exit');
  if (status !== code) throw new Error(`"${command}" ended with ${status}`);
}
