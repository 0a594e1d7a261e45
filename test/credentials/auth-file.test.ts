import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { homedir, userInfo } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { displayPath, homeFolder, readAuthFile, readCredentialFile } from '../../src/credentials/auth-file.ts';
import { refusalOf } from '../support/hints.ts';
import { machine } from '../support/machine.ts';

const isRoot = userInfo().uid === 0;

describe('a login file', () => {
  const read = (prepare: (path: string) => void): { path: string; text: string | undefined } => {
    const path = join(machine().home, 'config.json');
    prepare(path);
    const bytes = readAuthFile(path);
    return { path, text: bytes && Buffer.from(bytes).toString() };
  };

  test('is read as it is', () => {
    expect(read((path) => writeFileSync(path, 'ä\n')).text).toBe('ä\n');
    expect(read((path) => writeFileSync(path, '')).text).toBe('');
  });

  test('that does not exist is none', () => {
    expect(read(() => {}).text).toBeUndefined();
    expect(read((path) => symlinkSync('nowhere', path)).text).toBeUndefined();
  });

  test.each([
    ['a folder', (path: string) => mkdirSync(path), 'PATH is a directory', 'ls PATH'],
    [
      'a link to itself',
      (path: string) => symlinkSync(path, path),
      'cannot read PATH: its symbolic links form a loop',
      'ls -l PATH',
    ],
    [
      'more than 16 MiB',
      (path: string) => {
        writeFileSync(path, '');
        truncateSync(path, 16 * 1024 * 1024 + 1);
      },
      'PATH holds more than 16777216 bytes',
      'ls -l PATH',
    ],
  ])('%s is an error', (_, prepare, message, hint) => {
    const path = join(machine().home, 'config.json');
    prepare(path);
    expect(refusalOf(() => readAuthFile(path))).toEqual({
      message: message.replace('PATH', path),
      hint: hint.replace('PATH', path),
    });
  });

  test('of exactly 16 MiB is read', () => {
    const path = join(machine().home, 'config.json');
    writeFileSync(path, '');
    truncateSync(path, 16 * 1024 * 1024);
    expect(readAuthFile(path)?.length).toBe(16 * 1024 * 1024);
  });

  test('under a file instead of a folder is an error', () => {
    const { home } = machine({ files: { '$HOME/.docker': '' } });
    const path = join(home, '.docker', 'config.json');
    expect(() => readAuthFile(path)).toThrow(`cannot read ${path}: a part of its path is not a directory`);
  });

  test.skipIf(isRoot)('that may not be read is an error', () => {
    const path = join(machine().home, 'config.json');
    writeFileSync(path, '{}', { mode: 0 });
    expect(() => readAuthFile(path)).toThrow(`cannot read ${path}: permission denied`);
  });

  test.runIf(isRoot && process.platform === 'linux')('that may not be read is an error (as another user)', () => {
    const script = `
      import { readAuthFile } from ${JSON.stringify(join(import.meta.dirname, '../../src/credentials/auth-file.ts'))};
      process.setuid(65534);
      try { readAuthFile(process.argv[2]); } catch (error) { console.log(error.message); }`;
    const { home } = machine({ files: { '$HOME/config.json': '{}', '$HOME/read.ts': script } });
    chmodSync(join(home, '..'), 0o755);
    chmodSync(join(home, 'config.json'), 0o600);
    const out = execFileSync(process.execPath, [join(home, 'read.ts'), join(home, 'config.json')]).toString();
    expect(out).toBe(`cannot read ${join(home, 'config.json')}: permission denied\n`);
  });
});

test.skipIf(process.platform === 'win32')('a device that never ends is read up to the limit', () => {
  expect(() => readCredentialFile('/dev/zero', 1000)).toThrow('/dev/zero holds more than 1000 bytes');
  expect(readCredentialFile('/dev/null', 1000)).toEqual(new Uint8Array());
});

describe('paths for people', () => {
  test.each([
    ['/home/jane/.docker/config.json', '/home/jane', '~/.docker/config.json'],
    ['/home/jane/.docker/config.json', '/home/jane/', '~/.docker/config.json'],
    ['/home/janet/x', '/home/jane', '/home/janet/x'],
    ['/x', undefined, '/x'],
  ])('%j with home %j: %s', (path, home, shown) => {
    expect(displayPath(path, home)).toBe(shown);
  });

  test('the home folder is that of the environment, or else the one of the user', () => {
    expect(homeFolder({ HOME: '/h', USERPROFILE: '/h' })).toBe('/h');
    if (process.platform !== 'win32') expect(homeFolder({ HOME: '' })).toBe(userInfo().homedir || homedir());
  });
});
