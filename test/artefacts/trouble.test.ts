/**
 * Circumstances in which programs often break. regsecret goes on, or names the cause. With the executable, too: pipes and start.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants, createReadStream, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { artefact, execute, regsecret } from '../support/program.ts';

/** Whether the system has shells, named pipes and devices below /dev. */
const posix = process.platform !== 'win32';

const login = ['--docker-server=r.io', '--docker-username=u', '--docker-password=p'];
const dryRun = ['create', 'x', ...login, '--dry-run=client', '-o', 'yaml'];
/** A prefix for a command line. Runs it in a shell, where `script` refers to it as `"$@"`. */
const shell = (script: string): string[] => ['sh', '-c', script, 'sh'];

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'regsecret-trouble-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** Arguments for `create` whose output is much larger than a pipe's buffer. */
function large(): string[] {
  const file = join(folder(), 'config.json');
  const auth = Buffer.from(`u:${'p'.repeat(900)}`).toString('base64');
  const auths = Object.fromEntries(Array.from({ length: 400 }, (_, index) => [`r${index}.example.com`, { auth }]));
  writeFileSync(file, JSON.stringify({ auths }));
  return ['create', 'x', '--from-file', file, '--dry-run=client', '-o', 'json'];
}

describe('variables for the runtime', () => {
  test.each([
    ['NODE_OPTIONS', '--nonsense'],
    ['NODE_OPTIONS', '--require=/nothing/here.js'],
    ['NODE_PATH', '/nothing/here'],
    ['NODE_EXTRA_CA_CERTS', '/nothing/here'],
    ['BUN_OPTIONS', '--nonsense'],
    ['BUN_OPTIONS', '--preload=/nothing/here.js'],
    ['BUN_CONFIG_FILE', '/nothing/here'],
    ['BUN_JSC_nonsense', '1'],
  ])('%s=%s', async (variable, value) => {
    const ran = await regsecret(dryRun, { env: { [variable]: value } });
    if (ran.code === 0) expect(ran.stdout).toBe((await regsecret(dryRun)).stdout);
    else {
      // The runtime ends before it runs our code, and its message names the culprit.
      expect(ran.stdout).toBe('');
      expect(ran.stderr).toMatch(new RegExp(`${variable}|${value.replace(/^.*=/, '')}`));
    }
  });
});

describe.runIf(posix)('stdout', () => {
  test('closed by its reader ends the program without a word', async () => {
    const ran = await execute([...shell('{ "$@"; echo "$?" >&2; } | head -c 1'), ...artefact(), ...large()]);
    expect(ran.stdout).toBe('{');
    expect(ran.stderr.split('\n').filter((line) => !line.startsWith('  '))).toEqual(['0', '']);
  });

  test('closed from the start is no obstacle', async () => {
    const ran = await execute([...shell('"$@" >&-'), ...artefact(), ...dryRun]);
    expect(ran, ran.stderr).toMatchObject({ code: 0, stdout: '' });
  });

  test.runIf(process.platform === 'linux')('on a full disk is an error that says so', async () => {
    const ran = await execute([...shell('"$@" >/dev/full'), ...artefact(), ...dryRun]);
    expect(ran.code).toBe(1);
    expect(ran.stderr).toContain('error: cannot write to stdout: ENOSPC');
  });

  test('with a slow reader gets everything', async () => {
    const { stdout } = await regsecret(large());
    expect(Object.keys(JSON.parse(stdout).data)).toEqual(['.dockerconfigjson']);
    expect(stdout.length).toBeGreaterThan(500_000);
    const ran = await execute([...shell('"$@" | { read -r line; echo "$line"; cat; }'), ...artefact(), ...large()]);
    expect(ran.stdout).toBe(stdout);
  });

  test('in non-blocking mode gets everything', async () => {
    const pipe = join(folder(), 'pipe');
    await execute(['mkfifo', pipe]);
    const end = openSync(pipe, constants.O_RDWR | constants.O_NONBLOCK);
    const args = large();
    const [command, ...rest] = artefact();
    const child = spawn(command, [...rest, ...args], { stdio: ['ignore', end, 'ignore'], env: { HOME: folder() } });
    const ended = once(child, 'exit');
    const reader = createReadStream(pipe);
    const { stdout } = await regsecret(args);
    let read = '';
    for await (const chunk of reader) {
      read += chunk;
      if (read.length >= stdout.length) break;
    }
    expect(await ended).toEqual([0, null]);
    expect(read).toBe(stdout);
  });
});

describe.runIf(posix)('what a process usually has', () => {
  test('a home folder', async () => {
    const ran = await execute(['env', '-i', ...artefact(), ...dryRun]);
    expect(ran, ran.stderr).toMatchObject({ code: 0, stdout: (await regsecret(dryRun)).stdout });
  });

  test('a stdin', async () => {
    const ran = await execute([...shell('"$@" <&-'), ...artefact(), 'create', '--username', 'u', '--password-stdin']);
    expect(ran).toMatchObject({ code: 1, stdout: '' });
    expect(ran.stderr).toMatch(/^error: .*stdin/);
  });

  test('a stderr', async () => {
    expect(await execute([...shell('"$@" 2>&-'), ...artefact(), ...dryRun])).toMatchObject({ code: 0, stderr: '' });
  });

  test('a folder that it is in', async () => {
    const ran = await execute([...shell('cd "$0" && rmdir "$0" && "$@"').with(3, folder()), ...artefact(), ...dryRun]);
    if (ran.code === 0) expect(ran.stdout).toBe((await regsecret(dryRun)).stdout);
    else expect(ran.stderr).toContain('working directory was deleted');
  });
});

test('a login of 200 KB is printed as kubectl prints it, beside a name that needs quotes', async () => {
  const args = [
    'create',
    '0x1f',
    '--server=r.io',
    '--username=u',
    '--password-stdin',
    '--dry-run=client',
    '-o',
    'yaml',
  ];
  const ran = await regsecret(args, { stdin: 'x'.repeat(200_000) });
  expect(ran.stdout).toMatch(
    /^apiVersion: v1\ndata:\n {2}\.dockerconfigjson: eyJ[\w+/=]+\nkind: Secret\nmetadata:\n {2}name: "0x1f"\n/,
  );
});
