/** The manifests of the package managers that install from our archives: krew, Homebrew, Scoop and winget. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { releaseDownloads } from './packages/downloads.ts';
import { formula } from './packages/formula.ts';
import { krewManifest } from './packages/krew-manifest.ts';
import { FORMULA, KREW_MANIFEST, SCOOP_MANIFEST, WINGET_FOLDER } from './packages/manifest-paths.ts';
import { checkManifests } from './packages/manifests-check.ts';
import { scoopManifest } from './packages/scoop-manifest.ts';
import { wingetManifests } from './packages/winget-manifests.ts';
import type { Part } from './release.ts';
import { PLATFORMS, type ReleaseInfo } from './release-info.ts';

export const manifests: Part = {
  make: async (release) => {
    if (isWhole(release)) await makeManifests(release);
    else process.stderr.write('manifests: left out, because they name the archives of all platforms\n');
  },
  check: async (release) => (isWhole(release) ? await checkManifests(release) : []),
};

function isWhole({ platforms }: ReleaseInfo): boolean {
  return platforms.length === PLATFORMS.length;
}

async function makeManifests(release: ReleaseInfo): Promise<void> {
  const downloads = releaseDownloads(release);
  write(KREW_MANIFEST, krewManifest(downloads));
  write(FORMULA, formula(downloads));
  write(SCOOP_MANIFEST, scoopManifest(downloads));
  for (const { name, text } of wingetManifests(downloads, release.time)) write(join(WINGET_FOLDER, name), text);

  function write(path: string, text: string): void {
    const file = join(release.folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}
