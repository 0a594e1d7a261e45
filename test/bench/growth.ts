/** Measures how time and memory of `sync` grow with the number of namespaces: `npm run bench -- --growth`. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createApiClient } from '../environment/api-client.ts';
import { run } from '../environment/child.ts';
import type { ClusterInfo } from '../environment/control-plane.ts';
import { report } from '../environment/report.ts';
import { pool } from '../support/pool.ts';
import { measure, type Sample } from './measure.ts';
import { secretOf } from './sync.ts';

const COUNTS = [100, 1_000, 10_000];
const HOME = 'growth-home';
const LABELS = { bench: 'growth' };
/** How long a watch has run when its memory is read. By then it has compared everything and is idle. */
const IDLE_MS = 30_000;

interface Growth {
  readonly namespaces: number;
  readonly first: Sample;
  readonly second: Sample;
  /** The number of requests in a run with nothing to do. */
  readonly requests: number;
  /** The memory of `sync --watch` with nothing to do. */
  readonly idleBytes: number;
}

/** The table in Markdown. Each size has its own Secret, and also uses the namespaces of the smaller sizes. */
export async function growthTable(cluster: ClusterInfo, executable: string, measurer: string): Promise<string> {
  const api = createApiClient({ ...cluster, certificate: cluster.admin });
  await api.request('POST', '/api/v1/namespaces', { metadata: { name: HOME } });
  const rows: Growth[] = [];
  let made = 0;
  for (const count of COUNTS) {
    const names = Array.from({ length: count - made }, (_, index) => `growth-${made + index}`);
    await pool(32, names, (name) => api.request('POST', '/api/v1/namespaces', { metadata: { name, labels: LABELS } }));
    made = count;
    const secret = `pull-${count}`;
    await api.request('POST', `/api/v1/namespaces/${HOME}/secrets`, secretOf(secret, HOME));
    report(`${count} namespaces are there`);
    const args = ['sync', secret, '-n', HOME, '-l', 'bench=growth'];
    const once = () => runOnce(cluster, measurer, [executable, ...args]);
    rows.push({
      namespaces: count,
      first: await once(),
      second: await once(),
      requests: await countRequests(cluster, [executable, ...args]),
      idleBytes: await idleMemory(cluster, [executable, ...args, '--watch']),
    });
  }
  api.close();
  return format(rows);
}

function environment({ home, kubeconfig }: ClusterInfo): Record<string, string> {
  return { HOME: home, KUBECONFIG: kubeconfig, PATH: '/usr/bin:/bin' };
}

async function runOnce(cluster: ClusterInfo, measurer: string, argv: readonly string[]): Promise<Sample> {
  const { sync } = await measure(measurer, {
    rounds: 1,
    warmup: 0,
    seed: 1,
    folder: cluster.folder,
    evict: [],
    cases: { sync: [{ argv, env: environment(cluster) }] },
  });
  const sample = sync[0]?.[0];
  if (sample === undefined) throw new Error(`${argv.join(' ')} was not measured`);
  return sample;
}

async function countRequests(cluster: ClusterInfo, [program = '', ...args]: readonly string[]): Promise<number> {
  const { stderr } = await run(program, [...args, '-v=6'], { env: environment(cluster) });
  return stderr.match(/^[A-Z]+ https:/gm)?.length ?? 0;
}

async function idleMemory(cluster: ClusterInfo, [program = '', ...args]: readonly string[]): Promise<number> {
  const child = spawn(program, args, { env: environment(cluster), stdio: 'ignore' });
  await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
  const resident = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1];
  child.kill('SIGTERM');
  await new Promise((resolve) => child.once('exit', resolve));
  return Number(resident) * 1024;
}

function format(rows: readonly Growth[]): string {
  const ms = (value: number): string => value.toFixed(value < 10 ? 2 : 0);
  const mb = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`;
  return [
    '| namespaces | first run | a namespace | memory | second run | a namespace | memory | requests | watch, idle |',
    '|---|---|---|---|---|---|---|---|---|',
    ...rows.map(({ namespaces, first, second, requests, idleBytes }) =>
      [
        `| ${namespaces} | ${ms(first.milliseconds)} ms | ${ms(first.milliseconds / namespaces)} ms | ${mb(first.peakBytes)}`,
        `${ms(second.milliseconds)} ms | ${ms(second.milliseconds / namespaces)} ms | ${mb(second.peakBytes)} | ${requests}`,
        `${mb(idleBytes)} |`,
      ].join(' | '),
    ),
  ].join('\n');
}
