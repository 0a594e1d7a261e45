/** `npm run demo` with the programs of the tests: what it prints, and that what it proposes works. */
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { run } from '../environment/child.ts';
import { cacheFolder } from '../environment/programs.ts';

const root = join(import.meta.dirname, '../..');
let shown = '';

beforeAll(async () => {
  // The demo makes a folder of its own for its run. Inside that of the tests, the path of containerd's socket would be too long.
  const env = { ...process.env, TMPDIR: '/tmp' };
  const start = join(import.meta.dirname, 'start.ts');
  const { code, stdout, stderr } = await run(process.execPath, [start], { cwd: root, env });
  shown = stdout + stderr;
  expect(code, shown).toBe(0);
}, 240_000);

test('it begins with what needs no cluster', () => {
  const [before = ''] = shown.split('# The rest needs a cluster');
  for (const text of ['accepted', 'secret/regsecret created (dry run)', 'did you mean regsecret?'])
    expect(before).toContain(text);
});

test('the pods run, also the one that regsecret repaired', () => {
  for (const name of ['private-reg', 'forgotten']) expect(shown).toContain(`pod/${name} condition met`);
});

test('no line looks like an error, but the one that doctor is there for', () => {
  const alarming = shown.split('\n').filter((line) => /warn|error|deprecat|EBADENGINE/i.test(line));
  expect(
    alarming.filter((line) => !line.startsWith('wrong.yaml:') && line !== '2 objects in 1 file: 1 error, 0 warnings'),
  ).toEqual([]);
});

test('what it leaves is named, with the line that removes it', () => {
  expect(shown).toMatch(/^# The cluster is gone\. \d+ MB stay/m);
  const [, line = ''] = /^ {2}rm -rf (.*)$/m.exec(shown) ?? [];
  const outside = line.split(' ').filter((path) => ![root, cacheFolder()].some((own) => path.startsWith(`${own}/`)));
  expect([line, outside]).toEqual([expect.stringContaining(join(root, 'node_modules')), []]);
});

test('the next step works with the Node of the lock file, whatever Node is installed', async () => {
  const [, command = ''] = /^ {2}alias regsecret='(.*)'$/m.exec(shown) ?? [];
  const { code, stdout } = await run('/bin/sh', ['-c', `${command} --version`], { env: { PATH: '/nowhere' } });
  expect([code, stdout]).toEqual([0, expect.stringMatching(/regsecret|\d+\.\d+/)]);
});
