/** nfpm's configuration for the deb and the rpm. */
import { dump } from 'js-yaml';
import { type Platform, REPOSITORY, type ReleaseInfo } from '../release-info.ts';
import { PURPOSE, SUMMARY } from './purpose.ts';

export type PackageFormat = 'deb' | 'rpm';

export const MAINTAINER = 'The regsecret authors <regsecret@users.noreply.github.com>';

export interface PackageContent {
  readonly arch: Platform['arch'];
  /** The minimal version of glibc for the executable. */
  readonly glibc: string;
  /** The folder with the unpacked archive. */
  readonly unpacked: string;
  /** The folder with files that only packages have: compressed man pages, and Debian's own files. */
  readonly staged: string;
  readonly manPages: readonly string[];
}

/** nfpm's configuration for one format and one architecture. */
export function nfpmConfig(
  format: PackageFormat,
  { version, time }: Pick<ReleaseInfo, 'version' | 'time'>,
  content: PackageContent,
): string {
  const { glibc } = content;
  const config = {
    name: 'regsecret',
    arch: content.arch,
    platform: 'linux',
    version,
    section: 'utils',
    priority: 'optional',
    maintainer: MAINTAINER,
    // rpm has a separate field for the summary.
    description: [...(format === 'deb' ? [SUMMARY] : []), ...PURPOSE].join('\n'),
    vendor: 'The regsecret authors',
    homepage: REPOSITORY,
    license: 'Apache-2.0',
    mtime: new Date(time * 1000).toISOString(),
    disable_globbing: true,
    depends: [format === 'deb' ? `libc6 (>= ${glibc})` : `libc.so.6(GLIBC_${glibc})(64bit)`],
    contents: [...both(content), ...(format === 'deb' ? debianOnly(content) : rpmOnly(content))],
    // Every dpkg and rpm on a system with a sufficient glibc can read gzip.
    deb: { compression: 'gzip:9' },
    // Without a build host, rpm would record the name of the machine that made the package.
    rpm: { compression: 'gzip:9', summary: SUMMARY, buildhost: 'localhost' },
  };
  return dump(config, { lineWidth: -1 });
}

interface Entry {
  readonly dst: string;
  readonly src?: string;
  readonly type?: 'symlink' | 'dir' | 'license';
  readonly file_info?: { readonly mode: number };
}

const PLUGIN = 'kubectl-regsecret';
const COMPLETER = 'kubectl_complete-regsecret';

function both({ unpacked, staged, manPages }: PackageContent): Entry[] {
  const completions = `${unpacked}/completions`;
  return [
    file(`${unpacked}/regsecret`, '/usr/bin/regsecret', 0o755),
    { src: 'regsecret', dst: `/usr/bin/${PLUGIN}`, type: 'symlink' },
    file(`${completions}/${COMPLETER}`, `/usr/bin/${COMPLETER}`, 0o755),
    file(`${completions}/regsecret.bash`, '/usr/share/bash-completion/completions/regsecret'),
    file(`${completions}/regsecret.fish`, '/usr/share/fish/vendor_completions.d/regsecret.fish'),
    ...manPages.map((name) => file(`${staged}/${name}.gz`, manPage(name))),
    ...[PLUGIN, COMPLETER].map(
      (name): Entry => ({ src: 'regsecret.1.gz', dst: manPage(`${name}.1`), type: 'symlink' }),
    ),
  ];
}

function debianOnly({ unpacked, staged }: PackageContent): Entry[] {
  return [
    file(`${unpacked}/completions/_regsecret`, '/usr/share/zsh/vendor-completions/_regsecret'),
    file(`${unpacked}/LICENSES.txt`, '/usr/share/doc/regsecret/LICENSES.txt'),
    file(`${staged}/copyright`, '/usr/share/doc/regsecret/copyright'),
    file(`${staged}/changelog.gz`, '/usr/share/doc/regsecret/changelog.gz'),
    file(`${staged}/lintian-overrides`, '/usr/share/lintian/overrides/regsecret'),
  ];
}

function rpmOnly({ unpacked }: PackageContent): Entry[] {
  const licences = '/usr/share/licenses/regsecret';
  return [
    file(`${unpacked}/completions/_regsecret`, '/usr/share/zsh/site-functions/_regsecret'),
    { dst: licences, type: 'dir', file_info: { mode: 0o755 } },
    { ...file(`${unpacked}/LICENSE`, `${licences}/LICENSE`), type: 'license' },
    { ...file(`${unpacked}/LICENSES.txt`, `${licences}/LICENSES.txt`), type: 'license' },
  ];
}

function manPage(name: string): string {
  return `/usr/share/man/man1/${name}.gz`;
}

function file(src: string, dst: string, mode = 0o644): Entry {
  return { src, dst, file_info: { mode } };
}
