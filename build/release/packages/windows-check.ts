/** Checks the manifests for Windows with the schemas of their package managers. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { load } from 'js-yaml';
import type { CheckedWay } from '../release.ts';
import type { ReleaseInfo } from '../release-info.ts';
import { releaseDownloads } from './downloads.ts';
import { SCOOP_MANIFEST, WINGET_FOLDER } from './manifest-paths.ts';
import { schemaStore } from './schema-store.ts';
import { wingetManifests } from './winget-manifests.ts';
import { WINGET_SCHEMAS } from './winget-schema.ts';

type Manifest = Readonly<Record<string, unknown>>;

/** Checks the manifests. Needs pip, which downloads the schemas. */
export function checkWindows(release: ReleaseInfo, work: string): CheckedWay[] {
  const schemaOf = schemaStore(work);
  const scoop: Manifest = JSON.parse(readFileSync(join(release.folder, SCOOP_MANIFEST), 'utf8'));
  conform(scoop, schemaOf('http://scoop.sh/draft/schema#'), SCOOP_MANIFEST);

  const manifests = wingetManifests(releaseDownloads(release), release.time).map(({ kind, name }) => {
    const content = load(readFileSync(join(release.folder, WINGET_FOLDER, name), 'utf8')) as Manifest;
    conform(content, WINGET_SCHEMAS[kind], name);
    return content;
  });
  // The schema that winget published as a package is for a single file, so our manifests are merged for it.
  const single = { ...Object.assign({}, ...manifests), ManifestType: 'singleton', ManifestVersion: '1.0.0' };
  conform(single, schemaOf('https://aka.ms/winget-manifest.singleton.1.0.0.schema.json'), WINGET_FOLDER);
  return [
    { way: 'Scoop', command: 'scoop install regsecret', acceptedBy: "Scoop's JSON schema" },
    {
      way: 'winget',
      command: 'winget install Regsecret.Regsecret',
      acceptedBy: "winget's JSON schema 1.0.0, and ours of 1.10.0",
    },
  ];
}

function conform(manifest: Manifest, schema: object, name: string): void {
  const ajv = new Ajv({ strict: false, allErrors: true });
  addFormats.default(ajv);
  if (!ajv.validate(schema, manifest)) throw new Error(`${name}: ${ajv.errorsText()}`);
}
