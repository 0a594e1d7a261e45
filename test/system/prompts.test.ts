/**
 * The questions of `create` in real terminals: narrow and wide, with the keys that people press. With the executable, too: the
 * runtime reads the keys.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { whole } from '../support/cases.ts';
import { artefact } from '../support/program.ts';
import { keys, terminal, terminalOf } from '../support/terminal.ts';

const home = mkdtempSync(join(tmpdir(), 'regsecret-prompts-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));
const withLogins = join(home, 'logins');
mkdirSync(join(withLogins, '.docker'), { recursive: true });
const login = (user: string) => ({ auth: Buffer.from(`${user}:pa55`).toString('base64') });
writeFileSync(
  join(withLogins, '.docker/config.json'),
  JSON.stringify({ auths: { 'a.example.com': login('ada'), 'b.example.com': login('grace') } }),
);

const DRAFT = ['create', 'draft', '--dry-run=client', '-o', 'name'];
const ASKED = [...DRAFT, '--prompt', '--no-verify'];
/** Longer than the narrowest terminal. */
const SERVER = 'registry.a-rather-long-name-of-a-company.example.com:5000';

describe.each(whole ? [40, 80, 200] : [40])('%i columns', (columns) => {
  const start = (args: readonly string[], folder = home) => terminal(args, { HOME: folder }, columns);

  test('a registry, a user name and a password that are pasted', async () => {
    const tty = start(ASKED);
    await tty.see('Registry');
    tty.type(`${SERVER}${keys.enter}`);
    await tty.see('Username');
    tty.type(`ada${keys.enter}`);
    await tty.see('Password or token');
    tty.type(`pa55-of-ada${keys.enter}`);
    await tty.see('secret/draft');
    expect(await tty.ended).toBe(0);
    expect(tty.screen()).not.toContain('pa55');
  });

  test('a typo that is put right with the arrow keys', async () => {
    const tty = start([...DRAFT.slice(0, 3), '--prompt', '--no-verify']);
    await tty.see('Registry');
    tty.type(`ghr.io${keys.left.repeat(4)}c${keys.enter}`);
    await tty.see('Username');
    tty.type(`adaa${keys.backspace}${keys.enter}`);
    await tty.see('Password or token');
    tty.type(`x${keys.enter}`);
    await tty.see('ghcr.io  ada');
    expect(await tty.ended).toBe(0);
  });

  test.each([
    ['quay', 'quay has no dot and no port'],
    ['https://', 'https:// has no registry that an image can use'],
    ['ghcr.io/org/app:v1', 'did you mean ghcr.io/org/app?'],
    ['GHCR.io', 'did you mean ghcr.io?'],
  ])('%s is refused where it was typed', async (typed, said) => {
    const tty = start(ASKED);
    await tty.see('Registry');
    tty.type(`${typed}${keys.enter}`);
    await expect.poll(() => tty.screen().replace(/\s+/g, ''), { timeout: 50_000 }).toContain(said.replaceAll(' ', ''));
    tty.type(`${keys.backspace.repeat(typed.length)}ghcr.io${keys.enter}`);
    await tty.see('Username');
    tty.type(keys.ctrlC);
    expect(await tty.ended).toBe(130);
  });

  test('two of two logins are picked from a list, up and down', async () => {
    const tty = start(DRAFT, withLogins);
    await tty.see('Which logins?');
    tty.type(`${keys.down}${keys.space}${keys.up}${keys.space}${keys.enter}`);
    await tty.see('secret/draft');
    expect(await tty.ended).toBe(0);
  });

  test('a registry that cannot be checked: yes', async () => {
    const tty = start([...DRAFT, '--server', '127.0.0.1:1', '--username', 'ada']);
    await tty.see('Password or token');
    tty.type(`x${keys.enter}`);
    await expect.poll(() => tty.screen().replace(/\s+/g, ''), { timeout: 50_000 }).toContain('loginunchecked?');
    tty.type(`y${keys.enter}`);
    await tty.see('secret/draft');
    expect(await tty.ended).toBe(0);
  });

  test('the window changes its size within an answer', async () => {
    const tty = start(ASKED);
    await tty.see('Registry');
    tty.type(SERVER.slice(0, 30));
    await tty.see('-o');
    tty.resize(columns / 2);
    tty.type(SERVER.slice(30));
    tty.resize(columns);
    tty.type(keys.enter);
    await tty.see('Username');
    tty.type(keys.ctrlD);
    await tty.see('nothing was written');
    expect(await tty.ended).toBe(130);
  });

  test('Ctrl-Z, and back again', async () => {
    const line = [...artefact(), ...DRAFT, '--no-verify', '--server', 'ghcr.io', '--username', 'ada'].map(
      (word) => `'${word}'`,
    );
    const shell = terminalOf(['bash', '--norc', '--noprofile', '-i'], { HOME: home, PS1: 'ready> ' }, columns);
    await shell.see('ready> ');
    shell.type(`${line.join(' ')}${keys.enter}`);
    await shell.see('? Password or token');
    shell.type('abc');
    await shell.see('***');
    shell.type(keys.ctrlZ);
    await shell.see('ready> ');
    shell.type(`fg${keys.enter}`);
    await shell.see('Password or token');
    shell.type(`def${keys.enter}`);
    await shell.see('secret/draft');
    await shell.see('ready> ');
    shell.type(`exit${keys.enter}`);
    expect(await shell.ended).toBe(0);
    expect(shell.screen()).not.toMatch(/abc|def/);
  });
});

test('with -q nothing is said before the first question', async () => {
  const tty = terminal([...DRAFT, '-q', '--server', 'c.example.com'], { HOME: withLogins });
  await tty.see('Username');
  tty.type(keys.ctrlC);
  expect(await tty.ended).toBe(130);
  expect(tty.screen()).not.toContain('on this machine');
});

test('nobody is asked for what is there, and why somebody is asked is said', async () => {
  const tty = terminal([...DRAFT, '--server', 'c.example.com'], { HOME: withLogins });
  await tty.see('no login for c.example.com on this machine; the login you type will go into secret/draft');
  await tty.see('Username');
  tty.type(keys.ctrlC);
  expect(await tty.ended).toBe(130);
  expect(tty.screen()).not.toContain(String.raw`\n`);
});

test('one login is asked for, for all servers that are named and have none', async () => {
  const tty = terminal([...DRAFT, '--server', 'c.example.com', '--server', 'd.example.com'], { HOME: withLogins });
  await tty.see('no login for c.example.com, d.example.com on this machine');
  await tty.see('for all of them');
  await tty.see('Username');
  tty.type(keys.ctrlC);
  expect(await tty.ended).toBe(130);
});
