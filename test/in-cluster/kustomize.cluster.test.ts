/** `deploy/`: it renders, an API server takes it, and its rights are those that `rbac` prints for its command lines. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import {
  type ClusterObject,
  comparable,
  isOfRbac,
  parseObjects,
  rbacLines,
} from '../../build/release/in-cluster-objects.ts';
import { kubectl, newNamespace } from '../environment/use.ts';
import { here } from '../support/here.ts';

const deploy = join(import.meta.dirname, '..', '..', 'deploy');
const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

/** A folder with a kustomization on top of `deploy/`, and other files. */
function overlay(text: string, files: Readonly<Record<string, string>> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'regsecret-overlay-'));
  folders.push(folder);
  const base = relative(folder, deploy);
  const all = { ...files, 'kustomization.yaml': `resources: [${base}]\n${text.replaceAll('BASE', base)}` };
  for (const [name, content] of Object.entries(all)) writeFileSync(join(folder, name), content);
  return folder;
}

async function render(folder: string): Promise<string> {
  const { code, stdout, stderr } = await kubectl(['kustomize', folder]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout;
}

async function printedRights(objects: readonly ClusterObject[]): Promise<ClusterObject[]> {
  const printed: ClusterObject[] = [];
  for (const line of rbacLines(objects)) {
    const { code, stdout, stderr } = await here(line, { env: { HOME: '/nowhere' } });
    expect(code, stderr).toBe(0);
    printed.push(...parseObjects(stdout));
  }
  return printed;
}

const otherArguments = `namespace: platform
patches:
- path: rights.yaml
- target: {kind: Deployment}
  patch: |-
    - op: replace
      path: /spec/template/spec/containers/0/args
      value: [sync, pull, -A, --attach, all, --watch, --listen, ':8080']
`;

test.each<[situation: string, folder: () => Promise<string>]>([
  ['as it is', async () => deploy],
  ['in another namespace', async () => overlay('namespace: platform\n')],
  [
    'with other arguments, and what rbac prints for them',
    async () => {
      const line = ['rbac', 'sync', 'pull', '-n', 'platform', '-A', '--attach', 'all', '--watch'];
      return overlay(otherArguments, { 'rights.yaml': (await here(line)).stdout });
    },
  ],
])('the rights are those of its command lines: %s', async (_, folder) => {
  const objects = parseObjects(await render(await folder()));
  const printed = await printedRights(objects);
  expect(printed).toHaveLength(4);
  expect(comparable(objects.filter(isOfRbac), { labels: false })).toEqual(comparable(printed));
});

test('the API server takes it in a namespace that allows restricted pods only, with the network policy too', async () => {
  const pods = { 'pod-security.kubernetes.io/enforce': 'restricted', 'pod-security.kubernetes.io/warn': 'restricted' };
  const namespace = await newNamespace({ labels: pods });
  const folder = overlay(`namespace: ${namespace}\ncomponents: [BASE/network-policy]\n`);
  const applied = await kubectl(['apply', '--dry-run=server', '--validate=strict', '-k', folder]);
  expect(applied).toMatchObject({ code: 0, stderr: '' });
  expect(applied.stdout.trim().split('\n')).toHaveLength(9);
});

test('doctor finds nothing in it', async () => {
  const { code, stdout, stderr } = await here(['doctor', '-f', '-'], { stdin: await render(deploy) });
  expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: '4 objects in 1 file: nothing wrong\n', stderr: '' });
});
