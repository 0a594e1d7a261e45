/** Command lines that commander refuses, and the messages that the user gets. */
import { describe, expect, test } from 'vitest';
import { run } from '../src/run.ts';
import { fakeIo } from './support/io.ts';

async function said(args: string, name?: string): Promise<{ code: number; stdout: string; stderr: string }> {
  const io = fakeIo();
  const code = await run(args.split(' ').filter(Boolean), io, name);
  return { code, ...io.written };
}

describe('wrong usage exits 2 and ends in the help that helps', () => {
  test.each([
    ['creat', "unknown command 'creat'\n(Did you mean regsecret create?)", 'regsecret --help'],
    [
      'create --sever x',
      "unknown option '--sever'\n(Did you mean regsecret create --server x?)",
      'regsecret create --help',
    ],
    ['create x y', 'create takes the name of one Secret', 'regsecret create --help'],
    ['create -o', 'argument missing', 'regsecret create --help'],
    ['create --type foo', 'Allowed choices are dockerconfigjson, dockercfg.', 'regsecret create --help'],
    [
      'create --insecure-skip-tls-verify=maybe',
      'invalid argument for "--insecure-skip-tls-verify"',
      '--insecure-skip-tls-verify=true or --insecure-skip-tls-verify=false',
    ],
    ['create --dry-run=foo', 'must be "none", "server", or "client"', 'regsecret create --help'],
  ])('%s', async (args, message, hint) => {
    const { code, stdout, stderr } = await said(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
    expect(stderr.endsWith(`hint: ${hint}\n`)).toBe(true);
  });
});

describe('--plain-http', () => {
  test.each(['regcred', '--verify', '', '*.example.com', 'a b'])(
    'of %j is refused before anything is read',
    async (host) => {
      const io = fakeIo({ env: { KUBECONFIG: '/nonexistent' } });
      expect(await run(['verify', '--plain-http', host], io)).toBe(2);
      expect(io.written.stderr).toBe(
        'error: --plain-http takes a registry\nhint: --plain-http registry.example.com:5000\n',
      );
    },
  );

  test('takes a URL, too', async () => {
    const io = fakeIo({ env: { KUBECONFIG: '/nonexistent' } });
    expect(await run(['verify', '--plain-http', 'http://r.example:80/v2/'], io)).toBe(1);
    expect(io.written.stderr).toContain('/nonexistent');
  });
});

describe('NODE_DEBUG, with which Node prints what is sent', () => {
  const args = ['create', 'x', '--docker-username=u', '--docker-password=p', '--dry-run=client', '-o', 'name'];

  test('is refused before anything is done', async () => {
    const io = fakeIo({ env: { NODE_DEBUG: 'http' } });
    expect(await run(args, io)).toBe(1);
    expect(io.written).toEqual({
      stdout: '',
      stderr:
        'error: with NODE_DEBUG, Node prints what is sent, with passwords and tokens\n' +
        'hint: run the command without that variable\n',
    });
  });

  test('is not, where it is empty', async () => {
    expect(await run(args, fakeIo({ env: { NODE_DEBUG: '' } }))).toBe(0);
  });

  test('is not for help', async () => {
    expect(await run(['create', '--help'], fakeIo({ env: { NODE_DEBUG: '*' } }))).toBe(0);
  });
});

test('as a plugin of kubectl it calls itself that', async () => {
  expect((await said('create --help', 'kubectl regsecret')).stdout).toContain('Usage: kubectl regsecret create');
  expect((await said('create --sever', 'kubectl regsecret')).stderr).toContain('hint: kubectl regsecret create --help');
});

describe('words as kubectl has them', () => {
  const flags = '--docker-username=u --docker-password=p --dry-run=client -o name';
  test.each([
    ['create secret docker-registry x', 'secret/x\n'],
    ['create secret/x', 'secret/x\n'],
    ['create secrets/x', 'secret/x\n'],
    ['create secret generic x', 'secret/x\n'],
  ])('%s', async (command, stdout) => {
    expect(await said(`${command} ${flags}`)).toMatchObject({ code: 0, stdout });
  });

  test.each([
    ['attach deploy/web', 'regsecret attach --to deploy/web'],
    ['detach deployments.apps/web', 'regsecret detach --from deployments.apps/web'],
    ['attach UPPER', 'regsecret attach NAME --to KIND/NAME'],
  ])('%s', async (command, hint) => {
    const { code, stderr } = await said(command);
    expect([code, stderr.split('\n').at(-2)]).toEqual([2, `hint: ${hint}`]);
  });
});

describe('flags as kubectl takes them', () => {
  const create = 'create x --docker-username=u --docker-password=p --dry-run=client';
  test.each([
    ['-o=name', 'secret/x\n'],
    ['-oname', 'secret/x\n'],
    ['--output=name --append-hash=false', 'secret/x\n'],
    ['-o name --append-hash=true', 'secret/x-h67b4td4f6\n'],
    ['-o name --insecure-skip-tls-verify=true', 'secret/x\n'],
    ['-o name --append-hash --append-hash=false', 'secret/x\n'],
    ['-o name --append-hash=F --append-hash=t', 'secret/x-h67b4td4f6\n'],
    ['-o name --append-hash=TRUE --append-hash=0', 'secret/x\n'],
  ])('%s', async (flags, stdout) => {
    expect(await said(`${create} ${flags}`)).toMatchObject({ code: 0, stdout });
  });
});
