/**
 * Measures what one tenant costs a controller and the others: `npm run bench -- --tenant-cost`. The controller runs in a cgroup of
 * 256 MiB, the limit of the chart. Needs root and cgroup v1, and Linux.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ApiClient, createApiClient } from '../environment/api-client.ts';
import { waitFor } from '../environment/condition.ts';
import type { ClusterInfo } from '../environment/control-plane.ts';
import { BLOAT, createBloat, createTeams } from '../support/bloat.ts';
import { spread } from './measure.ts';

const LIMIT_BYTES = 256 * 1024 * 1024;
const CGROUPS = '/sys/fs/cgroup/memory';
const ARGS = ['sync', BLOAT.secret, '-n', BLOAT.home, '-l', BLOAT.label, '--watch'];
const TWO_ACCOUNTS = [...ARGS, '--attach', 'sa/default', '--attach', 'sa/other'];
const TEAMS = 20;
const WRITERS = 4;
const NEWCOMERS = 100;

/** The table in Markdown, for each of `programs` by name. */
export async function tenantCostTable(
  cluster: ClusterInfo,
  programs: Readonly<Record<string, readonly string[]>>,
): Promise<string> {
  await createTeams(cluster, TEAMS);
  const rows = Object.entries(programs);
  const small = await Promise.all(rows.map(([, program]) => peakOf([...program, ...TWO_ACCOUNTS], cluster)));
  await createBloat(cluster, { accounts: 500, secrets: 2000 });
  const lines: string[] = [];
  for (const [index, [name, program]] of rows.entries()) {
    const large = await peakOf([...program, ...TWO_ACCOUNTS], cluster);
    const waits = await waitsBeside([...program, ...ARGS, '--attach', 'sa/default'], cluster);
    const { median } = spread(waits);
    const at99 = waits.toSorted((one, other) => one - other)[Math.ceil(waits.length * 0.99) - 1] ?? Number.NaN;
    lines.push(`| ${name} | ${megabytes(small[index])} | ${megabytes(large)} | ${ms(median)} | ${ms(at99)} |`);
  }
  return [
    '| `sync --watch` | peak memory | beside 500 accounts and 2,000 Secrets of 250 kB | a new namespace waits, beside four writers | p99 |',
    '|---|---|---|---|---|',
    ...lines,
  ].join('\n');
}

const megabytes = (bytes: number | undefined): string =>
  bytes === undefined ? 'killed' : `${Math.round(bytes / 1e6)} MB`;
const ms = (value: number): string => `${Math.round(value)} ms`;

/** Starts a program in a cgroup of its own. */
function startLimited(
  argv: readonly string[],
  { home, kubeconfig }: ClusterInfo,
): { child: ChildProcess; group: string } {
  const group = join(CGROUPS, `regsecret-bench-${process.pid}-${Math.random().toString(36).slice(2)}`);
  mkdirSync(group);
  writeFileSync(join(group, 'memory.limit_in_bytes'), `${LIMIT_BYTES}`);
  const enter = `echo $$ > ${join(group, 'cgroup.procs')} && exec "$@"`;
  const child = spawn('sh', ['-c', enter, 'sh', ...argv], {
    env: { HOME: home, KUBECONFIG: kubeconfig, PATH: '/usr/bin:/bin' },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return { child, group };
}

/** Resolves after the first look. */
async function firstLook(child: ChildProcess): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  child.stdout?.on('data', (chunk: Buffer) => {
    if (/^\d+ namespaces?: /m.test(`${chunk}`)) resolve(true);
  });
  child.once('exit', () => resolve(false));
  return promise;
}

async function stop(child: ChildProcess, group: string): Promise<void> {
  const over = new Promise((resolve) => child.once('close', resolve));
  if (child.kill('SIGTERM')) await over;
  rmdirSync(group);
}

/** The most memory up to the end of the first look; undefined when the kernel killed the program. */
async function peakOf(argv: readonly string[], cluster: ClusterInfo): Promise<number | undefined> {
  const { child, group } = startLimited(argv, cluster);
  const isWell = await firstLook(child);
  const peak = Number(readFileSync(join(group, 'memory.max_usage_in_bytes'), 'utf8'));
  await stop(child, group);
  return isWell ? peak : undefined;
}

/** How long new namespaces wait for their copy while four writers change one service account as fast as they can. */
async function waitsBeside(argv: readonly string[], cluster: ClusterInfo): Promise<number[]> {
  const api = createApiClient({ ...cluster, certificate: cluster.admin });
  const { child, group } = startLimited(argv, cluster);
  await firstLook(child);
  const over = new AbortController();
  const writers = Array.from({ length: WRITERS }, (_, index) => write(api, `writer-${index}`, over.signal));
  const waits: number[] = [];
  for (let count = 0; count < NEWCOMERS; count += 1) waits.push(await waitOf(api, `new-${process.hrtime.bigint()}`));
  over.abort();
  await Promise.all(writers);
  await stop(child, group);
  api.close();
  return waits;
}

async function write(api: ApiClient, name: string, signal: AbortSignal): Promise<void> {
  const path = '/api/v1/namespaces/team-0/serviceaccounts/default';
  const headers = { 'content-type': 'application/merge-patch+json' };
  for (let count = 0; !signal.aborted; count += 1) {
    await api.request('PATCH', path, { imagePullSecrets: [{ name: `${name}-${count}` }] }, headers);
  }
}

async function waitOf(api: ApiClient, name: string): Promise<number> {
  await api.request('POST', '/api/v1/namespaces', { metadata: { name, labels: { gets: 'pull' } } });
  const start = performance.now();
  const path = `/api/v1/namespaces/${name}/secrets/${BLOAT.secret}`;
  await waitFor(async () => (await api.request('GET', path)).status === 200, { what: `the copy in ${name}` });
  return performance.now() - start;
}
