import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { encodeUtf8 } from '../../src/codec/go/utf8.ts';
import { passwordFromEnv, passwordFromFile, passwordFromStdin } from '../../src/credentials/stdin.ts';
import { run } from '../../src/run.ts';
import { CANARY } from '../support/canary.ts';
import { here } from '../support/here.ts';
import { machine } from '../support/machine.ts';

const MIB = 1024 * 1024;

describe.each([
  ['stdin', /^stdin$/, (bytes: Buffer) => passwordFromStdin(machine({ stdin: bytes }).io)],
  [
    'a file',
    /^\/.*token$|^.:.*token$/,
    (bytes: Buffer) => passwordFromFile(join(machine({ files: { '$HOME/token': bytes } }).home, 'token')),
  ],
  [
    'a variable',
    /^\$TOKEN$/,
    (bytes: Buffer) => passwordFromEnv('TOKEN', machine({ env: { TOKEN: bytes.toString() } }).io),
  ],
])('a password from %s', (_, from, read) => {
  test.each([
    ['s3cret', 's3cret'],
    ['s3cret\n', 's3cret'],
    ['s3cret\r\n', 's3cret'],
    ['s3cret\n\n', 's3cret\n'],
    ['two\nlines', 'two\nlines'],
    [' s3cret ', ' s3cret '],
    ['pässwörd', 'pässwörd'],
    ['carriage\r', 'carriage\r'],
  ])('%j', (text, password) => {
    expect(read(Buffer.from(text))).toEqual({ password, from: expect.stringMatching(from) });
  });

  test.each(['', '\n', '\r\n', '\n\n', ' ', '\t \n'])('%j is none', (text) => {
    expect(() => read(Buffer.from(text))).toThrow(/^(stdin|\/.*token|\$TOKEN) holds no password$/);
  });
});

test.each([
  ['stdin', (bytes: Buffer) => passwordFromStdin(machine({ stdin: bytes }).io)],
  ['a file', (bytes: Buffer) => passwordFromFile(join(machine({ files: { '$HOME/token': bytes } }).home, 'token'))],
])('bytes from %s that are not UTF-8 are kept, and there is a limit', (_, read) => {
  const latin1 = Buffer.from('p\xe4ssword\n', 'latin1');
  expect(Buffer.from(encodeUtf8(read(latin1).password))).toEqual(latin1.subarray(0, -1));
  expect(read(Buffer.alloc(MIB, 'x')).password.length).toBe(MIB);
  expect(() => read(Buffer.alloc(MIB + 1, 'x'))).toThrow(`holds more than ${MIB} bytes`);
});

test.each([
  ['stdin', (bytes: Buffer) => passwordFromStdin(machine({ stdin: bytes }).io)],
  ['a file', (bytes: Buffer) => passwordFromFile(join(machine({ files: { '$HOME/token': bytes } }).home, 'token'))],
])('what PowerShell 5.1 writes to %s is read, or refused', (_, read) => {
  expect(read(Buffer.from('\ufeffs3cret\r\n')).password).toBe('s3cret');
  expect(read(Buffer.from('s3\ufeffcret')).password).toBe('s3\ufeffcret');
  const utf16 = Buffer.from('\ufeffs3cret\r\n', 'utf16le');
  const reason = /^(stdin|\/.*token|.:.*token) holds UTF-16 and not UTF-8$/;
  expect(() => read(utf16)).toThrow(reason);
  expect(() => read(Buffer.from(utf16).swap16())).toThrow(reason);
});

describe('a docker config in place of a password is refused, and not shown', () => {
  const auths = { 'r.io': { auth: Buffer.from(`jane:${CANARY}`).toString('base64') } };
  const files = { '$HOME/config.json': { auths }, '$HOME/key.json': { type: 'service_account', private_key: 'x' } };

  test.each([
    [
      'create x',
      '--password-file $HOME/config.json',
      '$HOME/config.json',
      'create x --server r.io --from-file $HOME/config.json',
    ],
    ['create x', '--password-stdin', 'stdin', 'create x --server r.io --from-file -'],
    ['create x', '--password-env CONFIG', '$CONFIG', 'create x --server r.io --from-file FILE'],
    [
      'rotate x',
      '--password-file $HOME/config.json',
      '$HOME/config.json',
      'rotate x --server r.io --from-file $HOME/config.json',
    ],
    ['verify', '--password-stdin', 'stdin', 'verify --server r.io --from-file -'],
    ['sync x --to a', '--password-stdin', 'stdin', 'sync x --to a --server r.io --from-file -'],
  ])('%s %s', async (line, flag, source, again) => {
    const config = JSON.stringify({ auths, credsStore: 'desktop' }, undefined, 2);
    const box = machine({ files, stdin: `${config}\n`, env: { CONFIG: config } });
    const args = `${line} --server r.io --username hunter2 ${flag}`.split(' ');
    expect(await run(args.map(box.expand), box.io)).toBe(2);
    const [name] = flag.split(' ');
    const hint = box.expand(`regsecret ${again}`);
    const says = `error: ${name} takes a password, and ${box.expand(source)} holds a docker config\nhint: ${hint}\n`;
    expect(box.io.written).toEqual({ stdout: '', stderr: says });
  });

  test('the key of a service account is a password', async () => {
    const { home } = machine({ files });
    expect(passwordFromFile(join(home, 'key.json')).password).toContain('service_account');
  });
});

test('what is not there is an error', () => {
  const { io, home } = machine();
  expect(() => passwordFromFile(join(home, 'token'))).toThrow('the file of --password-file does not exist');
  expect(() => passwordFromFile(home)).toThrow(`${home} is a directory`);
  expect(() => passwordFromEnv('TOKEN', io)).toThrow('$TOKEN is not set');
  for (const password of ['hunter', 'HUNTER2', 'AKIAIOSFODNN7EXAMPLE'])
    expect(() => passwordFromEnv(password, io)).toThrow('the variable of --password-env is not set');
});

describe('white space at an end of a password or a user name is said, for nobody sees it', () => {
  const warning = (from: string) => `warning: the password from ${from} begins or ends with white space\n`;
  const line = 'create x --server r.io --username u --dry-run=client -o name'.split(' ');

  test.each([
    ['x ', warning('stdin')],
    ['\tx\n', warning('stdin')],
    ['x\n\n', warning('stdin')],
    ['x\n', ''],
    ['x\r\n', ''],
    ['x y', ''],
  ])('stdin with %j', async (stdin, stderr) => {
    const ran = await here([...line, '--password-stdin'], { stdin });
    expect(ran).toEqual({ code: 0, stdout: 'secret/x\n', stderr: `${stderr}  r.io  u  from stdin\n` });
  });

  test('a variable', async () => {
    const ran = await here([...line, '--password-env', 'TOKEN'], { env: { TOKEN: 'x ' } });
    expect(ran).toEqual({ code: 0, stdout: 'secret/x\n', stderr: `${warning('$TOKEN')}  r.io  u  from $TOKEN\n` });
  });

  test.each(['janedoe ', ' janedoe'])('the user name %j', async (username) => {
    const words = ['create', 'x', '--server', 'r.io', '--username', username, '--password-stdin', '--dry-run=client'];
    const { code, stderr } = await here(words, { stdin: 'x' });
    expect([code, stderr.split('\n')[0]]).toEqual([0, 'warning: the username begins or ends with white space']);
  });

  test('not with the words of kubectl, which says nothing', async () => {
    const words = ['create', 'x', '--docker-username=u ', '--docker-password=x ', '--dry-run=client', '-o', 'name'];
    expect((await here(words)).stderr).not.toContain('white space');
  });
});
