/** Checks the rpms: rpm reads and installs them. */
import { readdirSync, statSync } from 'node:fs';
import { arch as hostArch } from 'node:os';
import { join, resolve } from 'node:path';
import { execute } from '../../runtime.ts';
import type { CheckedWay } from '../release.ts';
import type { ReleaseInfo } from '../release-info.ts';
import { linuxArchitectures, packageName } from './linux-packages.ts';

/** Checks the rpms. Needs rpm, and root. */
export function checkRpms(release: ReleaseInfo, work: string): CheckedWay[] {
  const architectures = linuxArchitectures(release);
  for (const arch of architectures) {
    const file = join(release.folder, packageName('rpm', release.version, arch));
    execute('rpm', ['--checksig', '--nosignature', file]);
    const scripts = execute('rpm', ['--query', '--scripts', '--triggers', '--package', file]);
    if (scripts !== '') throw new Error(`${file} has scripts: ${scripts}`);
    const paths = execute('rpm', ['--query', '--list', '--package', file]).trimEnd().split('\n');
    const outside = paths.filter((path) => !path.startsWith('/usr/'));
    if (outside.length > 0 || !paths.includes('/usr/bin/regsecret')) throw new Error(`${file} has ${paths.join(', ')}`);
  }
  const arch = hostArch() === 'x64' ? 'amd64' : 'arm64';
  if (!architectures.includes(arch)) return [];
  const name = packageName('rpm', release.version, arch);
  const root = join(resolve(work), 'root');
  const rpm = (...args: string[]): string => execute('rpm', ['--root', root, ...args]);
  execute('mkdir', [root]);
  rpm('--initdb');
  const began = performance.now();
  // rpm knows of no glibc in this root. The executable runs with the glibc of this machine.
  rpm('--install', '--nodeps', join(release.folder, name));
  const said = execute(join(root, 'usr', 'bin', 'kubectl-regsecret'), ['--version']);
  const seconds = (performance.now() - began) / 1000;
  if (!said.startsWith(`${release.version} `)) throw new Error(`kubectl-regsecret --version says ${said}`);
  rpm('--verify', '--nodeps', 'regsecret');
  rpm('--erase', 'regsecret');
  const left = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((path) => path.includes('regsecret'));
  if (left.length > 0) throw new Error(`rpm --erase leaves ${left.join(', ')}`);
  const { size: bytes } = statSync(join(release.folder, name));
  const acceptedBy = 'rpm: digests, no scripts, installed into a root of its own, run, verified, erased, nothing left';
  return [{ way: 'rpm', command: `dnf install ./${name}`, acceptedBy, bytes, seconds }];
}
