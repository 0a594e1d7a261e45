/** The lowest layer of an image: what the executable needs of a Linux, and nothing that could be run. */
import type { DebianPackage } from './debian.ts';
import type { LayerEntry } from './layer.ts';
import { HOME, USER } from './oci.ts';

/** base-files has the links that libc6 relies on, and says to scanners which Debian it is. */
export const BASE_PACKAGES: readonly string[] = ['libc6', 'ca-certificates', 'base-files'];

/** Of each package: without programs, the tables of character sets (8 MB), changelogs, and single certificates. */
const KEPT: Readonly<Record<string, RegExp>> = {
  libc6: /^usr\/lib\/[^/]+\/[^/]+$|^usr\/lib(64)?\/ld-[^/]+$|\/copyright$/,
  'ca-certificates': /\/copyright$/,
  'base-files':
    /^(lib|lib64)$|^(etc|usr\/lib)\/os-release$|^etc\/debian_version$|common-licenses\/(LGPL-2.1|GPL-2|MPL-2.0)$|\/copyright$/,
};

/** The entries of the layer. Where dpkg would list the packages, scanners for known holes look for them. */
export function baseEntries(packages: readonly DebianPackage[]): readonly LayerEntry[] {
  const kept = packages.flatMap(({ name, files }) => files.filter(({ path }) => KEPT[name]?.test(path)));
  const listed = packages.map(({ name, control }) => text(`var/lib/dpkg/status.d/${name}`, `${control.trim()}\n`));
  return [...kept, ...listed, authorities(packages), ...users()];
}

/** Who runs, and where: for programs that ask who they are, or that want a home or a place for temporary files. */
export function users(): readonly LayerEntry[] {
  return [
    text(
      'etc/passwd',
      `root:x:0:0:root:/root:/sbin/nologin\nnonroot:x:${USER}:${USER}:nonroot:/${HOME}:/sbin/nologin\n`,
    ),
    text('etc/group', `root:x:0:\nnonroot:x:${USER}:\n`),
    text('etc/nsswitch.conf', 'hosts: files dns\n'),
    { path: HOME, folder: true, owner: USER },
    { path: 'tmp', folder: true, mode: 0o1777 },
  ];
}

/** All of Mozilla's authorities in one file, as update-ca-certificates writes it. */
function authorities(packages: readonly DebianPackage[]): LayerEntry {
  const certificates = packages
    .flatMap(({ files }) => files)
    .filter(({ path }) => /^usr\/share\/ca-certificates\/mozilla\/.*\.crt$/.test(path))
    .sort((one, other) => (one.path < other.path ? -1 : 1))
    .map((file) => ('content' in file ? `${file.content.toString().trim()}\n` : ''));
  if (certificates.length < 50) throw new Error(`ca-certificates has ${certificates.length} authorities only`);
  return text('etc/ssl/certs/ca-certificates.crt', certificates.join(''));
}

function text(path: string, content: string): LayerEntry {
  return { path, content: Buffer.from(content) };
}
