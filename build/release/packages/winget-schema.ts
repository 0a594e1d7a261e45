/**
 * JSON schemas for the fields that our winget manifests use, version 1.10.0, because package registries have winget's own schemas
 * only up to 1.0.0. The rules of each field are those of https://aka.ms/winget-manifest.installer.1.10.0.schema.json and its
 * siblings. They are stricter in one way: a field that is not listed here is an error.
 */
import { WINGET_SCHEMA, type WingetKind } from './winget-manifests.ts';

const text = (minLength: number, maxLength: number) => ({ type: 'string', minLength, maxLength });
const one = (value: string) => ({ const: value });
const listOf = (items: object, maxItems: number) => ({ type: 'array', items, maxItems, uniqueItems: true });

const NO_PATH_CHARACTER = '[^\\\\/:\\*\\?"<>\\|\\x01-\\x1f]';
const IDENTIFIER_PART = '[^\\.\\s\\\\/:\\*\\?"<>\\|\\x01-\\x1f]{1,32}';
const url = { type: 'string', pattern: '^[Hh][Tt][Tt][Pp][Ss]?://.+$', maxLength: 2048 };
const sha256 = { type: 'string', pattern: '^[A-Fa-f0-9]{64}$' };
const locale = {
  type: 'string',
  pattern: '^([a-zA-Z]{2,3}|[iI]-[a-zA-Z]+|[xX]-[a-zA-Z]{1,8})(-[a-zA-Z]{1,8})*$',
  maxLength: 20,
};
const tag = text(1, 40);
const command = text(1, 40);

const nestedFile = object({ RelativeFilePath: text(1, 512), PortableCommandAlias: command }, ['RelativeFilePath']);
const installer = object(
  { Architecture: { enum: ['x86', 'x64', 'arm', 'arm64', 'neutral'] }, InstallerUrl: url, InstallerSha256: sha256 },
  ['Architecture', 'InstallerUrl', 'InstallerSha256'],
);

export const WINGET_SCHEMAS: Readonly<Record<WingetKind, object>> = {
  version: manifest('version', { DefaultLocale: locale }, ['DefaultLocale']),
  installer: manifest(
    'installer',
    {
      InstallerType: {
        enum: ['msix', 'msi', 'appx', 'exe', 'zip', 'inno', 'nullsoft', 'wix', 'burn', 'pwa', 'portable'],
      },
      NestedInstallerType: { enum: ['msix', 'msi', 'appx', 'exe', 'inno', 'nullsoft', 'wix', 'burn', 'portable'] },
      NestedInstallerFiles: listOf(nestedFile, 1024),
      Commands: listOf(command, 16),
      MinimumOSVersion: { type: 'string', pattern: '^\\d{1,5}(\\.\\d{1,5}){0,3}$' },
      ReleaseDate: { type: 'string', format: 'date' },
      Installers: { ...listOf(installer, 1024), minItems: 1 },
    },
    ['Installers'],
  ),
  defaultLocale: manifest(
    'defaultLocale',
    {
      PackageLocale: locale,
      Publisher: text(2, 256),
      PublisherUrl: url,
      PublisherSupportUrl: url,
      PackageName: text(2, 256),
      PackageUrl: url,
      License: text(3, 512),
      LicenseUrl: url,
      ShortDescription: text(3, 256),
      Description: text(3, 10_000),
      Moniker: tag,
      Tags: listOf(tag, 16),
      ReleaseNotesUrl: url,
    },
    ['PackageLocale', 'Publisher', 'PackageName', 'License', 'ShortDescription'],
  ),
};

function manifest(kind: WingetKind, fields: object, required: readonly string[]): object {
  const common = {
    PackageIdentifier: { type: 'string', pattern: `^${IDENTIFIER_PART}(\\.${IDENTIFIER_PART}){1,7}$`, maxLength: 128 },
    PackageVersion: { type: 'string', pattern: `^${NO_PATH_CHARACTER}+$`, maxLength: 128 },
    ManifestType: one(kind),
    ManifestVersion: one(WINGET_SCHEMA),
  };
  return object({ ...common, ...fields }, [...Object.keys(common), ...required]);
}

function object(properties: object, required: readonly string[]): object {
  return { type: 'object', properties, required, additionalProperties: false };
}
