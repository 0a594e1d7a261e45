/**
 * `--write` by several processes at once, by killed processes, and to unusual folders and files. With the executable, too:
 * files.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { platform, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { UserError } from '../../src/errors.ts';
import { command, pathWord } from '../../src/line/command.ts';
import { changeManifests, type ManifestRequest, writeManifests } from '../../src/manifests/change.ts';
import { cases } from '../support/cases.ts';
import { installed } from '../support/installed.ts';
import { fakeIo } from '../support/io.ts';
import { artefact, execute, regsecret } from '../support/program.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'regsecret-together-'));
  chmodSync(folder, 0o755);
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
});

const POD = 'apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers: [{name: a, image: ghcr.io/a}]\n';
/** Printed by the process that adds the first `imagePullSecrets`. */
const SAID =
  'pod/a now has its own imagePullSecrets, so those of its service account no longer apply\n' +
  'hint: to check that the cluster has the Secret: regsecret inspect regsecret\n';
const withSecrets = (...names: string[]): string =>
  `${POD}  imagePullSecrets:\n${names.map((name) => `  - name: ${name}\n`).join('')}`;

function file(text: string): string {
  writeFileSync(join(folder, 'a.yaml'), text);
  return join(folder, 'a.yaml');
}

const listed = (text: string): string[] => [...text.matchAll(/^ {2}- name: (\S+)$/gm)].map(([, name = '']) => name);

const ROUNDS = cases(3, 30);
const KILLS = cases(8, 40);

describe.each([2, 5])('%i processes that attach to one file at once', (count) => {
  test(`lose no change, in ${ROUNDS} rounds`, { timeout: 300_000 }, async () => {
    const names = Array.from({ length: count }, (_, index) => `secret-${index}`);
    for (let round = 1; round <= ROUNDS; round += 1) {
      const path = file(POD);
      const ran = await Promise.all(names.map((name) => regsecret(['attach', name, '-f', path, '--write', '-q'])));
      expect(ran.map(({ code, stderr }) => ({ code, stderr }))).toEqual(names.map(() => ({ code: 0, stderr: '' })));
      expect(listed(readFileSync(path, 'utf8')).sort()).toEqual(names);
      expect(readdirSync(folder)).toEqual(['a.yaml']);
    }
  });
});

test('one attaches while another detaches: both are done, also in a file of many objects', async () => {
  const path = file([withSecrets('old'), withSecrets('old')].join('---\n'));
  const ran = await Promise.all([
    regsecret(['attach', 'new', '-f', path, '--write']),
    regsecret(['detach', 'old', '-f', path, '--write']),
  ]);
  expect(ran.map(({ code }) => code)).toEqual([0, 0]);
  expect(listed(readFileSync(path, 'utf8'))).toEqual(['new', 'new']);
});

test('killed at any moment: the file is the old or the new one, and the next run leaves nothing beside it', {
  timeout: 300_000,
}, async () => {
  const [command, ...rest] = artefact();
  const started = performance.now();
  await regsecret(['attach', '-f', file(POD), '--write']);
  const whole = performance.now() - started;
  const outcomes = new Set<string>();
  for (let round = 0; round < KILLS; round += 1) {
    const path = file(POD);
    const child = spawn(command, [...rest, 'attach', '-f', path, '--write'], { stdio: 'ignore' });
    const ended = once(child, 'close');
    // Kills the process at a time near its end, when it writes the file.
    await delay(whole * (0.6 + (0.6 * round) / KILLS));
    child.kill('SIGKILL');
    await ended;
    const text = readFileSync(path, 'utf8');
    expect([POD, withSecrets('regsecret')]).toContain(text);
    outcomes.add(text);
    const ran = await regsecret(['attach', '-f', path, '--write']);
    expect(ran).toMatchObject({ code: 0, stderr: text === POD ? SAID : '' });
    expect(readFileSync(path, 'utf8')).toBe(withSecrets('regsecret'));
    expect(readdirSync(folder)).toEqual(['a.yaml']);
  }
  expect(outcomes.size).toBeGreaterThan(0);
});

test.skipIf(platform() === 'win32')(
  'a hard link: the name that is given has the new text, and that is said',
  async () => {
    const path = file(POD);
    linkSync(path, join(folder, 'b'));
    const ran = await regsecret(['attach', '-f', path, '--write']);
    expect(ran).toMatchObject({
      code: 0,
      stdout: `pod/a patched in ${path}\n`,
      stderr: `warning: ${path} is one of 2 names of a file (hard links): only this one has the new text\n${SAID}`,
    });
    expect(readFileSync(path, 'utf8')).toBe(withSecrets('regsecret'));
    expect(readFileSync(join(folder, 'b'), 'utf8')).toBe(POD);
  },
);

