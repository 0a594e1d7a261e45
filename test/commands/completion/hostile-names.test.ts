/** What TAB offers of names that others chose. In real shells, nothing that TAB inserts is more than one word, and nothing is run. */
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { HOSTILE_NAMES, kubeconfigsNaming, PLAIN_NAMES } from '../../support/completed-names.ts';
import { COMPLETING_SHELLS } from '../../support/completing-shells.ts';
import { here } from '../../support/here.ts';
import { artefact } from '../../support/program.ts';
import { terminalOf } from '../../support/terminal.ts';

const folder = mkdtempSync(join(tmpdir(), 'regsecret-names-'));
afterAll(() => rmSync(folder, { recursive: true }));

const plain = kubeconfigsNaming(PLAIN_NAMES, join(folder, 'plain'));
const hostile = kubeconfigsNaming(HOSTILE_NAMES, join(folder, 'hostile'));

async function offered(words: readonly string[]): Promise<string> {
  const { stdout } = await here(['__complete', ...words], { env: { HOME: folder } });
  return stdout;
}

test.each([
  ['list', '--context'],
  ['list', '--cluster'],
  ['list', '--user'],
  ['sync', '--to-context'],
])('of a kubeconfig, %s %s offers the plain names', async (command, flag) => {
  const offers = (paths: readonly string[]): Promise<string[]> =>
    Promise.all(paths.map((path) => offered(['--kubeconfig', path, command, flag, ''])));
  expect(await offers(plain)).toEqual(PLAIN_NAMES.map((name) => `${name}\n:4\n`));
  expect(await offers(hostile)).toEqual(HOSTILE_NAMES.map(() => ':4\n'));
});

test.each([
  ['namespaces', ['list', '-n']],
  ['namespaces', ['sync', '--to']],
  ['secrets', ['inspect']],
  ['serviceaccounts', ['attach', '--sa']],
])('of a hostile API server, %s that are plain names are offered behind %j', async (resource, words) => {
  const server = createServer(({ url = '' }, response) => {
    const { pathname, searchParams } = new URL(url, 'http://server');
    const isAsked = pathname.endsWith(`/${resource}`) && !`${searchParams}`.includes('dockercfg');
    const names = HOSTILE_NAMES.filter((name) => name !== '');
    const items = isAsked ? ['team-a', ...names].map((name) => ({ metadata: { name } })) : [];
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ kind: 'List', items }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const [near = ''] = kubeconfigsNaming(['near'], join(folder, resource), url);
    expect(await offered(['--kubeconfig', near, ...words, ''])).toBe('team-a\n:4\n');
  } finally {
    server.close();
  }
});

describe.each(COMPLETING_SHELLS)('TAB and Enter in %s', (_, { command, setUp }) => {
  const work = mkdtempSync(join(folder, 'work-'));
  const record = join(work, 'record');
  const bin = join(work, 'bin');

  beforeAll(() => {
    mkdirSync(bin);
    const program = artefact()
      .map((word) => `'${word}'`)
      .join(' ');
    writeFileSync(
      join(bin, 'regsecret'),
      `#!/bin/sh
case $1 in __complete|completion) exec ${program} "$@" ;; esac
printf '%s\\0' "$@" > '${record}'
echo "ran: $2"
`,
    );
    chmodSync(join(bin, 'regsecret'), 0o755);
  });

  test('a plain name becomes one word, and of another name nothing is inserted or run', {
    timeout: 300_000,
  }, async () => {
    const env = { HOME: work, XDG_RUNTIME_DIR: work, PATH: `${bin}:${process.env.PATH}` };
    const tty = terminalOf(['/bin/sh', '-c', `cd '${work}' && exec "$0" "$@"`, ...command], env, 400);
    tty.type(`${setUp('regsecret completion')}\r`);
    await tty.see('ready-2');
    const enter = async (path: string): Promise<readonly string[]> => {
      // What is typed while the shell completes waits until it has inserted what it found.
      tty.type(`regsecret --kubeconfig ${path} list --context \t\r`);
      await tty.see(`ran: ${path}`);
      expect(existsSync(join(work, 'ran')), path).toBe(false);
      return readFileSync(record, 'utf8').split('\0').slice(4, -1);
    };
    for (const [index, path] of plain.entries()) expect(await enter(path)).toEqual([PLAIN_NAMES[index]]);
    for (const [index, path] of hostile.entries())
      expect([HOSTILE_NAMES[index], ...(await enter(path))]).toEqual([HOSTILE_NAMES[index]]);
    tty.type('exit\r');
    await tty.ended;
  });

  test('a file keeps its name, which the shell itself quotes', async () => {
    const names = ['file;id>ran', '$(id>ran)', "it's`id>ran`"];
    for (const [index, name] of names.entries()) writeFileSync(join(work, `f${index}${name}`), '{}');
    const env = { HOME: work, XDG_RUNTIME_DIR: work, PATH: `${bin}:${process.env.PATH}` };
    const tty = terminalOf(['/bin/sh', '-c', `cd '${work}' && exec "$0" "$@"`, ...command], env, 400);
    tty.type(`${setUp('regsecret completion')}\r`);
    await tty.see('ready-2');
    for (const [index, name] of names.entries()) {
      tty.type(`regsecret create --from-file f${index}\t\r`);
      await tty.see('ran: --from-file');
      expect([existsSync(join(work, 'ran')), readFileSync(record, 'utf8').split('\0')[2]]).toEqual([
        false,
        `f${index}${name}`,
      ]);
    }
    tty.type('exit\r');
    await tty.ended;
  });
});
