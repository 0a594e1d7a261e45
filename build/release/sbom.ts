/** Makes the bill of materials (SBOM) of the executables, and checks it with its schema and with an independent scanner. */
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

/** By default Syft prefers its own findings to the SBOM of a file. This flag makes it read the SBOM too. */
const SELECT = ['--select-catalogers', '+sbom-cataloger'];

export const sbom: Part = { make, check };

/** The file name of the SBOM. It is the same for all platforms, because their components are the same. */
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
        // Syft finds Debian packages and Go modules by their own metadata, so only entries from the SBOM are compared.
        const found = scan([`oci-archive:${join(release.folder, image)}`, ...SELECT], folder);
        return checkFound(image, found.filter(isListed), text);
      });
    return [installed, ...inArchives, ...inImages];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Checks that the SBOM's versions and licences of npm packages equal those that syft finds in node_modules. */
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

/** Checks that the names and versions that syft finds in a release file are exactly those of the SBOM. */
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

/** Throws with the violation of the CycloneDX schema. */
export async function validateSbom(text: string): Promise<void> {
  const problem = await new cyclonedx.Validation.JsonStrictValidator(cyclonedx.Spec.Version.v1dot6).validate(text);
  if (problem !== null) throw new Error(`the SBOM is no CycloneDX 1.6: ${JSON.stringify(problem)}`);
}

/** All components, including the program itself. */
function componentsOf(text: string): readonly Component[] {
  const { components, metadata } = JSON.parse(text) as {
    readonly components: readonly Component[];
    readonly metadata: { readonly component: Component };
  };
  return [metadata.component, ...components];
}

/**
 * The name and version in a scanner's form, which has no groups and where an unknown version is empty. It is lower-case because
 * Bun's own record on Windows is in capitals.
 */
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
  // Otherwise syft would contact the network for a newer version.
  const env = { ...process.env, SYFT_CHECK_FOR_APP_UPDATE: 'false' };
  execute(goTool('syft'), ['scan', ...args, '--output', `json=${report}`, '--quiet'], env);
  return JSON.parse(readFileSync(report, 'utf8')).artifacts;
}
