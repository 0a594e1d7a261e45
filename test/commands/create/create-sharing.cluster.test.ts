/** A personal login that is about to go into the namespace of others, in a real terminal and without one. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { api, cluster, kubeconfigFor, newNamespace } from '../../environment/use.ts';
import { freshName } from '../../support/attach-world.ts';
import { CANARY } from '../../support/canary.ts';
import { regsecret } from '../../support/program.ts';
import { keys, terminal } from '../../support/terminal.ts';

let own = '';
let other = '';
let kubeconfig = '';
beforeAll(async () => {
  own = await newNamespace();
  other = await newNamespace();
  kubeconfig = kubeconfigFor({ certificate: cluster().admin, namespace: own });
});

/** The environment of somebody who is logged in to r.example. */
function loggedIn(): Record<string, string> {
  const home = mkdtempSync(join(tmpdir(), 'regsecret-sharing-'));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  mkdirSync(join(home, '.docker'));
  const auth = Buffer.from(`jane:${CANARY}`).toString('base64');
  writeFileSync(join(home, '.docker/config.json'), JSON.stringify({ auths: { 'r.example': { auth } } }));
  return { HOME: home, KUBECONFIG: kubeconfig };
}

async function isWritten(namespace: string, name: string): Promise<boolean> {
  return (await api('GET', `/api/v1/namespaces/${namespace}/secrets/${name}`)).status === 200;
}

const QUESTION = (): string =>
  `Write your login for r.example into namespace ${other}, where everyone with permission to read Secrets can read it?`;

test.each([
  ['y', 0, true],
  ['', 1, false],
])('into another namespace than that of the context, answered with %j', async (answer, code, written) => {
  const name = freshName('shared');
  const tty = terminal(['create', name, '-n', other, '--server', 'r.example'], loggedIn());
  await tty.see('(y/N)');
  // The terminal wraps the line, also within a word.
  expect(tty.screen().replace(/\s+/g, '')).toContain(QUESTION().replaceAll(' ', ''));
  expect(await isWritten(other, name)).toBe(false);
  tty.type(`${answer}${keys.enter}`);
  expect(await tty.ended).toBe(code);
  if (!written) await tty.see('Cancelled; nothing was written.');
  expect(await isWritten(other, name)).toBe(written);
});

test.each<[string, args: () => readonly string[], place: () => string]>([
  ['--yes', () => ['-n', other, '--yes'], () => other],
  ['the namespace of the context', () => [], () => own],
  ['the namespace of the context, which is typed', () => ['-n', own], () => own],
])('nothing is asked: %s', async (_, args, place) => {
  const name = freshName('own');
  const tty = terminal(['create', name, '--server', 'r.example', ...args()], loggedIn());
  await tty.see(`everyone who can read Secrets in ${place()} will have your login for r.example`);
  await tty.see(`secret/${name} created`);
  expect(await tty.ended).toBe(0);
  expect(tty.screen()).not.toContain('?');
  expect(await isWritten(place(), name)).toBe(true);
});

test.each([['--dry-run=client', '-o', 'yaml'], ['--dry-run=server']])(
  'nothing is asked, and nothing written: %s %s',
  async (...flags) => {
    const name = freshName('dry');
    const args = ['create', name, '-n', other, '--server', 'r.example', ...flags.filter(Boolean)];
    const tty = terminal(args, loggedIn());
    expect(await tty.ended).toBe(0);
    expect(tty.screen()).not.toContain('Write your login');
    expect(await isWritten(other, name)).toBe(false);
  },
);

test('nothing is asked without a terminal, where the output is what it was', async () => {
  const name = freshName('piped');
  const ran = await regsecret(['create', name, '-n', other, '--server', 'r.example'], { env: loggedIn() });
  expect([ran.code, ran.stdout]).toEqual([0, `secret/${name} created\n`]);
  expect(ran.stderr.split('\n').slice(0, 2)).toEqual([
    `  in namespace ${other}`,
    '  r.example  jane  from ~/.docker/config.json',
  ]);
  expect(await isWritten(other, name)).toBe(true);
});
