/**
 * Builds the programs of any version of Kubernetes, with the modules of its own go.mod. Only the modules inside its repository
 * are replaced by their published versions (v1.30.14 by v0.30.14). The checksums are those of its own go.sum, which is part of
 * the module. go checks the module itself and the published ones against the checksum database.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../environment/child.ts';
import { buildAll } from '../environment/go-build.ts';
import { lock } from '../environment/lock.ts';
import { cacheFolder, type GoModule, kubernetesPackages, moduleKey, versionFlags } from '../environment/programs.ts';
import { type Report, secondsSince } from '../environment/report.ts';

/** Without kubectl: its messages, which we compare, do not depend on the server, so the tests' own version is used. */
const programs = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kubelet'] as const;

/** Builds the programs that are missing. Returns their folder, for KUBEBUILDER_ASSETS. */
export async function buildKubernetes(version: string, report: Report): Promise<string> {
  const module: GoModule = {
    name: `kubernetes-${version}`,
    folder: await moduleFolder(version, report),
    flags: [`-ldflags=-s -w ${versionFlags(version)}`],
    packages: Object.fromEntries(programs.map((name) => [name, kubernetesPackages[name]])),
  };
  const folder = join(cacheFolder(), await moduleKey(module));
  const paths = Object.fromEntries(programs.map((name) => [name, join(folder, name)]));
  await buildAll([{ module, paths, folder }], report);
  return folder;
}

/** A folder with a go.mod and a go.sum to build them from, made once. */
async function moduleFolder(version: string, report: Report): Promise<string> {
  const parent = join(cacheFolder(), 'skew');
  const folder = join(parent, version);
  mkdirSync(parent, { recursive: true });
  const held = await lock(join(parent, '.lock'), () => report(`waiting for another run in ${parent}`));
  const temporary = join(parent, '.making');
  try {
    if (existsSync(folder)) return folder;
    rmSync(temporary, { recursive: true, force: true });
    mkdirSync(temporary);
    const started = performance.now();
    await makeModule(temporary, version);
    renameSync(temporary, folder);
    report(`found the modules of Kubernetes ${version} in ${secondsSince(started)}`);
    return folder;
  } finally {
    rmSync(temporary, { recursive: true, force: true });
    held.release();
  }
}

async function makeModule(folder: string, version: string): Promise<void> {
  const answer = await go(folder, 'mod', 'download', '-json', `k8s.io/kubernetes@${version}`);
  const { Dir } = JSON.parse(answer) as { Dir: string };
  writeFileSync(join(folder, 'go.mod'), moduleFile(readFileSync(join(Dir, 'go.mod'), 'utf8'), version));
  writeFileSync(join(folder, 'go.sum'), readFileSync(join(Dir, 'go.sum')));
  // Adds the checksums of the published modules.
  await go(folder, 'list', '-mod=mod', '-deps', ...programs.map((name) => kubernetesPackages[name]));
}

/** Turns Kubernetes' go.mod into that of a module that depends on Kubernetes. */
export function moduleFile(text: string, version: string): string {
  const published = version.replace(/^v1\./, 'v0.');
  const own = text
    .replace(/^module .*$/m, 'module regsecret.test/skew/kubernetes')
    .replaceAll(/ => \.\/staging\/src\/(\S+)/g, ` => $1 ${published}`);
  return `${own}\nrequire k8s.io/kubernetes ${version}\n`;
}

async function go(cwd: string, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await run('go', args, { cwd, env: { ...process.env, GOFLAGS: '', GOWORK: 'off' } });
  if (code !== 0) throw new Error(`go ${args.slice(0, 3).join(' ')} failed: ${stderr.trim() || stdout.trim()}`);
  return stdout;
}
