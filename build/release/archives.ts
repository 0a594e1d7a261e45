/** Makes the archive for each platform: the executable with its licences, completions and man pages. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildExecutables } from '../executable.ts';
import { type ArchiveFile, tarGz, zip } from './archive.ts';
import { checkArchives } from './archives-check.ts';
import { companions } from './companions.ts';
import type { Part } from './release.ts';
import { archiveName, executableIn, type ReleaseInfo } from './release-info.ts';

export const archives: Part = { make: makeArchives, check: checkArchives };

async function makeArchives(release: ReleaseInfo): Promise<void> {
  const beside = companions(release);
  const paths = buildExecutables(release.platforms.map(({ target }) => target));
  for (const [index, { platform }] of release.platforms.entries()) {
    const path = executableIn(platform);
    const executable: ArchiveFile = { path, content: readFileSync(paths[index] ?? ''), executable: true };
    const files = [executable, ...beside];
    const packed = platform.os === 'windows' ? zip(files, release.time) : await tarGz(files, release.time);
    writeFileSync(join(release.folder, archiveName(release.version, platform)), packed);
  }
}
