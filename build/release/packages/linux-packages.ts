/** Makes the deb and the rpm for each architecture with nfpm, from the content of the archive. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execute } from '../../runtime.ts';
import { gzip } from '../deflate.ts';
import { goTool } from '../go-tool.ts';
import { archiveName, type Platform, type ReleaseInfo } from '../release-info.ts';
import { COPYRIGHT, debianChangelog, debianVersion, LINTIAN_OVERRIDES } from './debian-files.ts';
import { neededGlibc } from './glibc.ts';
import { nfpmConfig, type PackageFormat } from './nfpm-config.ts';

type Arch = Platform['arch'];

const RPM_ARCH: Readonly<Record<Arch, string>> = { amd64: 'x86_64', arm64: 'aarch64' };

/** The file name by each distribution's convention: `regsecret_0.1.0_amd64.deb`, `regsecret-0.1.0-1.x86_64.rpm`. */
export function packageName(format: PackageFormat, version: string, arch: Arch): string {
  const named = debianVersion(version);
  return format === 'deb' ? `regsecret_${named}_${arch}.deb` : `regsecret-${named}-1.${RPM_ARCH[arch]}.rpm`;
}

/** The architectures for which there is a Linux executable with glibc. */
export function linuxArchitectures({ platforms }: ReleaseInfo): Arch[] {
  return platforms.flatMap(({ platform: { os, arch, musl } }) => (os === 'linux' && !musl ? [arch] : []));
}

interface Wanted {
  readonly folder: string;
  readonly version: string;
  readonly formats: readonly PackageFormat[];
}

/** Writes the packages for `arch` from the content of its archive. Checks pass another version and another folder. */
export function makePackages(release: ReleaseInfo, arch: Arch, wanted: Partial<Wanted> = {}): void {
  const { folder = release.folder, version = release.version, formats = ['deb', 'rpm'] } = wanted;
  const work = mkdtempSync(join(tmpdir(), 'regsecret-package-'));
  try {
    const [unpacked, staged] = [join(work, 'unpacked'), join(work, 'staged')];
    for (const made of [unpacked, staged]) mkdirSync(made);
    const archive = join(release.folder, archiveName(release.version, { os: 'linux', arch, musl: false }));
    execute('tar', ['-xzf', archive, '-C', unpacked]);
    const manPages = readdirSync(join(unpacked, 'man')).sort();
    for (const page of manPages)
      writeFileSync(join(staged, `${page}.gz`), gzip(readFileSync(join(unpacked, 'man', page))));
    const told = { version, time: release.time };
    writeFileSync(join(staged, 'changelog.gz'), gzip(Buffer.from(debianChangelog(told))));
    writeFileSync(join(staged, 'copyright'), COPYRIGHT);
    writeFileSync(join(staged, 'lintian-overrides'), LINTIAN_OVERRIDES);
    const glibc = neededGlibc(readFileSync(join(unpacked, 'regsecret')));
    for (const format of formats) {
      const file = join(folder, packageName(format, version, arch));
      const config = join(work, `${format}.yaml`);
      writeFileSync(config, nfpmConfig(format, told, { arch, glibc, unpacked, staged, manPages }));
      // nfpm takes times that its configuration does not set from the environment.
      const env = { ...process.env, SOURCE_DATE_EPOCH: `${release.time}` };
      execute(goTool('nfpm'), ['package', '--config', config, '--packager', format, '--target', file], env);
    }
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
