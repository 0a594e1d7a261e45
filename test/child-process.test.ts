/** What a program that we start can do to us by printing a lot, or by leaving a process behind. */
import { platform } from 'node:os';
import { describe, expect, test } from 'vitest';
import { measured } from './support/peak-memory.ts';

/** Runs a shell script as helpers and plugins are run, in a process of its own, and prints how it ended. */
function runs(script: string): string[] {
  const program = `
    const { runProgram } = await import(${JSON.stringify(new URL('../src/child-process.ts', import.meta.url).href)});
    let kept = 0;
    const run = {
      path: '/bin/sh', args: ['-c', ${JSON.stringify(script)}], env: process.env, stdin: 'ignore',
      stderr: (text) => { kept += text.length; }, stdoutLimit: 1024 * 1024, timeoutMs: undefined,
    };
    const { end } = await runProgram(run, new AbortController().signal);
    console.log(JSON.stringify({ end, kept }));`;
  return [process.execPath, '--input-type=module', '-e', program];
}

describe.runIf(platform() === 'linux')('a helper or plugin that writes a gigabyte', () => {
  const MOST = 160 * 1024 * 1024;

  test('to stderr: the beginning is kept, and the rest takes no memory', async () => {
    const ran = await measured(runs('head -c 1000000000 /dev/zero >&2'), { kubeconfig: '' });
    expect(JSON.parse(ran.stdout)).toEqual({ end: { how: 'exited', code: 0 }, kept: 64 * 1024 });
    expect(ran.peakBytes).toBeLessThan(MOST);
  });

  test('to stdout: it is ended', async () => {
    const ran = await measured(runs('head -c 1000000000 /dev/zero'), { kubeconfig: '' });
    expect(JSON.parse(ran.stdout)).toEqual({ end: { how: 'too much output' }, kept: 0 });
    expect(ran.peakBytes).toBeLessThan(MOST);
  });
});
