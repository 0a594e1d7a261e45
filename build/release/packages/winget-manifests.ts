/** The three manifest files per version in winget's repository. */
import { dump } from 'js-yaml';
import { executableIn, REPOSITORY, type ReleaseInfo } from '../release-info.ts';
import type { Downloads } from './downloads.ts';
import { PURPOSE, SUMMARY } from './purpose.ts';

export const WINGET_SCHEMA = '1.10.0';
const IDENTIFIER = 'Regsecret.Regsecret';
const LOCALE = 'en-US';

export type WingetKind = 'version' | 'installer' | 'defaultLocale';

export interface WingetManifest {
  readonly kind: WingetKind;
  readonly name: string;
  readonly text: string;
}

/** The manifests, with their kinds and file names. `time` is in seconds since 1970. */
export function wingetManifests({ version, of }: Downloads, time: ReleaseInfo['time']): WingetManifest[] {
  const { url, sha256 } = of('windows', 'amd64');
  const installer = {
    InstallerType: 'zip',
    NestedInstallerType: 'portable',
    // winget rejects two entries for one file, so there is none for the plugin's name.
    NestedInstallerFiles: [{ RelativeFilePath: executableIn({ os: 'windows' }), PortableCommandAlias: 'regsecret' }],
    Commands: ['regsecret'],
    // The oldest version that the runtime supports: Windows 10 1809.
    MinimumOSVersion: '10.0.17763.0',
    ReleaseDate: new Date(time * 1000).toISOString().slice(0, 10),
    Installers: [{ Architecture: 'x64', InstallerUrl: url, InstallerSha256: sha256.toUpperCase() }],
  };
  const locale = {
    PackageLocale: LOCALE,
    Publisher: 'The regsecret authors',
    PublisherUrl: REPOSITORY,
    PublisherSupportUrl: `${REPOSITORY}/issues`,
    PackageName: 'regsecret',
    PackageUrl: REPOSITORY,
    License: 'Apache-2.0',
    LicenseUrl: `${REPOSITORY}/blob/v${version}/LICENSE`,
    ShortDescription: SUMMARY,
    Description: PURPOSE.join(' '),
    Moniker: 'regsecret',
    Tags: ['cli', 'containers', 'docker', 'imagepullsecrets', 'kubectl', 'kubernetes', 'registry'],
    ReleaseNotesUrl: `${REPOSITORY}/releases/tag/v${version}`,
  };
  return [
    manifest('version', `${IDENTIFIER}.yaml`, version, { DefaultLocale: LOCALE }),
    manifest('installer', `${IDENTIFIER}.installer.yaml`, version, installer),
    manifest('defaultLocale', `${IDENTIFIER}.locale.${LOCALE}.yaml`, version, locale),
  ];
}

function manifest(kind: WingetKind, name: string, version: string, fields: object): WingetManifest {
  const schema = `https://aka.ms/winget-manifest.${kind}.${WINGET_SCHEMA}.schema.json`;
  const content = {
    PackageIdentifier: IDENTIFIER,
    PackageVersion: version,
    ...fields,
    ManifestType: kind,
    ManifestVersion: WINGET_SCHEMA,
  };
  return { kind, name, text: `# yaml-language-server: $schema=${schema}\n${dump(content, { lineWidth: -1 })}` };
}
