/**
 * The time until regsecret has said something: in a container of its image against the executable alone. Both are started by
 * the same program, which runs in the container and beside it in turns, so that what else the machine does falls on both.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { run } from '../../../test/environment/child.ts';
import type { ClusterInfo } from '../../../test/environment/control-plane.ts';
import { ensurePrograms } from '../../../test/environment/programs.ts';
import { report } from '../../../test/environment/report.ts';
import { executableName, hostName } from '../../targets.ts';
import type { CheckedWay } from '../release.ts';
import { EXECUTABLE } from './oci.ts';

const TURNS = 15;
const ROUNDS = 10;
/** How much longer it may take in the container. */
const MOST = 1.2;
const ARGS = ['create', 'x', '--docker-server=r.io', '--docker-username=u', '--docker-password=p', '--dry-run=client'];

export interface Pulled {
  readonly cluster: ClusterInfo;
  /** The number of a process that sees the folders of the node, and whose children see its processes. */
  readonly process: number;
  /** An image that the node has. */
  readonly image: string;
}

export async function firstLine(pulled: Pulled): Promise<CheckedWay> {
  const folder = mkdtempSync(join(tmpdir(), 'regsecret-first-line-'));
  try {
    const { measure } = await ensurePrograms(['measure'], report);
    const bare: number[] = [];
    const contained: number[] = [];
    for (let turn = 0; turn < TURNS; turn++) {
      bare.push(...(await measured([measure], resolve('exe', executableName(hostName())), folder)));
      contained.push(...(await measured(await inContainer(pulled, measure, `turn-${turn}`), `/${EXECUTABLE}`, '/tmp')));
    }
    // The best of each: what else runs here makes the others longer, and by how much is chance.
    const [fastest, slower] = [Math.min(...bare), Math.min(...contained)];
    const told = `${slower.toFixed(1)} ms in the container, ${fastest.toFixed(1)} ms alone (medians ${median(contained)} and ${median(bare)})`;
    if (slower > MOST * fastest) throw new Error(`the first line takes ${told}`);
    return {
      way: 'image: first line',
      command: `regsecret ${ARGS.join(' ')}`,
      acceptedBy: `${told}, best of ${bare.length} each, in turns`,
      seconds: slower / 1000,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function median(samples: readonly number[]): string {
  return (samples.toSorted((one, other) => one - other)[samples.length >> 1] ?? 0).toFixed(1);
}

/** Milliseconds of each run but the first. */
async function measured(command: readonly string[], executable: string, folder: string): Promise<readonly number[]> {
  const [program = '', ...args] = command;
  const env = { HOME: folder, PATH: '/usr/bin' };
  const plan = {
    rounds: ROUNDS,
    warmup: 1,
    seed: 1,
    folder,
    cases: { create: [{ argv: [executable, ...ARGS], env }] },
  };
  const { code, stdout, stderr } = await run(program, args, { stdin: JSON.stringify(plan) });
  if (code !== 0) throw new Error(`${command.join(' ')}: ${stderr}`);
  const { create } = JSON.parse(stdout) as { readonly create: readonly (readonly { milliseconds: number }[])[] };
  return (create[0] ?? []).map(({ milliseconds }) => milliseconds);
}

/** A container with the user, the read-only root file system and the filter of system calls that pods have. */
async function inContainer({ cluster, process: seer, image }: Pulled, measure: string, id: string): Promise<string[]> {
  const { ctr } = await ensurePrograms(['ctr'], report);
  return [
    ...['nsenter', '--mount', '--target', `${seer}`, `--pid=/proc/${seer}/ns/pid_for_children`],
    ...[
      ctr,
      '--address',
      join(cluster.folder, 'state', 'node', 'containerd.sock'),
      '--namespace',
      'k8s.io',
      'run',
      '--rm',
    ],
    // The one of this run is removed with it. Without it there would be one called k8s.io, and nobody to remove it.
    ...['--cgroup', `/${basename(cluster.folder)}/${id}`],
    ...['--read-only', '--user', '65532:65532', '--seccomp'],
    ...['--mount', `type=bind,src=${measure},dst=/measure,options=rbind:ro`],
    ...['--mount', 'type=tmpfs,dst=/tmp,options=nosuid:nodev:mode=1777'],
    ...[image, id, '/measure'],
  ];
}
