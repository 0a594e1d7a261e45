/**
 * Ctrl-D and Ctrl-C at a question end with exit code 130, the end of piped input with 1, and nothing is written.
 * With the executable, too: the runtime reads stdin.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { regsecret } from './support/program.ts';
import { keys, terminal } from './support/terminal.ts';

const home = mkdtempSync(join(tmpdir(), 'regsecret-end-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

const CREATE = ['create', 'unfinished', '--dry-run=client'];

describe.each([
  ['Registry', ['--prompt']],
  ['Username', ['--prompt', '--server', 'r.example']],
  ['Password or token', ['--server', 'r.example', '--username', 'u']],
])('at the question %s', (question, flags) => {
  test.each([
    ['Ctrl-D', keys.ctrlD],
    ['Ctrl-C', keys.ctrlC],
  ])('%s', async (_, key) => {
    const tty = terminal([...CREATE, ...flags], { HOME: home });
    await tty.see(question);
    tty.type(key);
    await tty.see('nothing was written');
    expect(await tty.ended).toBe(130);
    expect(tty.screen()).not.toMatch(/error|kind: Secret/);
  });
});

describe('on a terminal', () => {
  const USER = ['--server', 'r.example', '--username', 'u'];
  test.each([
    ['the password', [...CREATE, ...USER, '--password-stdin']],
    ['a docker config', [...CREATE, '--from-file', '-']],
    ['manifests', ['attach', '-f', '-']],
    ['manifests', ['doctor', '-f', '-']],
    ['manifests', ['inspect', '-f', '-']],
  ])('what waits for %s says so, and Ctrl-C ends it: %j', async (what, args) => {
    const tty = terminal(args, { HOME: home });
    await tty.see(`reading ${what} from the terminal; end with Ctrl-D`);
    tty.type(keys.ctrlC);
    await tty.ended;
    expect(tty.screen()).not.toMatch(/error|patched|kind: Secret/);
  });
});

test('Ctrl-D where a password is read from the terminal: there is none', async () => {
  const tty = terminal([...CREATE, '--server', 'r.example', '--username', 'u', '--password-stdin'], { HOME: home });
  await tty.see('reading the password from the terminal; end with Ctrl-D');
  tty.type(keys.ctrlD);
  await tty.see('error: stdin holds no password');
  expect(await tty.ended).toBe(1);
});

test.each([
  ['a password', ['--server', 'r.example', '--username', 'u', '--password-stdin'], 'error: stdin holds no password'],
  ['a docker config', ['--from-file', '-'], 'error: '],
])('%s of which nothing comes through the pipe', async (_, flags, error) => {
  const ran = await regsecret([...CREATE, ...flags], { stdin: '' });
  expect(ran.code).toBe(1);
  expect(ran.stdout).toBe('');
  expect(ran.stderr).toContain(error);
});
