/** docs/start.md leads from a login to a pod that a real kubelet runs, and each of its commands prints what the page says. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cluster, janedoe, kubeconfigFor, newNamespace, node } from '../environment/use.ts';
import { prepareBin, replaceEach, testDocument } from '../support/documents.ts';
import { artefact } from '../support/program.ts';

const PAGE = 'docs/start.md';
/** Stands for the registry's address, and has its length, so that tables stay aligned. */
const REGISTRY = 'images.acme.com';

const home = mkdtempSync(join(tmpdir(), 'regsecret-start-'));
let env: NodeJS.ProcessEnv = {};
let namespace = '';

/** Writes what `docker login` writes, and the page's manifest. */
beforeAll(async () => {
  namespace = await newNamespace({ serviceAccount: true });
  const bin = prepareBin(home, { regsecret: artefact(), kubectl: [cluster().bin.kubectl] });
  const kubeconfig = kubeconfigFor({ certificate: cluster().admin, namespace });
  env = { PATH: `${bin}:${process.env.PATH}`, HOME: home, KUBECONFIG: kubeconfig };
  const auth = Buffer.from(`${janedoe.username}:${janedoe.password}`).toString('base64');
  mkdirSync(join(home, '.docker'));
  writeFileSync(join(home, '.docker/config.json'), JSON.stringify({ auths: { [registry()]: { auth } } }));
  const page = readFileSync(join(import.meta.dirname, '../..', PAGE), 'utf8');
  const [, manifest = ''] = /^```yaml\n(.*?)^```$/ms.exec(page) ?? [];
  writeFileSync(join(home, 'pod.yaml'), real(manifest));
});

afterAll(() => rmSync(home, { recursive: true, force: true }));

function registry(): string {
  return node().registries.basic.host;
}

function real(text: string): string {
  return text.replaceAll(REGISTRY, registry());
}

function shown(output: string): string {
  return replaceEach(output, [
    [namespace, 'team-a'],
    [registry(), REGISTRY],
    [home, '~'],
    [/•••• [0-9a-f]{8}/g, '•••• 581fbfe7'],
    [/\b\d+s( old)?$/gm, '3s$1'],
  ]);
}

const count = testDocument(PAGE, () => ({ cwd: home, env, real, shown }));

test('the page has examples', () => {
  expect(count).toBe(7);
});
