/** The commands of the documents' blocks with a `why`, about a pod that a real kubelet cannot pull for. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cluster, janedoe, kubeconfigFor, kubectl, newNamespace, node, waitFor } from '../environment/use.ts';
import { prepareBin, replaceEach, testDocuments } from '../support/documents.ts';
import { artefact } from '../support/program.ts';

/** As long as the address that it stands for, so that tables stay in line. */
const REGISTRY = 'images.acme.com';

const home = mkdtempSync(join(tmpdir(), 'regsecret-documents-'));
let env: NodeJS.ProcessEnv = {};
let namespace = '';

/** A pull secret with a password that has been changed since, and the pod of the page. */
beforeAll(async () => {
  const { basic } = node().registries;
  namespace = await newNamespace({ serviceAccount: true });
  const bin = prepareBin(home, { regsecret: artefact(), kubectl: [cluster().bin.kubectl] });
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
  await waitFor(async () => (await reason()) === 'ImagePullBackOff', { what: 'the kubelet to give up for now' });
});

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
}));

test('there are examples', () => {
  expect(count).toBeGreaterThan(2);
});
