/**
 * The key that keeps the fingerprints of passwords the same between runs of one user on one machine. With the executable, too:
 * files.
 */
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createFingerprint } from '../../src/output/fingerprint.ts';
import { keptKey } from '../../src/system/kept-key.ts';
import { regsecret } from '../support/program.ts';

const isWindows = process.platform === 'win32';
const isRoot = process.getuid?.() === 0;
const KEY = /^[0-9a-f]{64}$/;

function temporary(): string {
  const folder = mkdtempSync(join(tmpdir(), 'regsecret-key-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const modeOf = (path: string): number => statSync(path).mode & 0o777;

test('the first use makes it for its owner alone, and every other one reads it', () => {
  const folder = join(temporary(), 'state', 'regsecret');
  const key = keptKey(folder);
  expect(key).toMatch(KEY);
  expect(keptKey(folder)).toBe(key);
  expect(readdirSync(folder)).toEqual(['mark-key']);
  expect(readFileSync(join(folder, 'mark-key'), 'utf8')).toBe(`${key}\n`);
  if (!isWindows) expect([modeOf(folder), modeOf(join(folder, 'mark-key'))]).toEqual([0o700, 0o600]);
  expect(keptKey(join(temporary(), 'regsecret'))).not.toBe(key);
});

const GOOD = `${'0'.repeat(64)}\n`;

describe('it is made anew', () => {
  test.each<[situation: string, content: string, mode: number]>([
    ['an empty file', '', 0o600],
    ['one that is too short', `${'0'.repeat(63)}\n`, 0o600],
    ['one that is cut', '0'.repeat(64), 0o600],
    ['one that is too long', `${'0'.repeat(65)}\n`, 0o600],
    ['a long one', '0'.repeat(100_000), 0o600],
    ['no digits', `${'x'.repeat(64)}\n`, 0o600],
    ['one that others may read', GOOD, 0o644],
    ['one that a group may write', GOOD, 0o620],
  ])('%s', (_, content, mode) => {
    // File modes mean nothing on Windows.
    if (isWindows && content === GOOD) return;
    const folder = temporary();
    writeFileSync(join(folder, 'mark-key'), content);
    chmodSync(join(folder, 'mark-key'), mode);
    const key = keptKey(folder);
    expect(key).toMatch(KEY);
    expect(key).not.toBe(GOOD.trim());
    expect(keptKey(folder)).toBe(key);
    expect(readdirSync(folder)).toEqual(['mark-key']);
  });
});

describe('there is none', () => {
  test('where a file is in the place of the folder', () => {
    const folder = join(temporary(), 'regsecret');
    writeFileSync(folder, '');
    expect(keptKey(folder)).toBeUndefined();
  });

  test('where a folder is in its place', () => {
    const folder = temporary();
    mkdirSync(join(folder, 'mark-key'));
    expect(keptKey(folder)).toBeUndefined();
  });

  // Creating a symbolic link needs a privilege on Windows.
  test.skipIf(isWindows)('where a link is in its place', () => {
    const folder = temporary();
    writeFileSync(join(folder, 'other'), GOOD, { mode: 0o600 });
    symlinkSync('other', join(folder, 'mark-key'));
    expect(keptKey(folder)).toBeUndefined();
  });

  test.skipIf(isWindows || isRoot)('where nothing can be written', () => {
    const home = temporary();
    chmodSync(home, 0o500);
    expect(keptKey(join(home, 'regsecret'))).toBeUndefined();
  });

  test.runIf(isRoot)('where it is of somebody else', () => {
    const folder = temporary();
    writeFileSync(join(folder, 'mark-key'), GOOD, { mode: 0o600 });
    chownSync(join(folder, 'mark-key'), 1000, 1000);
    expect(keptKey(folder)).toBeUndefined();
    expect(readFileSync(join(folder, 'mark-key'), 'utf8')).toBe(GOOD);
  });

  test.runIf(isRoot)('for root in the home of somebody else, where nothing is made', () => {
    const home = temporary();
    chownSync(home, 1000, 1000);
    expect(keptKey(join(home, '.local', 'state', 'regsecret'))).toBeUndefined();
    expect(readdirSync(home)).toEqual([]);
  });
});

describe('marks', () => {
  const login = { username: 'jane', password: 'hunter2' };
  const markOf = (env: Record<string, string>): string => createFingerprint({ env })(login);

  test('are the same in every run of one person, and others elsewhere', () => {
    const [home, other] = [temporary(), temporary()];
    expect(markOf({ HOME: home })).toBe(markOf({ HOME: home }));
    expect(markOf({ XDG_STATE_HOME: join(home, '.local', 'state') })).toBe(markOf({ HOME: home }));
    expect(markOf({ HOME: other })).not.toBe(markOf({ HOME: home }));
  });

  test('without a home are others in each run', () => {
    expect(markOf({})).not.toBe(markOf({}));
  });

  test('with a home that is not there are others in each run, and nobody makes it', () => {
    const home = join(temporary(), 'nonexistent');
    expect(markOf({ HOME: home })).not.toBe(markOf({ HOME: home }));
    expect(existsSync(home)).toBe(false);
  });

  test('nothing is made before the first mark', () => {
    const home = temporary();
    createFingerprint({ env: { HOME: home } });
    expect(readdirSync(home)).toEqual([]);
  });

  test.each(['none there', 'a damaged one'])('runs that start at once end with one key: %s', async (before) => {
    const home = temporary();
    const folder = join(home, 'regsecret');
    if (before !== 'none there') {
      mkdirSync(folder, { mode: 0o700 });
      writeFileSync(join(folder, 'mark-key'), 'x', { mode: 0o600 });
    }
    const manifest = join(home, 'secret.yaml');
    const payload = btoa(JSON.stringify({ auths: { 'ghcr.io': { auth: btoa('jane:hunter2') } } }));
    const secret = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'a' },
      type: 'kubernetes.io/dockerconfigjson',
    };
    writeFileSync(manifest, JSON.stringify({ ...secret, data: { '.dockerconfigjson': payload } }));
    const inspect = () => regsecret(['inspect', '-f', manifest], { env: { HOME: home, XDG_STATE_HOME: home } });
    const ran = await Promise.all(Array.from({ length: 4 }, inspect));
    const marks = [...ran, await inspect()].map(({ code, stdout }) => [code, /•••• ([0-9a-f]{8})/.exec(stdout)?.[1]]);
    expect(marks.at(-1)).toEqual([0, expect.any(String)]);
    if (before === 'none there') expect(new Set(marks.map(([, mark]) => mark)).size).toBe(1);
    expect((await inspect()).stdout).toContain(`•••• ${marks.at(-1)?.[1]}`);
    expect(readdirSync(folder)).toEqual(['mark-key']);
  });
});
