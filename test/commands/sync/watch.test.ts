/** `sync --watch`: flags that cannot be combined with it, and its rights. */
import { expect, test } from 'vitest';
import { here } from '../../support/here.ts';

test.each([
  [
    'JSON, which has an end',
    ['-o', 'json'],
    '--watch prints a line for each change, so it cannot be used with -o json',
    '-A --watch -o name',
  ],
  [
    'deleting without a yes',
    ['--prune'],
    '--watch with --prune deletes without a question, so it needs --yes',
    '-A --watch --prune --yes',
  ],
])('%s is refused before anything is asked', async (_, flags, sentence, meant) => {
  const ran = await here(['sync', 'pull', '-n', 'hub', '-A', '--watch', ...flags], { env: { HOME: '/nowhere' } });
  const hint = `regsecret sync -n hub pull ${meant}`;
  expect(ran).toEqual({ code: 2, stdout: '', stderr: `error: ${sentence}\nhint: ${hint}\n` });
});

test.each([
  [
    '--listen without --watch',
    ['--listen', ':8080'],
    '--listen needs --watch\nhint: regsecret sync -A --listen :8080 --watch',
  ],
  [
    '--refresh without --watch',
    ['--refresh', '6h', '--server', 'ghcr.io'],
    '--refresh needs --watch\nhint: regsecret sync -A --refresh 6h --server ghcr.io --watch',
  ],
  [
    '--refresh of a Secret',
    ['--watch', '--refresh', '6h'],
    '--refresh is for a login of this machine, and the source is a Secret',
  ],
  [
    '--refresh of what is read once',
    ['--watch', '--refresh', '6h', '--server', 'r.example', '--username', 'u', '--password-stdin'],
    'stdin cannot be read again, so --refresh cannot be used with it',
  ],
  [
    'no duration',
    ['--watch', '--server', 'r.example', '--refresh', 'often'],
    '--refresh takes a duration of a second or more',
  ],
  [
    'too often',
    ['--watch', '--server', 'r.example', '--refresh', '10ms'],
    '--refresh takes a duration of a second or more',
  ],
  ...['8080', ':', 'x:99999', 'http://x:80', ':80a'].map((address): [string, string[], string] => [
    `--listen ${address}`,
    ['--watch', '--listen', address],
    '--listen takes an address with a port',
  ]),
])('%s', async (_, flags, sentence) => {
  const ran = await here(['sync', '-A', ...flags], { env: { HOME: '/nowhere' } });
  expect(ran).toMatchObject({ code: 2, stdout: '' });
  expect(ran.stderr).toContain(`error: ${sentence}\n`);
});

const rule = (resources: string[], verbs: string[], resourceNames?: string[]) => ({
  apiGroups: [''],
  resources,
  ...(resourceNames && { resourceNames }),
  verbs,
});

test.each([
  [
    'without lists',
    ['-A'],
    [
      rule(['namespaces'], ['list', 'watch']),
      rule(['secrets'], ['get', 'list', 'watch', 'patch', 'delete'], ['regsecret']),
    ],
  ],
  [
    'one service account: of that name only',
    ['pull', '-l', 'a=b', '--attach', 'sa/ci'],
    [
      rule(['secrets'], ['get', 'list', 'watch', 'patch', 'delete'], ['pull']),
      rule(['serviceaccounts'], ['list', 'watch', 'patch'], ['ci']),
    ],
  ],
  [
    'several: of those names only',
    ['-A', '--attach', 'sa/a', '--attach', 'sa/b'],
    [rule(['serviceaccounts'], ['list', 'watch', 'patch'], ['a', 'b'])],
  ],
  [
    'those that are used: all of them',
    ['-A', '--attach', 'used', '--attach', 'sa/b'],
    [rule(['serviceaccounts'], ['list', 'watch'])],
  ],
])('the rights: %s', async (_, words, rules) => {
  const line = ['rbac', '-o', 'json', '--for', 'sa/tools:watcher', 'sync', ...words, '--watch'];
  const ran = await here(line, { env: { HOME: '/nowhere' } });
  expect(ran.code, ran.stderr).toBe(0);
  const printed = JSON.parse(ran.stdout).items.flatMap((item: { rules?: object[] }) => item.rules ?? []);
  for (const one of rules) expect(printed).toContainEqual({ ...one, verbs: expect.arrayContaining(one.verbs) });
});
