/** Which files of a folder are manifests: regular ones, and links that stay inside. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { platform, tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { manifestNames } from '../../src/manifests/manifest-files.ts';
import { here } from '../support/here.ts';

const POD = 'apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers: [{name: a, image: ghcr.io/a}]\n';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'regsecret-folder-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, 'deploy', 'base'), { recursive: true });
  writeFileSync(join(folder, 'outside.yaml'), POD);
  writeFileSync(join(folder, 'deploy', 'a.yaml'), POD);
  writeFileSync(join(folder, 'deploy', 'base', 'b.yml'), POD);
});

function names(recursive: boolean): string[] {
  const deploy = join(folder, 'deploy');
  return manifestNames([deploy], recursive).map((name) => name.slice(deploy.length + 1).replaceAll('\\', '/'));
}

test('files with the endings that kubectl takes, in folders below with -R', () => {
  writeFileSync(join(folder, 'deploy', 'README.md'), '');
  expect(names(false)).toEqual(['a.yaml']);
  expect(names(true)).toEqual(['a.yaml', 'base/b.yml']);
});

describe.skipIf(platform() === 'win32')('a link', () => {
  test.each([
    ['to a file of the folder is read', 'a.yaml', true],
    ['to a file in a folder below is read', 'base/b.yml', true],
    ['out of the folder is left out', '../outside.yaml', false],
    ['to a device is left out', '/dev/zero', false],
    ['to nowhere is left out', 'gone.yaml', false],
    ['to a folder is left out', 'base', false],
  ])('%s', (_, target, isRead) => {
    symlinkSync(target, join(folder, 'deploy', 'link.yaml'));
    expect(names(false)).toEqual(['a.yaml', ...(isRead ? ['link.yaml'] : [])]);
  });

  test('out of the folder is not written through by attach --write', async () => {
    symlinkSync('../outside.yaml', join(folder, 'deploy', 'link.yaml'));
    await here(['attach', '-R', '-f', join(folder, 'deploy'), '--write']);
    expect(readFileSync(join(folder, 'outside.yaml'), 'utf8')).toBe(POD);
    expect(readFileSync(join(folder, 'deploy', 'a.yaml'), 'utf8')).toContain('imagePullSecrets');
  });
});
