/**
 * Runs the documents' examples with `why`, about a pod for which a real kubelet cannot pull, and checks the picture of its
 * repair.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cluster, janedoe, kubeconfigFor, kubectl, newNamespace, node, waitFor } from '../environment/use.ts';
import type { Step } from '../pictures/draw.ts';
import { checkPicture } from '../pictures/picture-file.ts';
import { prepareBin, replaceEach, testDocuments } from '../support/documents.ts';
import { artefact, execute } from '../support/program.ts';

/** Replaces the registry's address in the output. It has the same length, so that tables stay aligned. */
const REGISTRY = 'images.acme.com';

const home = mkdtempSync(join(tmpdir(), 'regsecret-documents-'));
let bin = '';
let env: Record<string, string> = {};
let namespace = '';

/** Creates a pull secret with an outdated password, and the documents' pod. */
beforeAll(async () => {
  const { basic } = node().registries;
  namespace = await newNamespace({ serviceAccount: true });
  bin = prepareBin(home, { regsecret: artefact(), kubectl: [cluster().bin.kubectl] });
  const kubeconfig = kubeconfigFor({ certificate: cluster().admin, namespace });
  env = { PATH: `${bin}:${process.env.PATH}`, HOME: home, KUBECONFIG: kubeconfig };
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

function real(command: string): string {
  return command.replaceAll(REGISTRY, node().registries.basic.host).replaceAll('team-a', namespace);
}

function shown(output: string): string {
  return replaceEach(output, [
    [namespace, 'team-a'],
    [node().registries.basic.host, REGISTRY],
    [/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, '2026-11-25T03:12:08Z'],
  ]);
}

// Before the documents, which begin where this ends.
test('the picture of why, the fix, and a pod that runs is what is printed', async () => {
  const commands = [
    'regsecret why pod/private-reg',
    `regsecret create regsecret -n team-a --server ${REGISTRY}`,
    'kubectl wait --for=condition=Ready pod/private-reg --timeout=60s',
  ];
  const steps: Step[] = [];
  for (const command of commands) {
    const line = ['/bin/sh', '-c', `exec 2>&1; ${real(command)}`];
    const { stdout } = await execute(line, { env: { ...env, FORCE_COLOR: '1' }, cwd: home });
    steps.push({ command, output: shown(stdout) });
  }
  const title =
    'In a terminal, regsecret why says that the registry rejects the login of a pod, and which command fixes it. After that command the pod is ready.';
  checkPicture('why', steps, { title, columns: 104, moves: true });
});

const count = testDocuments('node', () => ({ cwd: home, env, real, shown }));

test('there are examples', () => {
  expect(count).toBeGreaterThan(0);
});
