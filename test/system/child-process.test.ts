/** How regsecret starts other programs, and survives one that prints a lot or leaves a process behind. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { platform, tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { runProgram, startOf } from '../../src/system/child-process.ts';
import { measured } from '../support/peak-memory.ts';

/** The command line of a process that runs a shell script as helpers and plugins are run, and prints how the script ended. */
function runs(script: string): string[] {
  const program = `
    const { runProgram } = await import(${JSON.stringify(new URL('../../src/system/child-process.ts', import.meta.url).href)});
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
  // A third of what is written. Garbage is collected late on a busy machine: the peak was once 192 MB.
  const MOST = 350 * 1024 * 1024;

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

describe('what is started', () => {
  const batch = { path: 'C:\\a b\\docker-credential-x.cmd', args: ['get'], name: 'docker-credential-x' };
  const asItIs = { windowsVerbatimArguments: false };

  test.each([
    ['a program', 'win32' as const, { ...batch, path: 'C:\\x.exe' }],
    ['a file of that name elsewhere', 'linux' as const, { ...batch, path: '/x/docker-credential-x.cmd' }],
  ])('%s itself', (_, system, { path, args, name }) => {
    const env = { SystemRoot: 'C:\\Windows' };
    expect(startOf({ path, args, name, env }, system)).toEqual({ path, args, argv0: name, ...asItIs });
  });

  test.each([
    [{ SystemRoot: 'D:\\Windows', ComSpec: 'C:\\other-shell.exe' }, 'D:\\Windows\\System32\\cmd.exe'],
    [{}, 'C:\\Windows\\System32\\cmd.exe'],
  ])('cmd.exe for a batch file, with %j', (env, path) => {
    expect(startOf({ ...batch, env }, 'win32')).toEqual({
      path,
      args: ['/d', '/e:on', '/v:off', '/s', '/c', '""C:\\a b\\docker-credential-x.cmd" get"'],
      argv0: 'cmd.exe',
      windowsVerbatimArguments: true,
    });
  });

  test('nothing where an argument could be read as a command', () => {
    expect(() => startOf({ ...batch, args: ['a&calc'], env: {} }, 'win32')).toThrow(
      'cannot start C:\\a b\\docker-credential-x.cmd: an argument of a batch file must not hold a line break or one of " % ! ^ & | < >',
    );
  });
});

describe.runIf(platform() === 'win32')('a batch file', () => {
  test('gets its arguments whole, and stdin', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'regsecret batch '));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const path = join(folder, 'tool.cmd');
    const program = 'console.log(JSON.stringify(process.argv.slice(1).concat(require(`fs`).readFileSync(0, `utf8`))))';
    writeFileSync(path, `@"${process.execPath}" -e "${program}" -- %*\r\n`);
    const args = ['get', '', 'a b', 'C:\\a b\\', 'a=b', 'a,b;c', '(a)', "it's"];
    const run = { path, args, env: process.env, stdin: { text: 'r.io' }, stderr: () => undefined };
    const { end, stdout } = await runProgram(
      { ...run, stdoutLimit: 1e6, timeoutMs: undefined },
      new AbortController().signal,
    );
    expect([end, JSON.parse(Buffer.from(stdout).toString())]).toEqual([{ how: 'exited', code: 0 }, [...args, 'r.io']]);
  });
});
