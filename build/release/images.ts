/**
 * Makes the container images: `regsecret` alone, and with credential helpers. Each is an archive of an OCI layout for amd64 and
 * arm64. Two builds of a commit are equal as long as Debian has no newer packages, which an image should get, and Go has the same
 * version.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { executableName } from '../targets.ts';
import { BASE_PACKAGES, baseEntries } from './image/base.ts';
import { debianPackages } from './image/debian.ts';
import { HELPER_ENV, helperEntries } from './image/helpers.ts';
import { type LayerEntry, layer, tarOf } from './image/layer.ts';
import { EXECUTABLE, type Image, ociLayout } from './image/oci.ts';
import type { CheckedWay, Part } from './release.ts';
import { type ImageVariant, imageArchive, imageName, type ReleaseInfo } from './release-info.ts';
import { sbomName } from './sbom.ts';

export const images: Part = { make, check };

async function make(release: ReleaseInfo): Promise<void> {
  const platforms = release.platforms.filter(({ platform }) => platform.os === 'linux' && !platform.musl);
  if (platforms.length === 0) return;
  const packages = await debianPackages(
    BASE_PACKAGES,
    platforms.map(({ platform }) => platform.arch),
  );
  const slim: Image[] = [];
  const withHelpers: Image[] = [];
  for (const { target, platform } of platforms) {
    const { arch: architecture } = platform;
    const base = await layer('libc6 and ca-certificates of Debian', baseEntries(packages[architecture]), release.time);
    const app = await layer('regsecret', appEntries(release, executableName(target.name)), release.time);
    const helpers = await layer('credential helpers', helperEntries(architecture), release.time);
    slim.push({ architecture, layers: [base, app] });
    withHelpers.push({ architecture, layers: [base, app, helpers], env: HELPER_ENV });
  }
  await write(release, '', slim);
  await write(release, '-helpers', withHelpers);
}

/** The executable, its licences and its SBOM, under a name that scanners recognize. */
function appEntries(release: ReleaseInfo, executable: string): readonly LayerEntry[] {
  const documents = {
    LICENSE: 'LICENSE',
    'LICENSES.txt': join('exe', 'bundle', 'LICENSES.txt'),
    'regsecret.cdx.json': join(release.folder, sbomName(release)),
  };
  return [
    { path: EXECUTABLE, content: readFileSync(join('exe', executable)), mode: 0o755 },
    ...Object.entries(documents).map(([name, file]) => ({
      path: `usr/share/doc/regsecret/${name}`,
      content: readFileSync(file),
    })),
  ];
}

async function write(release: ReleaseInfo, variant: ImageVariant, variants: readonly Image[]): Promise<void> {
  const entries = ociLayout(variants, imageName(release.version, variant), release);
  writeFileSync(join(release.folder, imageArchive(release.version, variant)), await tarOf(entries, release.time));
}

async function check(release: ReleaseInfo): Promise<readonly CheckedWay[]> {
  // The check imports test code, so it is loaded only for a check.
  const { checkImages } = await import('./image/check.ts');
  return checkImages(release);
}
