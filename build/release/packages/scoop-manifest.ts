/** The manifest for our Scoop bucket. */
import { archiveName, executableIn, REPOSITORY } from '../release-info.ts';
import type { Downloads } from './downloads.ts';
import { SUMMARY } from './purpose.ts';

/** The text of `regsecret.json`. Throws where there is no archive for Windows. */
export function scoopManifest({ version, of }: Downloads): string {
  const { url, sha256: hash } = of('windows', 'amd64');
  const program = executableIn({ os: 'windows' });
  // Scoop fills in a newer version here, and reads the checksum of its archive from the file.
  const next = '$version';
  const platform = { os: 'windows', arch: 'amd64', musl: false } as const;
  const nextUrl = `${REPOSITORY}/releases/download/v${next}/${archiveName(next, platform)}`;
  const manifest = {
    version,
    description: SUMMARY,
    homepage: REPOSITORY,
    license: 'Apache-2.0',
    architecture: { '64bit': { url, hash } },
    bin: [program, [program, 'kubectl-regsecret']],
    checkver: 'github',
    autoupdate: { architecture: { '64bit': { url: nextUrl, hash: { url: '$baseurl/SHA256SUMS' } } } },
  };
  return `${JSON.stringify(manifest, undefined, 4)}\n`;
}
