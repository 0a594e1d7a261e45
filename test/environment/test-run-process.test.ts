import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { waitFor } from './condition.ts';
import { sweepRunFolder } from './run-folder.ts';

const TEST_RUN = join(import.meta.dirname, 'test-run-process.ts');

/** Prints its folder for temporary files, and starts two children: one in its process group, and one outside. */
const WAITING = `
  const { spawn } = require('node:child_process');
  const waiting = ['--eval', 'setInterval(() => {}, 1000)'];
  const children = [{}, { detached: true }].map((options) => spawn(process.execPath, waiting, options).pid);
  require('node:fs').writeFileSync(process.env.TMPDIR + '/file', '');
  console.log(JSON.stringify({ folder: process.env.TMPDIR, children }));
  process.on('SIGINT', () => {});
  setInterval(() => {}, 1000);`;

interface Run {
  readonly process: ChildProcess;
  readonly ended: Promise<unknown[]>;
}

function start(minutes: string, program: string): Run {
  const args = [TEST_RUN, minutes, process.execPath, '--eval', program];
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  return { process: child, ended: once(child, 'exit') };
}

async function waiting({ process: { stdout } }: Run): Promise<{ folder: string; children: number[] }> {
  const [line] = await once(createInterface(stdout as NodeJS.ReadableStream), 'line');
  return JSON.parse(line as string);
}

test.each([
  ['process.exit(0)', 0],
  ['process.exit(7)', 7],
  ["process.kill(process.pid, 'SIGKILL')", 1],
])('the exit code of %s is %i', async (program, code) => {
  const { process, ended } = start('1', program);
  expect((await ended)[0], await text(process.stderr as NodeJS.ReadableStream)).toBe(code);
});

describe.skipIf(process.platform !== 'linux')('nothing is left', () => {
  test.each([
    ['the time is over', '0.05', () => undefined, 124],
    ['whoever started it is gone', '5', ({ process: { stdin } }: Run) => stdin?.end(), 130],
    ['it gets SIGTERM', '5', ({ process: child }: Run) => child.kill('SIGTERM'), 130],
  ] as const)('when %s', async (_, minutes, happens, code) => {
    const run = start(minutes, WAITING.replace("process.on('SIGINT', () => {});", ''));
    const { folder, children } = await waiting(run);
    happens(run);
    expect((await run.ended)[0]).toBe(code);
    expect(children.filter(lives)).toEqual([]);
    expect(existsSync(folder)).toBe(false);
  });

  test('when it is killed, and another run begins', async () => {
    const run = start('5', WAITING);
    const { folder, children } = await waiting(run);
    run.process.kill('SIGKILL');
    await run.ended;
    await waitFor(() => sweepRunFolder(folder), { what: 'the lock of the run that was killed' });
    await waitFor(() => !children.some(lives), { what: 'its programs to end' });
    expect(existsSync(folder)).toBe(false);
  });
});

/** Whether a process still runs. A process that has ended without anyone waiting for it is still listed as a zombie. */
function lives(id: number): boolean {
  try {
    return !/^State:\tZ/m.test(readFileSync(`/proc/${id}/status`, 'utf8'));
  } catch {
    return false;
  }
}
