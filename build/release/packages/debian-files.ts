/** The files that Debian's policy requires in a package, besides the program. */
import { REPOSITORY, type ReleaseInfo } from '../release-info.ts';
import { MAINTAINER } from './nfpm-config.ts';

/** The version for dpkg: `0.2.0-rc.1` becomes `0.2.0~rc.1`, because `~` sorts before the end of a version. */
export function debianVersion(version: string): string {
  return version.replace('-', '~');
}

/** A changelog with one entry, which links to the release notes. */
export function debianChangelog({ version, time }: Pick<ReleaseInfo, 'version' | 'time'>): string {
  const when = new Date(time * 1000).toUTCString().replace('GMT', '+0000');
  return `regsecret (${debianVersion(version)}) unstable; urgency=medium

  * ${REPOSITORY}/releases/tag/v${version}

 -- ${MAINTAINER}  ${when}
`;
}

/** The copyright file in machine-readable form. */
export const COPYRIGHT = `Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: regsecret
Source: ${REPOSITORY}
Comment: The executable has libraries in it. Their licences are in
 /usr/share/doc/regsecret/LICENSES.txt.

Files: *
Copyright: 2026 The regsecret authors
License: Apache-2.0
 On Debian systems, the text of the Apache License, version 2.0, is in
 /usr/share/common-licenses/Apache-2.0.
`;

/** lintian tags that are intended. All concern the runtime, which is Bun's and is used unchanged. */
export const LINTIAN_OVERRIDES = `# Our code is appended to the runtime; what strips it takes that away.
regsecret: unstripped-binary-or-object [usr/bin/regsecret]
# The runtime is built so, for a start of milliseconds.
regsecret: hardening-no-pie [usr/bin/regsecret]
regsecret: hardening-no-relro [usr/bin/regsecret]
# It decodes images for programs that ask it to; ours does not.
regsecret: embedded-library libjpeg [usr/bin/regsecret]
`;
