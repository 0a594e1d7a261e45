/** Every command of the README, in its order, does on a real API server and a real registry what its line promises. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { api, cluster, janedoe, kubeconfigFor, kubectl, newNamespace, sharedRegistries } from '../environment/use.ts';
import { prepareBin, replaceEach } from '../support/documents.ts';
import { artefact } from '../support/program.ts';

/** The commands, with their exit codes and a pattern of what they print, where HOST is the registry and NS the namespace. */
const PROMISES: readonly (readonly [command: string, code: number, output: RegExp])[] = [
  [
    'regsecret create --attach sa/default',
    0,
    /^secret\/regsecret created\n.*\n {2}HOST {2}janedoe.*\nserviceaccount\/default patched$/m,
  ],
  // Pods keep the imagePullSecrets that they began with.
  [
    'regsecret why pod/web',
    1,
    /^pod\/web cannot pull HOST\/\S+\n {2}cause: .*\[attached-later\]\n {2}fix: {3}regsecret attach /m,
  ],
  // In this cluster, other tests may have pods as well.
  ['regsecret doctor -A', 1, /^ *(error: )?.*pod NS\/web.*\n(.*\n)*\d+ errors?/m],
  ['regsecret why deploy/web', 0, /deployment\/web can pull HOST\/\S+\n {2}login: janedoe in secret regsecret/],
  ['regsecret doctor -f deploy --strict', 0, /^1 object in 1 file: nothing wrong\b/m],
  ['regsecret inspect', 0, /^HOST +janedoe +•••• (.*\n)*used by: .*serviceaccount\/default/m],
  ['regsecret list -A', 0, /^NS +regsecret +dockerconfigjson +HOST +.*serviceaccount\/default/m],
  ['regsecret verify', 0, /^HOST +janedoe +accepted$/m],
  [
    'regsecret create --server quay.io --username ci --password-stdin < token',
    0,
    /^secret\/regsecret configured\n.*\n {2}quay\.io {2}ci {2}from stdin {2}added$/m,
  ],
  ['regsecret attach --to deploy/web', 0, /^deployment\.apps\/web patched$/m],
  ['regsecret detach --from deploy/web', 0, /^deployment\.apps\/web patched$/m],
  ["regsecret sync --to 'team-*'", 0, /^2 namespaces: 2 created$/m],
  [
    "regsecret rotate --server ghcr.io --to 'team-*'",
    0,
    /^secret\/regsecret configured in NS\n(.*\n)*3 Secrets: 3 updated$/m,
  ],
  ['regsecret remove --server quay.io', 0, /^secret\/regsecret configured in NS\n {2}quay\.io {2}removed$/m],
  ['regsecret delete old-pull --yes', 0, /^serviceaccount\/ci patched in NS\nsecret\/old-pull deleted in NS$/m],
  [
    'regsecret rbac --for sa/ci create --attach sa/default | kubectl apply -f -',
    0,
    /^role\.rbac\.authorization\.k8s\.io\/\S+ created\nrolebinding\.rbac\.authorization\.k8s\.io\/\S+ created$/m,
  ],
];

/** Gives the pull secret and its copies the password that the registry accepted before. */
const OLD_PASSWORD =
  "printf old | regsecret create --server ghcr.io --username janedoe --password-stdin && regsecret sync --to 'team-*'";

const home = mkdtempSync(join(tmpdir(), 'regsecret-readme-'));
const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8');
/** Replaces `team-` in patterns, so that namespaces of other tests are not selected. */
const TEAMS = 'readme-team-';
let env: NodeJS.ProcessEnv = {};
let namespace = '';

function host(): string {
  return sharedRegistries().basic.host;
}

async function ok(...args: string[]): Promise<void> {
  const { code, stderr } = await kubectl([...args, '-n', namespace]);
  expect(code, stderr).toBe(0);
}

/** A pod that a kubelet could not start, a Deployment, and a pull secret that no image needs. */
beforeAll(async () => {
  namespace = await newNamespace({ serviceAccount: true });
  for (const _ of ['a', 'b']) await newNamespace({ prefix: TEAMS.slice(0, -1) });
  const bin = prepareBin(home, { regsecret: artefact(), kubectl: [cluster().bin.kubectl] });
  const kubeconfig = kubeconfigFor({ certificate: cluster().admin, namespace });
  env = { PATH: `${bin}:${process.env.PATH}`, HOME: home, KUBECONFIG: kubeconfig };
  for (const folder of ['.docker', 'deploy']) mkdirSync(join(home, folder));
  const auth = Buffer.from(`${janedoe.username}:${janedoe.password}`).toString('base64');
  writeFileSync(join(home, '.docker/config.json'), JSON.stringify({ auths: { [host()]: { auth } } }));
  writeFileSync(join(home, 'token'), 't0ken\n');
  const image = sharedRegistries().basic.privateImage;
  await ok('create', 'deployment', 'web', `--image=${image}`, '--replicas=0');
  writeFileSync(
    join(home, 'deploy/web.yaml'),
    `apiVersion: v1\nkind: Pod\nmetadata: { name: web }\nspec:
  containers: [{ name: web, image: ${image} }]\n`,
  );
  await ok('apply', '-f', join(home, 'deploy/web.yaml'));
  const waiting = { reason: 'ImagePullBackOff', message: `Back-off pulling image "${image}"` };
  const containerStatuses = [{ name: 'web', image, imageID: '', ready: false, restartCount: 0, state: { waiting } }];
  const path = `/api/v1/namespaces/${namespace}/pods/web/status`;
  const type = { 'content-type': 'application/merge-patch+json' };
  expect(await api('PATCH', path, { status: { phase: 'Pending', containerStatuses } }, type)).toMatchObject({
    status: 200,
  });
  await ok(
    'create',
    'secret',
    'docker-registry',
    'old-pull',
    '--docker-server=old.example',
    '--docker-username=u',
    '--docker-password=p',
  );
  await ok('create', 'serviceaccount', 'ci');
  await ok('patch', 'serviceaccount', 'ci', '-p', '{"imagePullSecrets":[{"name":"old-pull"}]}');
});

afterAll(() => rmSync(home, { recursive: true, force: true }));

test('these are the commands of the README', () => {
  const [, start = ''] = /^```sh\n(.*?)^```$/ms.exec(readme) ?? [];
  const [, list = ''] = /^## Commands\n(.*?)^## /ms.exec(readme) ?? [];
  const first = start
    .split('\n')
    .filter(Boolean)
    .map((line) => line.replace(/ +#.*/, ''));
  const others = [...list.matchAll(/^- .*: `(regsecret .*)`$/gm)].map(([, command]) => command);
  expect([...first, ...others]).toEqual(PROMISES.map(([command]) => command));
});

test.each(PROMISES)('%s', (command, code, output) => {
  if (command.startsWith('regsecret rotate')) expect(run(OLD_PASSWORD).status).toBe(0);
  const ran = run(command);
  const shown = replaceEach(ran.stdout, [
    [host(), 'HOST'],
    [namespace, 'NS'],
  ]);
  expect(shown).toMatch(output);
  expect(ran.status, shown).toBe(code);
});

function run(command: string) {
  const real = replaceEach(command, [
    ['ghcr.io', host()],
    ['team-', TEAMS],
    // Other tests' registries are not asked.
    ['doctor -A', 'doctor -A --offline'],
  ]);
  return spawnSync('/bin/sh', ['-c', `exec 2>&1; ${real}`], { cwd: home, env, encoding: 'utf8' });
}
