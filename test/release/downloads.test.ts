/** The manifests for package managers, made from a version and the archives' checksums. */
import { load } from 'js-yaml';
import { describe, expect, test } from 'vitest';
import { type Downloads, downloads } from '../../build/release/packages/downloads.ts';
import { formula } from '../../build/release/packages/formula.ts';
import { krewManifest } from '../../build/release/packages/krew-manifest.ts';
import { scoopManifest } from '../../build/release/packages/scoop-manifest.ts';
import { wingetManifests } from '../../build/release/packages/winget-manifests.ts';
import { archiveName, downloadUrl, PLATFORMS } from '../../build/release/release-info.ts';

const VERSION = '1.20.3';
/** A checksum that shows which archive it belongs to. */
const sumOf = (index: number): string => `${index}`.repeat(64);
const SUMS = Object.fromEntries(
  PLATFORMS.map(({ platform }, index) => [archiveName(VERSION, platform), sumOf(index + 1)]),
);
const TIME = Date.UTC(2027, 1, 28, 23, 59, 59) / 1000;

const MAKERS: readonly (readonly [name: string, make: (of: Downloads) => string])[] = [
  ['krew', krewManifest],
  ['Homebrew', formula],
  ['Scoop', scoopManifest],
  [
    'winget',
    (of) =>
      wingetManifests(of, TIME)
        .map(({ text }) => text)
        .join(''),
  ],
];

describe.each(MAKERS)('for %s', (_, make) => {
  const text = make(downloads(VERSION, SUMS));

  test('each archive that is named stands beside its own sum', () => {
    const named = [...text.matchAll(/regsecret_[\w.]+\.(?:tar\.gz|zip)\b[\s\S]*?\b([0-9a-fA-F]{64})\b/g)];
    expect(named.length).toBeGreaterThan(0);
    for (const [found, sum = ''] of named) {
      const [name = ''] = found.split(/[\s"',]/);
      expect(SUMS[name], name).toBe(sum.toLowerCase());
      expect(text).toContain(downloadUrl(VERSION, name));
    }
  });

  test('none is named for musl, which a package manager takes for glibc', () => {
    expect(text).not.toContain('_musl');
  });

  test('a platform whose archive was not made is an error', () => {
    expect(() => make(downloads(VERSION, {}))).toThrow(/^there is no sum of regsecret_1\.20\.3_/);
  });

  test('the same sums make the same text', () => {
    expect(make(downloads(VERSION, Object.fromEntries(Object.entries(SUMS).reverse())))).toBe(text);
  });
});

const NAME = archiveName(VERSION, { os: 'linux', arch: 'amd64', musl: false });

test.each([
  ['is empty', ''],
  ['has a v', 'v1.2.3'],
  ['has two numbers', '1.2'],
  ['has a leading zero', '1.02.3'],
  ['has build metadata', '1.2.3+4'],
  ['has a line break', '1.2.3\n'],
  ['would end a string of Ruby', '1.2.3"'],
])('a version that %s is refused', (_, version) => {
  expect(() => downloads(version, SUMS)).toThrow('is not a version such as 1.2.3 or 1.2.3-rc.1');
});

test.each([
  ['is empty', '', 'is not the SHA-256 of'],
  ['is cut short', 'a'.repeat(63), 'is not the SHA-256 of'],
  ['is of another algorithm', 'a'.repeat(128), 'is not the SHA-256 of'],
  ['is in capitals', 'A'.repeat(64), 'is not the SHA-256 of'],
  ['still has the name of its file', `${'a'.repeat(64)}  ${NAME}`, 'is not the SHA-256 of'],
  ['is that of nothing', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855', `${NAME} is empty`],
])('a sum that %s is refused', (_, sum, message) => {
  expect(() => downloads(VERSION, { [NAME]: sum })).toThrow(message);
});

test('a version that is not final yet keeps its name', () => {
  const version = '2.0.0-rc.1';
  const name = archiveName(version, { os: 'windows', arch: 'amd64', musl: false });
  const { PackageVersion, Installers } = load(
    wingetManifests(downloads(version, { [name]: sumOf(1) }), TIME)[1]?.text ?? '',
  ) as { readonly PackageVersion: string; readonly Installers: readonly { readonly InstallerUrl: string }[] };
  expect(PackageVersion).toBe(version);
  expect(Installers[0]?.InstallerUrl).toBe(downloadUrl(version, name));
});

test('krew has each platform once', () => {
  const { spec } = load(krewManifest(downloads(VERSION, SUMS))) as {
    readonly spec: {
      readonly version: string;
      readonly platforms: readonly { readonly selector: { readonly matchLabels: object }; readonly bin: string }[];
    };
  };
  expect(spec.version).toBe('v1.20.3');
  expect(spec.platforms.map(({ selector, bin }) => ({ ...selector.matchLabels, bin }))).toEqual([
    { os: 'linux', arch: 'amd64', bin: 'regsecret' },
    { os: 'linux', arch: 'arm64', bin: 'regsecret' },
    { os: 'darwin', arch: 'amd64', bin: 'regsecret' },
    { os: 'darwin', arch: 'arm64', bin: 'regsecret' },
    { os: 'windows', arch: 'amd64', bin: 'regsecret.exe' },
  ]);
});

test("winget's date is the day of the release in UTC", () => {
  expect(wingetManifests(downloads(VERSION, SUMS), TIME)[1]?.text).toContain("ReleaseDate: '2027-02-28'");
});
