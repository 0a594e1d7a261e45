/** The lowest layer of an image: the parts of a Linux that the executable needs, without any program. */
import type { DebianPackage } from './debian.ts';
import type { LayerEntry } from './layer.ts';
import { HOME, USER } from './oci.ts';

/** The Debian packages of the layer. base-files has the links that libc6 relies on, and tells scanners the Debian version. */
export const BASE_PACKAGES: readonly string[] = ['libc6', 'ca-certificates', 'base-files'];

/**
 * The files that are kept of each package. Programs, the tables of character sets (8 MB), changelogs and single certificates are
 * left out.
 */
const KEPT: Readonly<Record<string, RegExp>> = {
  libc6: /^usr\/lib\/[^/]+\/[^/]+$|^usr\/lib(64)?\/ld-[^/]+$|\/copyright$/,
  'ca-certificates': /\/copyright$/,
  'base-files':
    /^(lib|lib64)$|^(etc|usr\/lib)\/os-release$|^etc\/debian_version$|common-licenses\/(LGPL-2.1|GPL-2|MPL-2.0)$|\/copyright$/,
};

/**
 * The entries of the layer. The packages are listed where dpkg would list them, because vulnerability scanners read that list.
 */
export function baseEntries(packages: readonly DebianPackage[]): readonly LayerEntry[] {
  const kept = packages.flatMap(({ name, files }) => files.filter(({ path }) => KEPT[name]?.test(path)));
  const listed = packages.map(({ name, control }) => text(`var/lib/dpkg/status.d/${name}`, `${control.trim()}\n`));
  return [...kept, ...listed, authorities(packages), ...users()];
}

/** The user, groups and folders for programs that look up their user, or that need a home or a folder for temporary files. */
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

/** All of Mozilla's authorities in one file, in the form that update-ca-certificates writes. */
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
