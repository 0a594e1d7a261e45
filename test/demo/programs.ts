/** The programs of the demo's cluster, and where Go keeps what it needs to build them. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../environment/child.ts';
import {
  cacheFolder,
  ensurePrograms,
  kubernetesVersion,
  nodePrograms,
  type ProgramName,
} from '../environment/programs.ts';
import { report } from '../environment/report.ts';

/** Go's caches for the demo, which are removed once the programs are built. */
export const goCaches = join(cacheFolder(), 'go');

/** What is needed: nothing schedules or controls, and a kubectl that is here is good enough. */
export function neededPrograms(has: { readonly node: boolean; readonly kubectl: boolean }): ProgramName[] {
  return [
    'etcd',
    'kube-apiserver',
    'app',
    ...(has.kubectl ? [] : ['kubectl' as const]),
    ...(has.node ? nodePrograms : []),
  ];
}

/** Builds the programs that are not here. Uses Go's caches of the user if the tests have filled them. */
export async function buildPrograms(names: readonly ProgramName[]): Promise<Partial<Record<ProgramName, string>>> {
  const { stdout } = await run('go', ['env', 'GOMODCACHE']);
  const filled = existsSync(join(stdout.trim(), 'k8s.io', `kubernetes@${kubernetesVersion}`));
  return ensurePrograms(names, report, filled ? undefined : goCaches);
}
