/**
 * Checks the chart: Helm and kubeconform accept it, it renders the same objects as `deploy/`, and its roles are those that `rbac`
 * prints.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { createApiClient } from '../../test/environment/api-client.ts';
import { missing } from '../../test/environment/availability.ts';
import { startSupervisor } from '../../test/environment/supervisor.ts';
import { execute } from '../runtime.ts';
import { chartPath, packChart } from './chart.ts';
import { BAD_VALUES, GOOD_VALUES } from './chart-values.ts';
import { goTool } from './go-tool.ts';
import {
  admissionLine,
  type ClusterObject,
  comparable,
  isOfAdmission,
  isOfRbac,
  parseObjects,
  rbacLines,
} from './in-cluster-objects.ts';
import { writeSchemas } from './kube-schemas.ts';
import type { CheckedWay } from './release.ts';
import type { ReleaseInfo } from './release-info.ts';

/** Throws for the first problem. */
export async function checkChart(release: ReleaseInfo): Promise<readonly CheckedWay[]> {
  const path = chartPath(release);
  const helm = goTool('helm');
  const folder = mkdtempSync(join(tmpdir(), 'regsecret-chart-'));
  try {
    if (!(await packChart(release)).equals(await packChart(release))) throw new Error('two charts differ');
    execute(helm, ['lint', '--strict', path]);
    const render = (values: object): string => renderChart(helm, path, values, folder);
    const rendered = GOOD_VALUES.map(render);
    for (const [index, text] of rendered.entries()) checkRights(parseObjects(text), GOOD_VALUES[index]);
    for (const [values, sentence] of BAD_VALUES) checkRefusal(() => render(values), sentence, values);
    const all = rendered.join('\n---\n');
    checkDoctor(rendered[0] ?? '');
    const bytes = statSync(path).size;
    return [
      { way: 'chart', command: 'helm lint --strict', acceptedBy: 'helm', bytes },
      {
        way: 'chart',
        command: 'helm template',
        acceptedBy: `regsecret rbac: ${GOOD_VALUES.length} sets of values; ${BAD_VALUES.length} that make no sense are refused`,
      },
      ...(await checkOnCluster(all, rendered[0] ?? '', folder)),
      await checkUpgrade(release, helm, folder),
    ];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function renderChart(helm: string, path: string, values: object, folder: string): string {
  const file = join(folder, 'values.json');
  writeFileSync(file, JSON.stringify(values));
  return execute(helm, ['template', 'regsecret', path, '-n', 'regsecret', '-f', file]);
}

function regsecret(args: readonly string[], input = ''): { readonly status: number | null; readonly text: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join('bin', 'regsecret.cjs'), ...args], {
    input,
    encoding: 'utf8',
  });
  return { status, text: stdout + stderr };
}

function checkRights(objects: readonly ClusterObject[], values: unknown): void {
  const printed = rbacLines(objects).flatMap((line) => parseObjects(regsecret(line).text));
  checkSame(objects.filter(isOfRbac), printed, values);
  const added = objects.filter(isOfAdmission);
  if (added.length > 0) checkSame(added, parseObjects(regsecret(admissionLine(objects)).text), values);
}

function checkSame(rendered: readonly ClusterObject[], printed: readonly ClusterObject[], values: unknown): void {
  const [left, right] = [rendered, printed].map((objects) => comparable(objects, { labels: false }));
  if (isDeepStrictEqual(left, right)) return;
  throw new Error(`other rights or policies than regsecret prints, with ${JSON.stringify(values)}`);
}

function checkRefusal(render: () => string, sentence: RegExp, values: object): void {
  try {
    render();
  } catch (error) {
    if (sentence.test(`${error}`)) return;
    throw new Error(`${JSON.stringify(values)} is refused with another sentence: ${error}`);
  }
  throw new Error(`${JSON.stringify(values)} is not refused`);
}

function checkDoctor(manifests: string): void {
  const { status, text } = regsecret(['doctor', '-f', '-'], manifests);
  if (status !== 0 || !text.includes('nothing wrong')) throw new Error(`doctor: ${text}`);
}

/** Runs checks with the tests' control plane: its kubectl renders `deploy/`, and its OpenAPI schemas are used by kubeconform. */
async function checkOnCluster(all: string, usual: string, folder: string): Promise<readonly CheckedWay[]> {
  const supervisor = await startSupervisor();
  try {
    const cluster = await supervisor.cluster();
    const kustomized = execute(cluster.bin.kubectl, ['kustomize', 'deploy']);
    const [left, right] = [kustomized, usual].map((text) => comparable(parseObjects(text)));
    if (!isDeepStrictEqual(left, right)) throw new Error('deploy/ and the chart are not the same objects');
    const api = createApiClient({ ...cluster, certificate: cluster.admin });
    const { body } = await api.request('GET', '/openapi/v2');
    api.close();
    const objects = parseObjects(all);
    const schemas = writeSchemas(body, [...new Set(objects.map(({ kind }) => kind))], folder);
    const manifests = join(folder, 'all.yaml');
    writeFileSync(manifests, `${all}\n---\n${kustomized}`);
    const conform = ['-strict', '-summary', '-schema-location', schemas];
    const said = execute(goTool('kubeconform'), [...conform, manifests]);
    writeFileSync(manifests, kustomized.replace('runAsNonRoot:', 'runAsNonroot:'));
    checkRefusal(() => execute(goTool('kubeconform'), [...conform, '-output', 'json', manifests]), /./, {
      runAsNonroot: true,
    });
    return [
      { way: 'kustomize', command: 'kubectl kustomize deploy', acceptedBy: 'the same objects as the chart' },
      { way: 'chart, kustomize', command: 'kubeconform -strict', acceptedBy: said.trim() },
    ];
  } finally {
    await supervisor.close();
  }
}

/** Checks an upgrade on a test node, with the executable for this machine in an image. */
async function checkUpgrade(release: ReleaseInfo, helm: string, folder: string): Promise<CheckedWay> {
  const row = { way: 'chart', command: 'helm install, upgrade, uninstall' };
  const without = missing('node');
  if (without !== undefined) return { ...row, acceptedBy: `not run, because ${without}` };
  const next = join(folder, 'next.tgz');
  const version = release.version.replace(/\d+$/, (patch) => `${Number(patch) + 1}`);
  writeFileSync(next, await packChart({ ...release, version }));
  const env = { ...process.env, REGSECRET_CHARTS: [helm, resolve(chartPath(release)), next].join(':') };
  const test = join('test', 'in-cluster', 'chart.node.test.ts');
  const vitest = join('node_modules', 'vitest', 'vitest.mjs');
  const said = execute(process.execPath, [vitest, 'run', '--project', 'node', '--reporter', 'tap-flat', test], env);
  if (!/^ok 1 - (?!.*# SKIP)/m.test(said)) throw new Error('the test of an upgrade did not run');
  return {
    way: 'chart',
    command: 'helm install, upgrade, uninstall',
    acceptedBy: 'a real kubelet; every Secret is kept',
  };
}
