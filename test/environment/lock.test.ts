import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { lock, tryLock } from './lock.ts';

const folder = mkdtempSync(join(tmpdir(), 'regsecret-lock-'));

afterAll(() => rmSync(folder, { recursive: true }));

test('a lock is held by one at a time', async () => {
  const file = join(folder, 'one');
  const held = tryLock(file);
  expect(tryLock(file)).toBeUndefined();
  let waited = 0;
  const next = lock(file, () => waited++);
  held?.release();
  (await next).release();
  expect(waited).toBe(1);
});

test('the lock of a killed process is free', async () => {
  const file = join(folder, 'other');
  const program = `
    import { tryLock } from ${JSON.stringify(join(import.meta.dirname, 'lock.ts'))};
    globalThis.held = tryLock(${JSON.stringify(file)});
    console.log('locked');
    setInterval(() => {}, 1000);`;
  const owner = spawn(process.execPath, ['--input-type=module', '--eval', program]);
  await once(owner.stdout, 'data');
  expect(tryLock(file)).toBeUndefined();
  owner.kill('SIGKILL');
  await once(owner, 'exit');
  expect(tryLock(file)).toBeDefined();
});
