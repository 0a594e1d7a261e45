/** The bill of materials (SBOM) of the executables, checked by its schema and by a scanner that knows nothing of us. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import cyclonedx from '@cyclonedx/cyclonedx-library';
import { execute } from '../runtime.ts';
import { billOfMaterials } from './bill-of-materials.ts';
import type { Component } from './cyclonedx.ts';
import { goTool } from './go-tool.ts';
import type { CheckedWay, Part } from './release.ts';
import { archiveName, PLATFORMS, type ReleaseInfo } from './release-info.ts';

export const sbom: Part = { make, check };

/** One for all platforms, because the same is in each. */
export function sbomName({ version }: Pick<ReleaseInfo, 'version'>): string {
  return `regsecret_${version}_sbom.cdx.json`;
}

async function make(release: ReleaseInfo): Promise<void> {
  writeFileSync(join(release.folder, sbomName(release)), billOfMaterials(release));
}

async function check(release: ReleaseInfo): Promise<CheckedWay[]> {
  const file = sbomName(release);
  const text = readFileSync(join(release.folder, file), 'utf8');
  await validateSbom(text);
  const expected = materialsOf(text);
  const folder = mkdtempSync(join(tmpdir(), 'regsecret-sbom-'));
  try {
    return PLATFORMS.map(({ platform }) => {
      const archive = archiveName(release.version, platform);
      const started = performance.now();
      const found = scan(join(release.folder, archive), folder);
      const differences = [...difference(expected, found), ...difference(found, expected)];
      if (differences.length > 0) throw new Error(`${archive}: syft and the SBOM differ in ${differences.join(', ')}`);
      return {
        way: `SBOM in ${archive}`,
        command: `syft --select-catalogers +sbom-cataloger ${archive}`,
        acceptedBy: `schema of CycloneDX 1.6; syft finds the same ${found.size} names and versions`,
        seconds: (performance.now() - started) / 1000,
      };
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Throws with what is wrong by the schema of CycloneDX. */
export async function validateSbom(text: string): Promise<void> {
  const problem = await new cyclonedx.Validation.JsonStrictValidator(cyclonedx.Spec.Version.v1dot6).validate(text);
  if (problem !== null) throw new Error(`the SBOM is no CycloneDX 1.6: ${JSON.stringify(problem)}`);
}

/** Names with versions as a scanner lists them, the program itself included. */
function materialsOf(text: string): Set<string> {
  const { components, metadata } = JSON.parse(text) as {
    readonly components: readonly Component[];
    readonly metadata: { readonly component: Component };
  };
  return new Set(
    [...components, metadata.component].map(({ group, name, version = '' }) => {
      return `${group === undefined ? '' : `${group}/`}${name}@${version}`;
    }),
  );
}

/** What syft finds in an archive that it unpacks. */
function scan(archive: string, folder: string): Set<string> {
  const report = join(folder, 'syft.json');
  // It would ask the network whether there is a newer syft.
  const env = { ...process.env, SYFT_CHECK_FOR_APP_UPDATE: 'false' };
  execute(
    goTool('syft'),
    ['scan', archive, '--select-catalogers', '+sbom-cataloger', '-o', `json=${report}`, '-q'],
    env,
  );
  const { artifacts } = JSON.parse(readFileSync(report, 'utf8')) as {
    readonly artifacts: readonly { readonly name: string; readonly version: string }[];
  };
  return new Set(artifacts.map(({ name, version }) => `${name}@${version}`));
}

function difference(all: ReadonlySet<string>, known: ReadonlySet<string>): string[] {
  return [...all].filter((one) => !known.has(one));
}
