/** The container images: `regsecret` alone, and with credential helpers; each for amd64 and arm64, as an archive of an OCI layout. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { executableName } from '../targets.ts';
import { BASE_PACKAGES, baseEntries } from './image/base.ts';
import { debianPackages } from './image/debian.ts';
import { HELPER_ENV, helperEntries } from './image/helpers.ts';
import { type LayerEntry, layer, tarOf } from './image/layer.ts';
import { EXECUTABLE, type Image, ociLayout } from './image/oci.ts';
import type { CheckedWay, Part } from './release.ts';
import type { ReleaseInfo } from './release-info.ts';

export const images: Part = { make, check };

const ARCHITECTURES = ['amd64', 'arm64'] as const;
type Architecture = (typeof ARCHITECTURES)[number];

/** The two images, by what the name of the second has more. */
export const VARIANTS = ['', '-helpers'] as const;
export type Variant = (typeof VARIANTS)[number];

/** `ghcr.io/regsecret/regsecret:0.1.0-helpers` */
export function imageName(version: string, variant: Variant): string {
  return `ghcr.io/regsecret/regsecret:${version}${variant}`;
}

/** `regsecret_0.1.0_image-helpers.tar` */
export function imageArchive(version: string, variant: Variant): string {
  return `regsecret_${version}_image${variant}.tar`;
}

async function make(release: ReleaseInfo): Promise<void> {
  const packages = await debianPackages(BASE_PACKAGES, ARCHITECTURES);
  const slim: Image[] = [];
  const withHelpers: Image[] = [];
  for (const architecture of ARCHITECTURES) {
    const base = await layer('libc6 and ca-certificates of Debian', baseEntries(packages[architecture]), release.time);
    const app = await layer('regsecret', appEntries(release, architecture), release.time);
    const helpers = await layer('credential helpers', helperEntries(architecture), release.time);
    slim.push({ architecture, layers: [base, app] });
    withHelpers.push({ architecture, layers: [base, app, helpers], env: HELPER_ENV });
  }
  await write(release, '', slim);
  await write(release, '-helpers', withHelpers);
}

/** The executable, and beside its licences the list of what is in it, under a name that scanners look for. */
function appEntries({ version, folder }: ReleaseInfo, architecture: Architecture): readonly LayerEntry[] {
  const executable = join('exe', executableName(`linux-${architecture === 'amd64' ? 'x64' : architecture}`));
  const materials = join(folder, `regsecret_${version}_sbom.cdx.json`);
  const documents = {
    LICENSE: 'LICENSE',
    'LICENSES.txt': join('exe', 'bundle', 'LICENSES.txt'),
    'regsecret.cdx.json': materials,
  };
  return [
    { path: EXECUTABLE, content: readFileSync(executable), mode: 0o755 },
    ...Object.entries(documents)
      .filter(([, file]) => existsSync(file))
      .map(([name, file]) => ({ path: `usr/share/doc/regsecret/${name}`, content: readFileSync(file) })),
  ];
}

async function write(release: ReleaseInfo, variant: Variant, variants: readonly Image[]): Promise<void> {
  const entries = ociLayout(variants, imageName(release.version, variant), release);
  writeFileSync(join(release.folder, imageArchive(release.version, variant)), await tarOf(entries, release.time));
}

async function check(release: ReleaseInfo): Promise<readonly CheckedWay[]> {
  const { checkImages } = await import('./image/check.ts');
  return checkImages(release);
}
