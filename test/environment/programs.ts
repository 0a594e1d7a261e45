/**
 * The programs of a cluster, and the paths of the built ones. Run as a script, it builds them all; with `--key` it prints the key
 * and folder for GitHub's actions/cache.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { killChildren, run } from './child.ts';
import { buildAll, type Wanted } from './go-build.ts';
import { CLOCK_PATCH, type GoPatch } from './go-patch.ts';
import { type Report, report } from './report.ts';

export type ProgramName =
  | (typeof controlPlanePrograms)[number]
  | (typeof registryPrograms)[number]
  | (typeof nodePrograms)[number]
  | 'ctr'
  | 'containerd-with-clock'
  | 'oracle'
  | 'logins'
  | 'clientconfig'
  | 'measure'
  | 'puller';
export type Programs = Partial<Record<ProgramName, string>>;

/** A Go module of ours and its programs, which are built in one go because they share most packages. */
export interface GoModule {
  name: string;
  folder: string;
  flags: readonly string[];
  packages: Partial<Record<ProgramName, string>>;
  /** A change to Go's standard library for these programs only. */
  patch?: GoPatch;
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

export const nodePrograms = ['kubelet', 'containerd', 'containerd-shim-runc-v2'] as const;

const allPrograms: readonly ProgramName[] = [
  ...controlPlanePrograms,
  ...registryPrograms,
  ...nodePrograms,
  'ctr',
  'containerd-with-clock',
  'oracle',
  'logins',
  'clientconfig',
  'measure',
  'puller',
];

/** The path of each named program. Builds those that do not exist yet, with Go's caches in the folder `caches`. */
export async function ensurePrograms<Name extends ProgramName>(
  names: readonly Name[],
  report: Report,
  caches?: string,
): Promise<Record<Name, string>> {
  const found: Programs = givenPrograms(names);
  const builds: Wanted[] = [];
  for (const module of modules) {
    const wanted = names.filter((name) => module.packages[name] && !found[name]);
    if (wanted.length === 0) continue;
    const folder = join(cacheFolder(), await moduleKey(module));
    const paths: Programs = Object.fromEntries(wanted.map((name) => [name, join(folder, fileName(module, name))]));
    builds.push({ module, paths, folder });
    Object.assign(found, paths);
  }
  await buildAll(builds, report, caches);
  return found as Record<Name, string>;
}

/** The given programs that exist in `KUBEBUILDER_ASSETS`, as setup-envtest lays them out. */
export function givenPrograms(names: readonly ProgramName[], env = process.env): Programs {
  const folder = env.KUBEBUILDER_ASSETS;
  const given = folder ? names.filter((name) => existsSync(join(folder, name))) : [];
  return Object.fromEntries(given.map((name) => [name, join(folder ?? '', name)]));
}

/** The folder in which built programs are kept between runs. */
export function cacheFolder(env = process.env): string {
  if (env.REGSECRET_CACHE) return env.REGSECRET_CACHE;
  return join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'regsecret');
}

/** Linker flags that set the version reported by Kubernetes programs. */
export function versionFlags(version: string): string {
  const variable = 'k8s.io/component-base/version';
  const [major, minor] = version.slice(1).split('.');
  return [
    `-X ${variable}.gitVersion=${version} -X ${variable}.gitMajor=${major} -X ${variable}.gitMinor=${minor}`,
    `-X ${variable}.gitTreeState=clean`,
  ].join(' ');
}

/** The packages, which are the same in every version of Kubernetes. */
export const kubernetesPackages = {
  etcd: 'go.etcd.io/etcd/server/v3',
  'kube-apiserver': 'k8s.io/kubernetes/cmd/kube-apiserver',
  'kube-controller-manager': 'k8s.io/kubernetes/cmd/kube-controller-manager',
  'kube-scheduler': 'k8s.io/kubernetes/cmd/kube-scheduler',
  kubectl: 'k8s.io/kubernetes/cmd/kubectl',
  kubelet: 'k8s.io/kubernetes/cmd/kubelet',
} as const;

const containers = {
  folder: join(import.meta.dirname, 'go', 'containers'),
  flags: ['-ldflags=-s -w', '-tags=no_aufs,no_btrfs,no_devmapper,no_zfs'],
};

const modules: readonly GoModule[] = [
  {
    name: 'kubernetes',
    folder: join(import.meta.dirname, 'go', 'kubernetes'),
    flags: [`-ldflags=-s -w ${versionFlags(kubernetesVersion)}`],
    packages: {
      ...kubernetesPackages,
      oracle: './oracle',
      clientconfig: './clientconfig',
    },
  },
  {
    ...containers,
    name: 'containers',
    packages: {
      containerd: 'github.com/containerd/containerd/v2/cmd/containerd',
      'containerd-shim-runc-v2': 'github.com/containerd/containerd/v2/cmd/containerd-shim-runc-v2',
      ctr: 'github.com/containerd/containerd/v2/cmd/ctr',
      registry: './registry',
      crane: 'github.com/google/go-containerregistry/cmd/crane',
      app: './app',
      measure: './measure',
      puller: './puller',
    },
  },
  {
    ...containers,
    name: 'clock',
    patch: CLOCK_PATCH,
    packages: { 'containerd-with-clock': 'github.com/containerd/containerd/v2/cmd/containerd' },
  },
  {
    name: 'logins',
    folder: join(import.meta.dirname, 'go', 'logins'),
    flags: ['-ldflags=-s -w'],
    packages: { logins: './logins' },
  },
];

/**
 * A name that changes with everything that all programs of a module depend on: the Go version, the flags, go.mod and go.sum, and
 * the patch.
 */
export async function moduleKey(module: GoModule): Promise<string> {
  const go = await run('go', ['env', 'GOVERSION', 'GOOS', 'GOARCH'], { cwd: module.folder });
  if (go.code !== 0) throw new Error(`go env failed: ${go.stderr.trim()}`);
  const [goVersion = '', os = '', architecture = ''] = go.stdout.trim().split('\n');
  const files = ['go.mod', 'go.sum'].map((name) => readFileSync(join(module.folder, name), 'utf8'));
  return `${module.name}-${os}-${architecture}-${digest([goVersion, module.flags, files, ...(module.patch ? [module.patch] : [])])}`;
}

/** The file name of a program. If its source is in this repository, the name contains a digest of it. */
function fileName(module: GoModule, name: ProgramName): string {
  const path = module.packages[name] ?? name;
  if (!path.startsWith('./')) return name;
  const folder = join(module.folder, path);
  const files = readdirSync(folder).sort();
  return `${name}-${digest(files.map((file) => [file, readFileSync(join(folder, file), 'utf8')]))}`;
}

function digest(content: unknown): string {
  return createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, 16);
}

async function main(): Promise<void> {
  process.once('SIGINT', () => {
    void killChildren();
    process.exit(130);
  });
  if (process.argv.includes('--key')) {
    const keys = await Promise.all(modules.map(moduleKey));
    const names = modules.flatMap((module) => allPrograms.map((name) => fileName(module, name)));
    console.log(`key=programs-${digest([keys, names])}\nfolder=${cacheFolder()}`);
  } else {
    const programs = await ensurePrograms(allPrograms, report);
    for (const path of Object.values(programs)) console.log(path);
  }
}

if (import.meta.main) {
  await main().catch((error: Error) => {
    report(error.message);
    process.exitCode = 1;
  });
}
