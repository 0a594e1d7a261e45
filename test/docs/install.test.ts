/**
 * The files that the documents tell users to download are in a release, and the commands of docs/install.md for archives work.
 */
import { globSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, onTestFinished, test } from 'vitest';
import { archiveName, downloadUrl, PLATFORMS } from '../../build/release/release-info.ts';
import { tar } from '../environment/tar.ts';
import { newJob, publish, startReleases } from '../support/action-runner.ts';

const root = join(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const { version, engines } = JSON.parse(read('package.json')) as {
  readonly version: string;
  readonly engines: { readonly node: string };
};
const pages = globSync(['README*.md', 'docs/**/*.md'], { cwd: root }).map((path) => ({ path, text: read(path) }));

describe('what is downloaded', () => {
  test.each(pages)('$path names the version of package.json', ({ text }) => {
    const named = text.matchAll(
      /(?:regsecret[@:_-](?:action-)?|\/download\/|rev: |tag: |targetRevision: |default: )v?(\d+\.\d+\.\d+)\b/g,
    );
    for (const [where, one] of named) expect(one, where).toBe(version);
  });

  test.each(['README.md', 'README.zh-CN.md', 'docs/install.md', '.github/CONTRIBUTING.md'])(
    '%s names the Node of package.json',
    (path) => {
      const named = [...read(path).matchAll(/\bNode (\d[\d.]*) (?:or (?:later|newer)|或更高版本)/g)].map(
        ([, node]) => `>=${node}`,
      );
      expect(new Set(named)).toEqual(new Set([engines.node]));
    },
  );

  test.runIf(!read('action/SHA256SUMS').includes('.tar.gz'))('while there is no release, the READMEs say so', () => {
    expect(read('README.md')).toContain(`Version ${version} is not released yet`);
    expect(read('README.zh-CN.md')).toContain(`${version} 版尚未发布`);
  });

  test('the archives are those of a release, at its address', () => {
    const archives = PLATFORMS.map(({ platform }) => archiveName(version, platform));
    const named = pages.flatMap(({ text }) => text.match(/regsecret_[\w.]+\.(tar\.gz|zip)/g) ?? []);
    expect(new Set(named).size).toBeGreaterThan(1);
    expect(archives).toEqual(expect.arrayContaining(named));
    const addresses = pages.flatMap(({ text }) => text.match(/https:\/\/[^\s{)]*\/releases\/download\/[^/]*\//g) ?? []);
    expect(new Set(addresses)).toEqual(new Set([downloadUrl(version, '')]));
  });
});

/** The commands use `sha256sum`, which Linux has. */
describe.runIf(process.platform === 'linux')('the commands', () => {
  const blocks = [...read('docs/install.md').matchAll(/^```sh\n(.*?)^```$/gms)].map(([, text = '']) => text);
  const archives = blocks.filter((text) => text.includes('tar.gz') && text.includes('curl'));

  test('are two', () => expect(archives).toHaveLength(2));

  test.each(archives.map((text) => [text.split('\n')[0], text] as const))('%s …', async (_, text) => {
    const releases = await startReleases();
    const job = newJob('', {});
    onTestFinished(async () => {
      job.remove();
      await releases.close();
    });
    const program = { path: 'regsecret', content: Buffer.from('#!/bin/sh\necho it runs\n'), mode: 0o755 };
    const sums = publish(releases, version, gzipSync(tar([program])));
    releases.answers.set(`download/v${version}/SHA256SUMS`, Buffer.from(sums));
    for (const [name, script] of [
      ['sudo', '"$@"'],
      ['apk', ':'],
    ] as const)
      job.addProgram(name, `#!/bin/sh\n${script}\n`);
    const bin = join(job.folder, 'installed');
    mkdirSync(bin);
    const local = text
      .replaceAll('https://github.com/regsecret/regsecret/releases', releases.url)
      .replaceAll('/usr/local/bin', bin);
    const ran = await job.step({ run: `set -e\n${local}\n${bin}/regsecret`, env: {} });
    expect(ran, ran.stderr).toMatchObject({ code: 0 });
    expect(ran.stdout).toMatch(/it runs\n$/);
  });
});
