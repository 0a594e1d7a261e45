import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const bin = fileURLToPath(new URL('../bin/regsecret.cjs', import.meta.url));

/** Runs bin/regsecret.cjs on a Node that says it is another version. */
async function onNode(version: string): Promise<{ code: number; stdout: string; stderr: string }> {
  const pretend = `Object.defineProperty(process.versions, 'node', { value: '${version}' })`;
  const args = ['--import', `data:text/javascript,${encodeURIComponent(pretend)}`, bin, '--version'];
  const failed = (error: { code: number; stdout: string; stderr: string }) => error;
  return promisify(execFile)(process.execPath, args).then((ran) => ({ code: 0, ...ran }), failed);
}

test.each(['18.20.0', '20.20.2', '22.18.0'])('Node %s is too old, in one sentence', async (version) => {
  const { code, stdout, stderr } = await onNode(version);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toBe(
    `error: regsecret needs Node 22.19 or later, and this is Node ${version}\nhint: install a current Node from https://nodejs.org\n`,
  );
});

test.each(['22.19.0', '24.0.0', '26.10.0'])('Node %s will do', async (version) => {
  expect(await onNode(version)).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^0\.1\.0 \([0-9a-f]{12}(-dirty)?\)\n$/),
  });
});