test.skipIf(platform() === 'win32')('two names of one file, one of them a link: both changes are there', async () => {
  const path = file(POD);
  symlinkSync('a.yaml', join(folder, 'link.yaml'));
  const ran = await Promise.all([
    regsecret(['attach', 'one', '-f', path, '--write']),
    regsecret(['attach', 'two', '-f', join(folder, 'link.yaml'), '--write']),
  ]);
  expect(ran.map(({ code }) => code)).toEqual([0, 0]);
  expect(listed(readFileSync(path, 'utf8')).sort()).toEqual(['one', 'two']);
});

test('the same file named twice is changed once', async () => {
  const path = file(POD);
  const ran = await regsecret(['attach', '-f', path, '-f', path, '--write']);
  expect(ran).toMatchObject({ code: 0, stderr: SAID });
  expect(readFileSync(path, 'utf8')).toBe(withSecrets('regsecret'));
});

/** Root may write everywhere, unless it drops its capabilities. */
const isRoot = process.getuid?.() === 0;
const limited = isRoot ? ['setpriv', '--bounding-set', '-all', '--inh-caps', '-all'] : [];

describe.skipIf(platform() === 'win32' || !installed('setpriv', limited.slice(0, 1)))(
  'without the right to write',
  () => {
    test.each([
      ['in the folder', 0o555, 0o644],
      ['in the folder, nor to the file', 0o555, 0o444],
    ])('%s: the file stays', async (_, folderMode, fileMode) => {
      const path = file(POD);
      chmodSync(path, fileMode);
      chmodSync(folder, folderMode);
      onTestFinished(() => chmodSync(folder, 0o755));
      const ran = await execute([...limited, ...artefact(), 'attach', '-f', path, '--write']);
      expect(ran).toMatchObject({ code: 1, stdout: '' });
      expect(ran.stderr).toBe(`error: cannot write ${path}: permission denied\nhint: ls -l ${path}\n`);
      expect(readFileSync(path, 'utf8')).toBe(POD);
      expect(readdirSync(folder)).toEqual(['a.yaml']);
    });
  },
);

describe.skipIf(!isRoot || !installed('unshare', ['unshare', 'mount']))('a full disk', () => {
  // The disk has two pages, which the file fills.
  const SCRIPT =
    'mount -t tmpfs -o size=8k regsecret "$1" && cp "$2" "$1" && cd "$1" && shift 2 && { "$@"; cat *; ls -A; }';

  test('the file stays, and nothing is left beside it', async () => {
    const text = `# ${'x'.repeat(5000)}\n${POD}`;
    const outside = file(text);
    const disk = join(folder, 'disk');
    mkdirSync(disk);
    const onDisk = ['unshare', '--mount', 'sh', '-c', SCRIPT, 'sh', disk, outside];
    const path = join(disk, 'a.yaml');
    const ran = await execute([...onDisk, ...artefact(), 'attach', '-f', path, '--write']);
    expect(ran.stderr).toBe(`error: cannot write ${path}: no space left on device\nhint: ls -l ${path}\n`);
    expect(ran.stdout).toBe(`${text}a.yaml\n`);
  });
});

describe('a file that is not what was read by now', () => {
  const written = async (request: ManifestRequest, meanwhile: () => void): Promise<string[]> => {
    const io = fakeIo();
    const changed = await changeManifests(request, io);
    meanwhile();
    const actions: string[] = [];
    await writeManifests(changed, request, io, {
      done: ({ objects }) => actions.push(...objects.map(({ action }) => action)),
      warn: () => expect.unreachable(),
    });
    return actions;
  };
  const request = (path: string): ManifestRequest => ({
    verb: 'attach',
    secret: 'one',
    files: [path],
    recursive: false,
    opens: undefined,
  });

  test.each([
    ['changed in place', (path: string) => writeFileSync(path, `# edited\n${withSecrets('two')}`)],
    [
      'replaced by another file',
      (path: string) => {
        writeFileSync(`${path}.new`, `# edited\n${withSecrets('two')}`);
        renameSync(`${path}.new`, path);
      },
    ],
  ])('%s is changed again', async (_, edit) => {
    const path = file(POD);
    expect(await written(request(path), () => edit(path))).toEqual(['patched']);
    expect(readFileSync(path, 'utf8')).toBe(`# edited\n${withSecrets('two', 'one')}`);
  });

  test('and has the Secret already stays, and is told to be unchanged', async () => {
    const path = file(POD);
    expect(await written(request(path), () => writeFileSync(path, withSecrets('one')))).toEqual(['unchanged']);
    expect(readFileSync(path, 'utf8')).toBe(withSecrets('one'));
  });

  test('and is gone is not made again', async () => {
    const path = file(POD);
    await expect(written(request(path), () => rmSync(path))).rejects.toThrow(
      new UserError(`cannot write ${path}: no such file or directory`, command`ls -l ${pathWord(path)}`),
    );
    expect(readdirSync(folder)).toEqual([]);
  });
});
