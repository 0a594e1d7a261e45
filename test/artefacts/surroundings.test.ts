/**
 * Files and variables around the program must not change what it does, and it must not change them. With the executable, too:
 * start.
 */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { canUnshare } from '../environment/availability.ts';
import { artefact, execute, regsecret } from '../support/program.ts';
import { terminal } from '../support/terminal.ts';

const login = ['--docker-server=r.io', '--docker-username=u', '--docker-password=p'];
const dryRun = ['create', 'x', ...login, '--dry-run=client', '-o', 'yaml'];

function folder(files: Readonly<Record<string, string>> = {}): string {
  const path = mkdtempSync(join(tmpdir(), 'regsecret-around-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(path, dirname(name)), { recursive: true });
    writeFileSync(join(path, name), content);
  }
  return path;
}

/** Code that leaves a file when it runs. */
const trap = "require('node:fs').writeFileSync(__dirname + '/trapped', '');";
const library = { 'package.json': '{ "main": "index.js" }', 'index.js': trap };

describe('the folder that it is started in', () => {
  const files = {
    '.env': 'PASSWORD=from-the-folder\nNODE_TLS_REJECT_UNAUTHORIZED=0\n',
    '.env.local': 'PASSWORD=from-the-folder\n',
    'bunfig.toml': 'preload = ["./trap.js"]\n[run]\nbun = true\n',
    'trap.js': trap,
    'package.json': '{ broken',
    'tsconfig.json': '{ broken',
    '.npmrc': 'registry=nonsense\n',
    'node_modules/commander/package.json': library['package.json'],
    'node_modules/commander/index.js': library['index.js'],
    'node_modules/js-yaml/package.json': library['package.json'],
    'node_modules/js-yaml/index.js': library['index.js'],
  };

  test('runs no code and changes nothing', async () => {
    const cwd = folder(files);
    const before = readdirSync(cwd, { recursive: true }).sort();
    // The name `123` needs js-yaml.
    for (const args of [dryRun, dryRun.with(1, '123')]) {
      const elsewhere = await regsecret(args);
      expect(elsewhere.code).toBe(0);
      expect(await regsecret(args, { cwd })).toEqual(elsewhere);
    }
    expect(readdirSync(cwd, { recursive: true }).sort()).toEqual(before);
  });

  test('sets no variables', async () => {
    const args = ['create', 'x', '--username', 'u', '--password-env', 'PASSWORD', '--dry-run=client'];
    const ran = await regsecret(args, { cwd: folder(files) });
    expect(ran).toMatchObject({ code: 1, stdout: '' });
    expect(ran.stderr).toContain('$PASSWORD is not set');
  });
});

test('nothing is written to the home folder, the temporary folder or the folder that it is started in', async () => {
  const [HOME, TMPDIR, cwd] = [folder(), folder(), folder()];
  for (const args of [['--version'], ['create', '--help'], dryRun, dryRun.with(1, '123'), ['create', '--all']]) {
    await regsecret(args, { env: { HOME, TMPDIR, XDG_CACHE_HOME: join(HOME, '.cache') }, cwd });
  }
  expect([HOME, TMPDIR, cwd].flatMap((path) => readdirSync(path))).toEqual([]);
});

test.skipIf(!canUnshare())('a disk that nobody can write to is no obstacle', async () => {
  const readOnly = [
    'unshare',
    '--mount',
    'sh',
    '-c',
    'mount -o remount,bind,ro / && ! touch /x 2>/dev/null && "$@"',
    'sh',
  ];
  const ran = await execute([...readOnly, ...artefact(), ...dryRun]);
  expect(ran, ran.stderr).toMatchObject({ code: 0, stdout: (await regsecret(dryRun)).stdout });
});

// Creating a symbolic link needs a privilege on Windows.
test.runIf(process.platform !== 'win32')('called kubectl-regsecret, it speaks of itself as the plugin', async () => {
  const [program, ...script] = artefact();
  const name = join(folder(), 'kubectl-regsecret');
  symlinkSync(script[0] ?? program, name);
  const command = script.length === 0 ? [name] : [program, name];
  expect((await execute([...command, '--nonsense'])).stderr).toContain('hint: kubectl regsecret --help');
  expect((await regsecret(['--nonsense'])).stderr).toContain('hint: regsecret --help');
});

describe('colours', () => {
  const run = async (env: Record<string, string>): Promise<string> => {
    const tty = terminal(['create', 'x', '--from-file', '/nothing/here'], { HOME: folder(), ...env });
    expect(await tty.ended).toBe(1);
    return tty.raw();
  };

  test('are used on a terminal', async () => {
    expect(await run({})).toContain('\u001b[31merror:');
  });

  test('are not with NO_COLOR', async () => {
    expect(await run({ NO_COLOR: '1' })).not.toContain('\u001b[');
  });
});
