/** When `--write` is interrupted, a file has its old or its new content. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { platform, tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { waitFor } from '../environment/condition.ts';
import { artefact, execute, regsecret } from '../support/program.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'regsecret-write-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
});

const POD = 'apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers: [{name: a, image: ghcr.io/a}]\n';
const HIDES = 'pod/a now has its own imagePullSecrets, so those of its service account no longer apply\n';
const LIST = '  imagePullSecrets:\n  - name: regsecret\n';
/** A manifest so long that writing it takes a while. */
const LONG = `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: long}\ndata:\n  text: |\n${`    ${'x'.repeat(95)}\n`.repeat(20_000)}`;

function file(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}

// The Windows shell cannot limit the size of files.
test.skipIf(platform() === 'win32')(
  'a full disk: the file stays, nothing is left beside it, and what is done is said',
  async () => {
    const [small, large] = [file('a.yaml', POD), file('b.yaml', `${POD}---\n${LONG}`)];
    const limited = ['/bin/sh', '-c', 'trap "" XFSZ; ulimit -f 1000; exec "$@"', 'sh'];
    const ran = await execute([...limited, ...artefact(), 'attach', '-f', folder, '--write']);
    expect(ran).toMatchObject({ code: 1, stdout: `pod/a patched in ${small}\n` });
    expect(ran.stderr).toBe(`${HIDES}error: cannot write ${large}: EFBIG\nhint: ls -l ${large}\n`);
    expect(readFileSync(small, 'utf8')).toBe(`${POD}${LIST}`);
    expect(readFileSync(large, 'utf8')).toBe(`${POD}---\n${LONG}`);
    expect(readdirSync(folder).sort()).toEqual(['a.yaml', 'b.yaml']);
  },
);

test('killed while it writes: the file is whole', async () => {
  const path = file('a.yaml', `${POD}---\n${LONG}`);
  const [command, ...rest] = artefact();
  const child = spawn(command, [...rest, 'attach', '-f', path, '--write'], { stdio: 'ignore' });
  const ended = new Promise((resolve) => child.once('close', resolve));
  await waitFor(() => readdirSync(folder).length > 1 || child.exitCode !== null, { what: 'the new file', everyMs: 1 });
  child.kill('SIGKILL');
  await ended;
  expect([`${POD}---\n${LONG}`, `${POD}${LIST}---\n${LONG}`]).toContain(readFileSync(path, 'utf8'));
  expect((await regsecret(['attach', '-f', path, '--write'])).code).toBe(0);
  expect(readFileSync(path, 'utf8')).toBe(`${POD}${LIST}---\n${LONG}`);
});

test('a name as long as names can be', async () => {
  const path = file(`${'a'.repeat(250)}.yaml`, POD);
  expect((await regsecret(['attach', '-f', path, '--write'])).code).toBe(0);
  expect(readFileSync(path, 'utf8')).toBe(`${POD}${LIST}`);
});
