/** `npm run demo`: the main use case on a throw-away cluster, from a login to a running pod with a private image. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { missing } from '../environment/availability.ts';
import { janedoe } from '../environment/registries.ts';
import { startSupervisor } from '../environment/supervisor.ts';

const program = fileURLToPath(new URL('../../bin/regsecret.cjs', import.meta.url));

interface World {
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
}

const unavailable = missing('cluster');
if (unavailable !== undefined) {
  console.error(`the demo cannot run here, because ${unavailable}`);
  process.exit(1);
}
const noNode = missing('node');
const supervisor = await startSupervisor();
const folder = mkdtempSync(join(tmpdir(), 'regsecret-demo-'));
const stop = async (): Promise<void> => {
  rmSync(folder, { recursive: true, force: true });
  await supervisor.close();
};
process.once('SIGINT', () => void stop().then(() => process.exit(130)));

try {
  const { kubeconfig, bin } = await supervisor.cluster();
  const registries = await supervisor.registries();
  if (noNode === undefined) await supervisor.node();
  const world = prepare(kubeconfig, { kubectl: bin.kubectl, crane: registries.crane });
  play(world, registries.basic.host, registries.basic.privateImage);
} finally {
  await stop();
}

/** Creates a home folder with a password and the manifest of the page, and a PATH with the programs. */
function prepare(kubeconfig: string, programs: Readonly<Record<string, string>>): World {
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  for (const [name, path] of Object.entries(programs)) symlinkSync(path, join(bin, name));
  writeFileSync(join(bin, 'regsecret'), `#!/bin/sh\nexec '${process.execPath}' '${program}' "$@"\n`, { mode: 0o755 });
  const path = [bin, dirname(process.execPath), process.env.PATH].join(':');
  return {
    folder,
    env: { PATH: path, HOME: folder, KUBECONFIG: kubeconfig, TERM: process.env.TERM, NO_COLOR: process.env.NO_COLOR },
  };
}

function play(world: World, registry: string, image: string): void {
  writeFileSync(join(world.folder, 'password'), janedoe.password, { mode: 0o600 });
  writeFileSync(join(world.folder, 'private-reg.yaml'), podOf(image));
  show('A login. crane keeps it where docker does.');
  type(world, `crane auth login ${registry} --username janedoe --password-stdin < password`);
  show('The pull secret, from that login.');
  type(world, 'regsecret create');
  show('What is in it, and whether the registry accepts it.');
  type(world, 'regsecret inspect');
  type(world, `regsecret verify --image ${image}`);
  show('A pod that names it, with an image that only janedoe may pull.');
  type(world, 'cat private-reg.yaml');
  type(world, 'kubectl create -f private-reg.yaml');
  if (noNode === undefined) {
    type(world, 'kubectl wait --for=condition=Ready pod/private-reg --timeout=60s');
    type(world, 'kubectl get pod private-reg');
    explain(world, image);
  } else {
    show(`No node can run here, because ${noNode}; on a cluster with nodes the pod would run now.`);
  }
  show('On your own cluster: log in to your registry with docker or podman, then');
  console.log('  npm link          # puts regsecret on your PATH\n  regsecret create\n');
}

/** Shows a pod that cannot pull, the reason, and the command that regsecret proposes. */
function explain(world: World, image: string): void {
  const pulled = "--for=jsonpath='{.status.containerStatuses[0].state.waiting.message}'";
  show('A pod without the Secret. Why does it not run?');
  type(world, `kubectl run forgotten --image=${image} --image-pull-policy=Always`);
  type(world, `kubectl wait ${pulled} pod/forgotten --timeout=60s > /dev/null`);
  type(world, 'regsecret why pod/forgotten', 1);
  type(world, 'regsecret attach regsecret -n default --pod forgotten --recreate');
  type(world, 'kubectl wait --for=condition=Ready pod/forgotten --timeout=60s');
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

function type({ folder: cwd, env }: World, command: string, code = 0): void {
  console.log(`$ ${command}`);
  const { status } = spawnSync('/bin/sh', ['-c', command], { cwd, env, stdio: ['ignore', 'inherit', 'inherit'] });
  if (status !== code) throw new Error(`"${command}" ended with ${status}`);
}
