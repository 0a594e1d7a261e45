/** The bill of materials (SBOM) of the executables, checked by its schema and by a scanner that knows nothing of us. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import cyclonedx from '@cyclonedx/cyclonedx-library';
import { execute } from '../runtime.ts';
import { billOfMaterials } from './bill-of-materials.ts';
import type { Component } from './cyclonedx.ts';
import { goTool } from './go-tool.ts';
import type { CheckedWay, Part } from './release.ts';
import { archiveName, IMAGE_VARIANTS, imageArchive, type ReleaseInfo } from './release-info.ts';

/** Syft takes what is written about a file for less than what it finds itself, unless it is told to. */
const SELECT = ['--select-catalogers', '+sbom-cataloger'];

export const sbom: Part = { make, check };

/** One for all platforms, because the same is in each. */
export function sbomName({ version }: Pick<ReleaseInfo, 'version'>): string {
  return `regsecret_${version}_sbom.cdx.json`;
}

async function make(release: ReleaseInfo): Promise<void> {
  writeFileSync(join(release.folder, sbomName(release)), billOfMaterials(release));
}

async function check(release: ReleaseInfo): Promise<CheckedWay[]> {
  const text = readFileSync(join(release.folder, sbomName(release)), 'utf8');
  await validateSbom(text);
  const folder = mkdtempSync(join(tmpdir(), 'regsecret-sbom-'));
  try {
    const installed = checkInstalled(text, folder);
    const archives = release.platforms.map(({ platform }) => archiveName(release.version, platform));
    const inArchives = archives.map((archive) => {
      return checkFound(archive, scan([join(release.folder, archive), ...SELECT], folder), text);
    });
    const images = IMAGE_VARIANTS.map((variant) => imageArchive(release.version, variant));
    const inImages = images
      .filter((image) => existsSync(join(release.folder, image)))
      .map((image) => {
        // Packages of Debian and modules of Go are found by what they say of themselves.
        const found = scan([`oci-archive:${join(release.folder, image)}`, ...SELECT], folder);
        return checkFound(image, found.filter(isListed), text);
      });
    return [installed, ...inArchives, ...inImages];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What we say of each package of npm is what syft says that finds it by itself, where npm has installed it. */
function checkInstalled(text: string, folder: string): CheckedWay {
  const select = ['--override-default-catalogers', 'javascript-package-cataloger'];
  const found = scan(['dir:node_modules', ...select], folder);
  const known = new Set(found.map(({ purl, licenses }) => `${purl} ${licenses.map(({ value }) => value).join(' ')}`));
  const ours = componentsOf(text)
    .filter((one) => one.externalReferences?.some(({ type }) => type === 'distribution'))
    .map(({ purl, licenses }) => {
      return `${purl} ${licenses.map((one) => ('license' in one && 'id' in one.license ? one.license.id : '')).join(' ')}`;
    });
  const wrong = ours.filter((one) => !known.has(one));
  if (wrong.length > 0) throw new Error(`syft does not find ${wrong.join(', ')} in node_modules`);
  return {
    way: 'SBOM, as installed',
    command: `syft scan dir:node_modules ${select.join(' ')}`,
    acceptedBy: `schema of CycloneDX 1.6; syft finds the ${ours.length} packages of npm by itself, with the same versions and licences`,
  };
}

/** The names and versions that syft finds in a file of the release are those of the SBOM, no more and no fewer. */
function checkFound(file: string, artifacts: readonly Artifact[], text: string): CheckedWay {
  const found = new Set(artifacts.map(nameAndVersion));
  const expected = new Set(componentsOf(text).map(nameAndVersion));
  const differences = [...expected, ...found].filter((one) => !expected.has(one) || !found.has(one));
  if (differences.length > 0) throw new Error(`${file}: syft and the SBOM differ in ${differences.join(', ')}`);
  return {
    way: `SBOM in ${file}`,
    command: `syft scan ${file} ${SELECT.join(' ')}`,
    acceptedBy: `syft finds the same ${found.size} names and versions`,
  };
}

/** Throws with what is wrong by the schema of CycloneDX. */
export async function validateSbom(text: string): Promise<void> {
  const problem = await new cyclonedx.Validation.JsonStrictValidator(cyclonedx.Spec.Version.v1dot6).validate(text);
  if (problem !== null) throw new Error(`the SBOM is no CycloneDX 1.6: ${JSON.stringify(problem)}`);
}

/** The program itself included. */
function componentsOf(text: string): readonly Component[] {
  const { components, metadata } = JSON.parse(text) as {
    readonly components: readonly Component[];
    readonly metadata: { readonly component: Component };
  };
  return [metadata.component, ...components];
}

/** As a scanner has it, which knows no groups; a version that is not known is none. Windows' own record of Bun is in capitals. */
function nameAndVersion({ group, name, version = '' }: Pick<Component, 'group' | 'name' | 'version'>): string {
  return `${group === undefined ? '' : `${group}/`}${name}@${version === 'UNKNOWN' ? '' : version}`.toLowerCase();
}

interface Artifact {
  readonly name: string;
  readonly version: string;
  readonly foundBy: string;
  readonly purl: string;
  readonly licenses: readonly { readonly value: string }[];
}

const isListed = ({ foundBy }: Artifact): boolean => foundBy === 'sbom-cataloger';

function scan(args: readonly string[], folder: string): readonly Artifact[] {
  const report = join(folder, 'syft.json');
  // It would ask the network whether there is a newer syft.
  const env = { ...process.env, SYFT_CHECK_FOR_APP_UPDATE: 'false' };
  execute(goTool('syft'), ['scan', ...args, '--output', `json=${report}`, '--quiet'], env);
  return JSON.parse(readFileSync(report, 'utf8')).artifacts;
}
