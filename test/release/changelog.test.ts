/**
 * A change file in .changeset leads to the next version, its section in CHANGELOG.md, and every file that contains the version.
 */
import {
  copyFileSync,
  cpSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { execute } from '../support/program.ts';

const root = join(import.meta.dirname, '..', '..');
const folder = mkdtempSync(join(tmpdir(), 'regsecret-changelog-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

// On Windows symbolic links to folders need a privilege that few users have.
test.skipIf(process.platform === 'win32')('a change gets a section above those of earlier versions', async () => {
  mkdirSync(join(folder, '.changeset'));
  writeFileSync(join(folder, '.changeset', 'change.md'), '---\nregsecret: minor\n---\n\n`why`: says more.\n');
  for (const file of ['package.json', 'CHANGELOG.md', join('.changeset', 'config.json')]) {
    copyFileSync(join(root, file), join(folder, file));
  }
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  const author = { GIT_AUTHOR_NAME: 'a', GIT_AUTHOR_EMAIL: 'a@example.com' };
  const env = { ...author, GIT_COMMITTER_NAME: 'a', GIT_COMMITTER_EMAIL: 'a@example.com' };
  for (const command of [
    ['git', 'init', '--quiet', '--initial-branch=main'],
    ['git', 'add', '.changeset', 'package.json', 'CHANGELOG.md'],
    ['git', 'commit', '--quiet', '--message=all'],
    [process.execPath, join(root, 'node_modules', '@changesets', 'cli', 'bin.js'), 'version'],
  ]) {
    const ran = await execute(command, { cwd: folder, env });
    expect(ran.code, `${command.join(' ')}: ${ran.stdout}${ran.stderr}`).toBe(0);
  }
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { readonly version: string };
  const before = readFileSync(join(root, 'CHANGELOG.md'), 'utf8').split('\n');
  const after = readFileSync(join(folder, 'CHANGELOG.md'), 'utf8');
  const [heading = '', section = '', ...rest] = after.split(/^(?=## )/m);
  expect(heading.trim()).toBe(before[0]);
  expect(section).toMatch(
    new RegExp(`^## ${version.replaceAll('.', '\\.')}\\n\\n### Minor Changes\\n\\n- .*\`why\`: says more\\.\\n`),
  );
  expect(rest.join('')).toBe(before.slice(2).join('\n'));
});

test('a new version is in every document, in the chart and in the manifests', async () => {
  const copy = join(folder, 'bumped');
  mkdirSync(copy);
  const documents = ['README.md', 'README.zh-CN.md', 'docs', 'charts', 'deploy'];
  for (const name of documents) cpSync(join(root, name), join(copy, name), { recursive: true });
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { readonly version: string };
  writeFileSync(join(copy, 'package.json'), '{ "version": "7.8.9" }');
  const ran = await execute([process.execPath, join(root, 'build', 'release', 'version-bump.ts')], { cwd: copy });
  expect(ran.code, ran.stderr).toBe(0);
  const texts = (base: string): string[] =>
    globSync(`{${documents.join(',')}}{,/**/*.{md,yaml}}`, { cwd: base })
      .filter((file) => /\.(md|yaml)$/.test(file))
      .sort()
      .map((file) => readFileSync(join(base, file), 'utf8'));
  expect(texts(copy)).toEqual(texts(root).map((text) => text.replaceAll(version, '7.8.9')));
});
