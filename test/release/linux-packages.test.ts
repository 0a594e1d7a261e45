/** The contents and metadata of the deb and rpm packages. */
import { readFileSync } from 'node:fs';
import { load } from 'js-yaml';
import { describe, expect, test } from 'vitest';
import { debianChangelog, debianVersion } from '../../build/release/packages/debian-files.ts';
import { neededGlibc } from '../../build/release/packages/glibc.ts';
import { packageName } from '../../build/release/packages/linux-packages.ts';
import { nfpmConfig } from '../../build/release/packages/nfpm-config.ts';

const TIME = Date.UTC(2027, 1, 8, 3, 4, 5) / 1000;
const CONTENT = { arch: 'amd64', glibc: '2.17', unpacked: '/u', staged: '/s', manPages: ['regsecret.1'] } as const;

interface Config {
  readonly contents: readonly { readonly dst: string }[];
  readonly depends: readonly string[];
  readonly mtime: string;
}

describe.each([
  ['deb', 'libc6 (>= 2.17)'],
  ['rpm', 'libc.so.6(GLIBC_2.17)(64bit)'],
] as const)('a %s', (format, glibc) => {
  const config = load(nfpmConfig(format, { version: '1.2.3', time: TIME }, CONTENT)) as Config;
  const paths = config.contents.map(({ dst }) => dst);

  test('puts every file in one place, below /usr', () => {
    expect(new Set(paths).size).toBe(paths.length);
    expect(paths.filter((path) => !path.startsWith('/usr/'))).toEqual([]);
    expect(paths.filter((path) => path.startsWith('/usr/bin/'))).toEqual([
      '/usr/bin/regsecret',
      '/usr/bin/kubectl-regsecret',
      '/usr/bin/kubectl_complete-regsecret',
    ]);
  });

  test('needs the glibc of its executable, in the words of its format', () => {
    expect(config.depends).toEqual([glibc]);
  });

  test('has the time of the release', () => {
    expect(config.mtime).toBe('2027-02-08T03:04:05.000Z');
  });
});

test.each([
  ['deb', '1.2.3', 'amd64', 'regsecret_1.2.3_amd64.deb'],
  ['deb', '1.2.3-rc.1', 'arm64', 'regsecret_1.2.3~rc.1_arm64.deb'],
  ['rpm', '1.2.3', 'amd64', 'regsecret-1.2.3-1.x86_64.rpm'],
  ['rpm', '1.2.3-rc.1', 'arm64', 'regsecret-1.2.3~rc.1-1.aarch64.rpm'],
] as const)('the %s of %s for %s is %s', (format, version, arch, name) => {
  expect(packageName(format, version, arch)).toBe(name);
});

test("Debian's changelog has the version as dpkg orders it, and a date of RFC 5322", () => {
  expect(debianVersion('1.2.3')).toBe('1.2.3');
  const changelog = debianChangelog({ version: '1.2.3-rc.1', time: TIME });
  expect(changelog).toMatch(/^regsecret \(1\.2\.3~rc\.1\) unstable; urgency=medium\n/);
  expect(changelog).toMatch(/\n -- [^<>]+ <[^<>@]+@[^<>]+> {2}Mon, 08 Feb 2027 03:04:05 \+0000\n$/);
});

describe('the glibc that a program needs', () => {
  const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } };

  test.runIf(header.glibcVersionRuntime !== undefined)('of Node is one that is there', () => {
    const [, minor] = neededGlibc(readFileSync(process.execPath)).split('.').map(Number);
    expect(minor).toBeGreaterThan(2);
    expect(minor).toBeLessThanOrEqual(Number(header.glibcVersionRuntime?.split('.')[1]));
  });

  test.each([
    ['an empty file', Buffer.alloc(0)],
    ['a script', Buffer.from('#!/bin/sh\n')],
    ['a program of 32 bits', Buffer.from('\x7fELF\x01'.padEnd(64, '\0'))],
  ])('is an error for %s', (_, program) => {
    expect(() => neededGlibc(program)).toThrow('not a 64-bit ELF program');
  });

  test('is an error for a program without one', () => {
    expect(() => neededGlibc(Buffer.from('\x7fELF\x02'.padEnd(64, '\0')))).toThrow('needs no glibc');
  });
});
