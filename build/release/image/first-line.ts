/**
 * Compares the time until regsecret prints its first output in a container of its image and outside. The same program starts
 * both, in turns inside and outside the container, so that other load of the machine affects both.
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
/** The maximal ratio of the time in the container to the time outside. */
const MOST = 1.2;
const ARGS = ['create', 'x', '--docker-server=r.io', '--docker-username=u', '--docker-password=p', '--dry-run=client'];

export interface Pulled {
  readonly cluster: ClusterInfo;
  /** The id of a process that sees the node's folders, and whose children see the node's processes. */
  readonly process: number;
  /** An image that the node has pulled. */
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
    // The best times are compared, because other load lengthens the rest by chance.
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

/** The milliseconds of each run except the warm-up. */
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

/** The command that runs `measure` in a container with the user, read-only root file system and seccomp filter of our pods. */
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
    // A cgroup of this run is removed with the run. The default would be a cgroup k8s.io that nothing removes.
    ...['--cgroup', `/${basename(cluster.folder)}/${id}`],
    ...['--read-only', '--user', '65532:65532', '--seccomp'],
    ...['--mount', `type=bind,src=${measure},dst=/measure,options=rbind:ro`],
    ...['--mount', 'type=tmpfs,dst=/tmp,options=nosuid:nodev:mode=1777'],
    ...[image, id, '/measure'],
  ];
}
