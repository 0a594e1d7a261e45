/**
 * Runs the documents' examples with `why`, about a pod for which a real kubelet cannot pull, and checks the pictures of their
 * output.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { cluster, janedoe, kubeconfigFor, kubectl, newNamespace, node, waitFor } from '../environment/use.ts';
import { startNight } from '../pictures/night-world.ts';
import { checkPicture } from '../pictures/picture-file.ts';
import { prepareBin, replaceEach, testDocuments } from '../support/documents.ts';
import { artefact, execute } from '../support/program.ts';

/** Replaces the registry's address in the output. It has the same length, so that tables stay aligned. */
const REGISTRY = 'images.acme.com';

/** The coloured output, by command. */
const printed = new Map<string, string>();
const home = mkdtempSync(join(tmpdir(), 'regsecret-documents-'));
let bin = '';
let env: NodeJS.ProcessEnv = {};
let namespace = '';

/** Creates a pull secret with an outdated password, and the documents' pod. */
beforeAll(async () => {
  const { basic } = node().registries;
  namespace = await newNamespace({ serviceAccount: true });
  bin = prepareBin(home, { regsecret: artefact(), kubectl: [cluster().bin.kubectl] });
  const kubeconfig = kubeconfigFor({ certificate: cluster().admin, namespace });
  env = { PATH: `${bin}:${process.env.PATH}`, HOME: home, KUBECONFIG: kubeconfig, FORCE_COLOR: '1' };
  mkdirSync(join(home, '.docker'));
  const auth = Buffer.from(`${janedoe.username}:${janedoe.password}`).toString('base64');
  writeFileSync(join(home, '.docker/config.json'), JSON.stringify({ auths: { [basic.host]: { auth } } }));
  const login = [`--docker-server=${basic.host}`, '--docker-username=janedoe', '--docker-password=pa55word'];
  await ok('create', 'secret', 'docker-registry', 'regsecret', ...login);
  const overrides = JSON.stringify({ spec: { imagePullSecrets: [{ name: 'regsecret' }] } });
  await ok('run', 'private-reg', `--image=${basic.privateImage}`, `--overrides=${overrides}`);
  const reason = () =>
    ok('get', 'pod', 'private-reg', '-o', 'jsonpath={.status.containerStatuses[0].state.waiting.reason}');
  const what = 'the kubelet to give up for now';
  await waitFor(async () => (await reason()) === 'ImagePullBackOff', { what, deadlineMs: 90_000 });
}, 120_000);

afterAll(() => rmSync(home, { recursive: true, force: true }));

async function ok(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await kubectl([...args, '-n', namespace]);
  expect(code, stderr).toBe(0);
  return stdout;
}

function standIns(): [string | RegExp, string][] {
  return [
    [namespace, 'team-a'],
    [node().registries.basic.host, REGISTRY],
    [/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, '2026-11-25T03:12:08Z'],
  ];
}

const count = testDocuments('node', () => ({
  cwd: home,
  env,
  real: (command) => command.replaceAll(REGISTRY, node().registries.basic.host).replaceAll('team-a', namespace),
  shown: (output) => replaceEach(output, standIns()),
  printed: (command, output) => void (printed.has(command) || printed.set(command, output)),
}));

test('there are examples', () => {
  expect(count).toBeGreaterThan(2);
});

test('the picture of why, the fix, and a pod that runs is what was printed', () => {
  const commands = [
    'regsecret why pod/private-reg',
    `regsecret create regsecret -n team-a --server ${REGISTRY}`,
    'kubectl wait --for=condition=Ready pod/private-reg --timeout=60s',
  ];
  const steps = commands.map((command) => ({ command, output: printed.get(command) ?? '' }));
  const title =
    'In a terminal, regsecret why says that the registry rejects the login of a pod, and which command fixes it. After that command the pod is ready.';
  checkPicture('why', steps, { title, columns: 104, moves: true });
});

test('the picture of doctor is what it prints of a cluster', { timeout: 300_000 }, async () => {
  const night = await startNight();
  onTestFinished(() => night.close());
  const command = 'regsecret doctor -A';
  // Runs asynchronously, because this process plays the API server.
  const { code, stdout } = await execute(['/bin/sh', '-c', `exec 2>&1; ${command}`], {
    env: { PATH: `${bin}:${process.env.PATH}`, HOME: home, KUBECONFIG: night.kubeconfig, FORCE_COLOR: '1' },
  });
  expect(code, stdout).toBe(1);
  const title =
    'In a terminal, regsecret doctor -A says how many pods of the cluster cannot pull, and for each cause which pods it affects and which command fixes it.';
  const output = replaceEach(stdout, [...night.standIns, ...standIns()]);
  checkPicture('doctor', [{ command, output }], { title, columns: 104, moves: false });
});
