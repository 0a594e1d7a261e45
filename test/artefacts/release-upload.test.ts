/** The workflow uploads files to a release, also those in folders, one by one, because gh refuses a folder. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { expect, onTestFinished, test } from 'vitest';
import { KREW_MANIFEST } from '../../build/release/packages/manifest-paths.ts';
import { execute } from '../support/program.ts';

const file = join(import.meta.dirname, '../../.github/workflows/release.yml');
const { jobs } = load(readFileSync(file, 'utf8')) as {
  readonly jobs: { readonly github: { readonly steps: readonly { readonly name?: string; readonly run?: string }[] } };
};

test.skipIf(process.platform === 'win32')('manifests are uploaded like the archives', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'regsecret-upload-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const [bin, release] = [join(folder, 'bin'), join(folder, 'release')];
  mkdirSync(bin);
  mkdirSync(join(release, KREW_MANIFEST, '..'), { recursive: true });
  for (const name of ['a.tar.gz', KREW_MANIFEST]) writeFileSync(join(release, name), '');
  writeFileSync(join(bin, 'gh'), '#!/bin/sh\n[ "$2" != view ] || exit 1\necho "$@"\n', { mode: 0o755 });
  const { run = '' } = jobs.github.steps.find(({ name }) => name === 'publish') ?? {};
  const env = { PATH: `${bin}:${process.env.PATH}`, GITHUB_REF_NAME: 'v1.2.3' };
  const { stdout } = await execute(['bash', '-eo', 'pipefail', '-c', run], { env, cwd: release });
  const uploaded = stdout.match(/^release upload v1\.2\.3 --clobber (.*)$/m)?.[1]?.split(' ');
  expect(uploaded?.sort()).toEqual(['./a.tar.gz', `./${KREW_MANIFEST}`]);
});
