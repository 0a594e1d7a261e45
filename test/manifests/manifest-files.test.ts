/** Which files of a folder are manifests: regular ones, and links that stay inside. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { platform, tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { manifestNames } from '../../src/manifests/manifest-files.ts';
import { here } from '../support/here.ts';
import { fakeIo } from '../support/io.ts';

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

/** The names of the files that are read, and the messages about the others. */
function namesIn(recursive: boolean): { read: string[]; said: string } {
  const deploy = join(folder, 'deploy');
  const io = fakeIo();
  const read = manifestNames([deploy], recursive, io).map((name) => within(deploy, name));
  return { read, said: io.written.stderr.replaceAll(deploy, 'deploy') };
}

const within = (deploy: string, name: string): string => name.slice(deploy.length + 1).replaceAll('\\', '/');

test('files with the endings that kubectl takes, in folders below with -R', () => {
  writeFileSync(join(folder, 'deploy', 'README.md'), '');
  expect(namesIn(false)).toEqual({ read: ['a.yaml'], said: '' });
  expect(namesIn(true)).toEqual({ read: ['a.yaml', 'base/b.yml'], said: '' });
});

describe('a pattern in quotes', () => {
  const deploy = (name: string): string => join(folder, 'deploy', name);

  test.each([
    ['files and folders that fit', '*', ['a.yaml', 'base/b.yml']],
    ['a class', '[ab].y?ml', ['a.yaml']],
  ])('%s', (_, pattern, read) => {
    const names = manifestNames([deploy(pattern)], false, fakeIo());
    expect(names.map((name) => within(join(folder, 'deploy'), name))).toEqual(read);
  });

  test('nothing', () => {
    const none = deploy('*.json');
    expect(() => manifestNames([none], false, fakeIo())).toThrow(`cannot read ${none}: no such file or directory`);
  });

  test('is no pattern where it is the name of a file', () => {
    for (const name of ['[b].yaml', 'b.yaml']) writeFileSync(deploy(name), POD);
    expect(manifestNames([deploy('[b].yaml')], false, fakeIo())).toEqual([deploy('[b].yaml')]);
  });

  test('every command that reads manifests takes one', async () => {
    for (const args of [['doctor'], ['attach', 'pull']]) {
      expect(await here([...args, '-f', deploy('*.yaml')])).toMatchObject({ code: 0 });
    }
  });
});

test.each([
  ['doctor -f FOLDER/deploy/b.yaml -f FOLDER/outside.yaml --strict', 'FOLDER/deploy/b.yaml', 'ls FOLDER/deploy'],
  [
    'doctor -f FOLDER/outside.yaml -f FOLDER/otuside.yaml --strict',
    'FOLDER/otuside.yaml',
    'regsecret doctor -f FOLDER/outside.yaml -f FOLDER/outside.yaml --strict',
    'FOLDER/outside.yaml',
  ],
  [
    'attach pull -f FOLDER/deploy/bsae --write',
    'FOLDER/deploy/bsae',
    'regsecret attach pull -f FOLDER/deploy/base --write',
    'FOLDER/deploy/base',
  ],
  [
    'doctor -f FOLDER/deploy/a.yml',
    'FOLDER/deploy/a.yml',
    'regsecret doctor -f FOLDER/deploy/a.yaml',
    'FOLDER/deploy/a.yaml',
  ],
  ['attach pull -f FOLDER/nowhere/a.yaml', 'FOLDER/nowhere/a.yaml', 'ls -l FOLDER/nowhere/a.yaml'],
])('a file that is not there: %s', async (line, name, hint, near = '') => {
  const { code, stderr } = await here(line.replaceAll('FOLDER', folder).split(' '));
  const meant = near === '' ? '' : `; did you mean ${near}?`;
  const error = `error: cannot read ${name}: no such file or directory${meant}\nhint: ${hint}\n`;
  expect([code, stderr.replaceAll(folder, 'FOLDER')]).toEqual([1, error]);
});

test.each([
  ['without a flag', [], 'ls -l EMPTY'],
  ['with -R', ['-R'], 'ls -R EMPTY'],
])('an empty folder, %s: there are no folders to look into', async (_, flags, hint) => {
  const empty = join(folder, 'empty');
  mkdirSync(empty);
  for (const verb of [['doctor'], ['attach', 'pull', '--write']]) {
    const { code, stderr } = await here([...verb, ...flags, '-f', empty]);
    const error = `error: there is no manifest in EMPTY\nhint: ${hint}\n`;
    expect([code, stderr.replaceAll(empty, 'EMPTY')]).toEqual([1, error]);
  }
});

test.each([
  [['doctor', '-o', 'json'], 'regsecret doctor -o json -f DEPLOY -R'],
  [['doctor', '-R'], undefined],
  [['attach', 'pull', '--write'], 'regsecret attach pull --write -f DEPLOY -R'],
  [['attach', 'pull', '--write', '--dry-run=client'], 'regsecret attach pull --write --dry-run=client -f DEPLOY -R'],
  [['attach', 'pull', '--write', '-R'], undefined],
])('%s says which folders with manifests it did not read', async (args, line) => {
  const deploy = join(folder, 'deploy');
  for (const name of ['.git', 'node_modules', 'docs', 'overlays/prod'])
    mkdirSync(join(deploy, name), { recursive: true });
  for (const name of ['.git/a.yaml', 'node_modules/a.json', 'docs/a.md', 'overlays/prod/a.yaml'])
    writeFileSync(join(deploy, name), POD.replace('{name: a}', '{name: b}'));
  const { code, stderr } = await here([...args, '-f', deploy]);
  expect(code).toBe(0);
  const said = `not read without -R: 2 folders in DEPLOY\nhint: ${line}\n`;
  if (line === undefined) expect(stderr).not.toContain('not read');
  else expect(stderr.replaceAll(deploy, 'DEPLOY')).toContain(said);
});

test('a folder that has only folders: -R looks into them', async () => {
  rmSync(join(folder, 'deploy', 'a.yaml'));
  const { code, stderr } = await here(['doctor', '-f', join(folder, 'deploy')]);
  expect(code).toBe(1);
  expect(stderr).toContain('hint: add -R for the folders in ');
});

describe.skipIf(platform() === 'win32')('a link', () => {
  test.each([
    ['to a file of the folder is read', 'a.yaml', undefined],
    ['to a file in a folder below is read', 'base/b.yml', undefined],
    ['out of the folder is skipped', '../outside.yaml', 'it is a link out of the folder'],
    ['to a device is skipped', '/dev/zero', 'it is a link out of the folder'],
    ['to nowhere is skipped', 'gone.yaml', 'no such file or directory'],
    ['to a folder is skipped', 'base', 'it is not a file'],
  ])('%s', (_, target, reason) => {
    symlinkSync(target, join(folder, 'deploy', 'link.yaml'));
    expect(namesIn(false)).toEqual({
      read: ['a.yaml', ...(reason === undefined ? ['link.yaml'] : [])],
      said: reason === undefined ? '' : `warning: deploy/link.yaml is skipped: ${reason}\n`,
    });
  });

  test('out of the folder is not written through by attach --write', async () => {
    symlinkSync('../outside.yaml', join(folder, 'deploy', 'link.yaml'));
    await here(['attach', '-R', '-f', join(folder, 'deploy'), '--write']);
    expect(readFileSync(join(folder, 'outside.yaml'), 'utf8')).toBe(POD);
    expect(readFileSync(join(folder, 'deploy', 'a.yaml'), 'utf8')).toContain('imagePullSecrets');
  });
});
