/**
 * The programs that a cluster is made of: which there are, and where the built ones lie.
 * Run alone, it builds them all; with `--key` it prints what GitHub's actions/cache wants to know.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { killChildren, run } from './child.ts';
import { build } from './go-build.ts';
import { type Report, report } from './report.ts';

export type ProgramName = (typeof controlPlanePrograms)[number] | (typeof nodePrograms)[number];
export type Programs = Partial<Record<ProgramName, string>>;

/** A Go module of ours and the programs that are built from it, all in one go because they share most packages. */
export interface GoModule {
  name: string;
  folder: string;
  flags: readonly string[];
  packages: Partial<Record<ProgramName, string>>;
}

export const kubernetesVersion = 'v1.36.3';

export const controlPlanePrograms = [
  'etcd',
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kubectl',
] as const;

export const registryPrograms = ['registry', 'crane', 'app'] as const;

export const nodePrograms = [...registryPrograms, 'kubelet', 'containerd', 'containerd-shim-runc-v2'] as const;

/** Where each of the named programs is, after building those that are not there yet. */
export async function ensurePrograms<Name extends ProgramName>(
  names: readonly Name[],
  report: Report,
): Promise<Record<Name, string>> {
  const found: Programs = givenPrograms(names);
  for (const module of modules) {
    const wanted = names.filter((name) => module.packages[name] && !found[name]);
    if (wanted.length === 0) continue;
    const folder = join(cacheFolder(), await moduleKey(module));
    const absent = wanted.filter((name) => !existsSync(join(folder, name)));
    if (absent.length > 0) await build(module, absent, folder, report);
    for (const name of wanted) found[name] = join(folder, name);
  }
  return found as Record<Name, string>;
}

/** The programs of these that `KUBEBUILDER_ASSETS` holds, as setup-envtest lays them out. */
export function givenPrograms(names: readonly ProgramName[], env = process.env): Programs {
  const folder = env.KUBEBUILDER_ASSETS;
  const given = folder ? names.filter((name) => existsSync(join(folder, name))) : [];
  return Object.fromEntries(given.map((name) => [name, join(folder ?? '', name)]));
}

/** The folder below which built programs are kept from one run to the next. */
export function cacheFolder(env = process.env): string {
  if (env.REGSECRET_CACHE) return env.REGSECRET_CACHE;
  return join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'regsecret');
}

const version = `k8s.io/component-base/version`;
const [major, minor] = kubernetesVersion.slice(1).split('.');
const versionFlags = [
  `-X ${version}.gitVersion=${kubernetesVersion} -X ${version}.gitMajor=${major} -X ${version}.gitMinor=${minor}`,
  `-X ${version}.gitTreeState=clean`,
].join(' ');

const modules: readonly GoModule[] = [
  {
    name: 'kubernetes',
    folder: join(import.meta.dirname, 'go', 'kubernetes'),
    flags: [`-ldflags=-s -w ${versionFlags}`],
    packages: {
      etcd: 'go.etcd.io/etcd/server/v3',
      'kube-apiserver': 'k8s.io/kubernetes/cmd/kube-apiserver',
      'kube-controller-manager': 'k8s.io/kubernetes/cmd/kube-controller-manager',
      'kube-scheduler': 'k8s.io/kubernetes/cmd/kube-scheduler',
      kubectl: 'k8s.io/kubernetes/cmd/kubectl',
      kubelet: 'k8s.io/kubernetes/cmd/kubelet',
    },
  },
  {
    name: 'containers',
    folder: join(import.meta.dirname, 'go', 'containers'),
    flags: ['-ldflags=-s -w', '-tags=no_aufs,no_btrfs,no_devmapper,no_zfs'],
    packages: {
      containerd: 'github.com/containerd/containerd/v2/cmd/containerd',
      'containerd-shim-runc-v2': 'github.com/containerd/containerd/v2/cmd/containerd-shim-runc-v2',
      registry: './registry',
      crane: 'github.com/google/go-containerregistry/cmd/crane',
      app: './app',
    },
  },
];

/** A name that changes with everything a build depends on. */
async function moduleKey(module: GoModule): Promise<string> {
  const go = await run('go', ['env', 'GOVERSION', 'GOOS', 'GOARCH'], { cwd: module.folder });
  if (go.code !== 0) throw new Error(`go env failed: ${go.stderr.trim()}`);
  const [goVersion = '', os = '', architecture = ''] = go.stdout.trim().split('\n');
  const hash = createHash('sha256').update(JSON.stringify([goVersion, module.flags, module.packages]));
  const sources = readdirSync(module.folder, { recursive: true, encoding: 'utf8' }).filter((path) =>
    /\.(go|mod|sum)$/.test(path),
  );
  for (const path of sources.sort()) hash.update(path).update(readFileSync(join(module.folder, path)));
  return `${module.name}-${os}-${architecture}-${hash.digest('hex').slice(0, 16)}`;
}

if (import.meta.main) {
  process.once('SIGINT', () => void killChildren().then(() => process.exit(130)));
  if (process.argv.includes('--key')) {
    const keys = await Promise.all(modules.map(moduleKey));
    console.log(`key=${keys.join('-')}\nfolder=${cacheFolder()}`);
  } else {
    const programs = await ensurePrograms([...controlPlanePrograms, ...nodePrograms], report);
    for (const path of Object.values(programs)) console.log(path);
  }
}
