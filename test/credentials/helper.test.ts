import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { getFromHelper, helperTimeout, listHelper } from '../../src/credentials/helper.ts';
import { Interrupted, UserError } from '../../src/errors.ts';
import { lookPath } from '../../src/system/look-path.ts';
import { rejectionOf, shownHint } from '../support/hints.ts';
import { fakeIo } from '../support/io.ts';
import { machine } from '../support/machine.ts';

const CANARY = 'canary-hunter2';
const HINT = 'docker-credential-x list';

/** A machine whose docker-credential-x is this shell script. */
function helper(script: string) {
  const host = machine({ systemPath: true });
  host.install('docker-credential-x', `#!/bin/sh\n${script}\n`);
  return host;
}

async function failure(outcome: Promise<unknown>): Promise<UserError> {
  const error = await outcome.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(UserError);
  return error as UserError;
}

describe('get', () => {
  test.each([
    ['a login', `{"ServerURL":"r.io","Username":"u","Secret":"p"}`, { username: 'u', password: 'p' }],
    ['fields in any case, and others', `{"username":"u","SECRET":"p","x":1}`, { username: 'u', password: 'p' }],
    [
      'an identity token',
      `{"Username":"\\u003ctoken\\u003e","Secret":"t"}`,
      { username: '', password: '', identityToken: 't' },
    ],
    ['an empty password', `{"Username":"u","Secret":""}`, { username: 'u', password: '' }],
    ['nothing (pass 0.6.4)', `{"ServerURL":"r.io","Username":"","Secret":""}`, undefined],
    ['null', 'null', undefined],
    ['what follows the first value', `{"Username":"u","Secret":"p"} bye`, { username: 'u', password: 'p' }],
  ])('%s', async (_, answer, expected) => {
    const { io } = helper(`echo '${answer.replaceAll('\\', '\\\\')}'`);
    await expect(getFromHelper('x', 'r.io', io)).resolves.toEqual(expected);
  });

  test('the server is on stdin, and nothing but the action among the arguments', async () => {
    const { io } = helper(`read server; echo "{\\"Username\\":\\"$# $1 $0\\",\\"Secret\\":\\"$server\\"}"`);
    const answer = await getFromHelper('x', 'https://r.io/v1/', io);
    expect(answer?.username).toMatch(/^1 get \S*docker-credential-x$/);
    // `read` stops at a newline or the end of input; helpers get the server without a newline.
    expect(answer?.password).toBe('https://r.io/v1/');
  });

  test('a helper that does not know the login', async () => {
    const { io } = helper(`echo ' credentials not found in native keychain '; exit 1`);
    await expect(getFromHelper('x', 'r.io', io)).resolves.toBeUndefined();
  });

  test('a helper that ends without having read the server', async () => {
    const { io } = helper(`exec 0<&-; echo '{"Username":"u","Secret":"p"}'`);
    const server = `r.io/${'a'.repeat(200_000)}`;
    await expect(getFromHelper('x', server, io)).resolves.toEqual({ username: 'u', password: 'p' });
  });
});

describe('list', () => {
  test('servers and their users', async () => {
    const { io } = helper(`read word; echo "{\\"$1\\":\\"$word\\",\\"r.io\\":null}"`);
    const servers = await listHelper('x', io);
    expect(Object.fromEntries(servers)).toEqual({ list: 'unused', 'r.io': '' });
  });

  test.each([
    ['{}', 0],
    ['null', 0],
  ])('%s', async (answer, size) => {
    const { io } = helper(`echo '${answer}'`);
    expect((await listHelper('x', io)).size).toBe(size);
  });

  test('a failure, in the words of docker', async () => {
    const { io } = helper(`echo 'pass not initialized: exit status 1'; exit 1`);
    const text = 'error listing credentials - err: exit status 1, out: `pass not initialized: exit status 1`';
    expect(await rejectionOf(listHelper('x', io))).toEqual({ message: `credential helper "x": ${text}`, hint: HINT });
  });
});

describe('helpers that fail', () => {
  const get = 'credential helper "x" for r.io: error getting credentials - err: ';

  test.each([
    ['with a message', `echo boom; exit 1`, `${get}exit status 1, out: \`boom\``],
    [
      'with a message docker knows',
      `echo 'no credentials username'; exit 1`,
      `${get}no credentials username, out: \`no credentials username\``,
    ],
    [
      'with lines and colours',
      `printf 'one\\n\\033[31mtwo\\n'; exit 3`,
      `${get}exit status 3, out: \`one \u001b[31mtwo\``,
    ],
    ['on stderr only', `echo 'no session' >&2; exit 1`, `${get}exit status 1, out: \`\` (no session)`],
    [
      'behind its answer',
      `echo '{"ServerURL":"r.io","Username":"u","Secret":"${CANARY}"}'; exit 1`,
      `${get}exit status 1, out: \`(not shown: it may hold the password)\``,
    ],
    [
      'behind half of its answer, on stderr',
      `echo 'Secret: ${CANARY}' >&2; exit 1`,
      `${get}exit status 1, out: \`\` ((not shown: it may hold the password))`,
    ],
    ['at length', `printf '%0300d' 0; exit 1`, `${get}exit status 1, out: \`${'0'.repeat(200)}…\``],
    ['by a crash', `kill -SEGV $$`, `${get}signal: SIGSEGV, out: \`\``],
  ])('%s', async (_, script, message) => {
    const { io } = helper(script);
    expect(await rejectionOf(getFromHelper('x', 'r.io', io))).toEqual({ message: message, hint: HINT });
  });

  test.each([
    ['garbage', `echo ${CANARY}`, 'what it printed is not JSON'],
    ['broken JSON', `echo '{"Username":"u","Secret":"${CANARY}'`, 'what it printed is not JSON'],
    [
      'a bare string',
      `echo '"${CANARY}"'`,
      'json: cannot unmarshal string into Go value of type credentials.Credentials',
    ],
    [
      'a secret of another type',
      `echo '{"Secret":["${CANARY}"]}'`,
      'json: cannot unmarshal array into Go struct field Credentials.Secret of type string',
    ],
    ['nothing', `echo ${CANARY} >&2`, 'it printed nothing'],
  ])('an answer of %s is not shown', async (_, script, reason) => {
    const { io } = helper(script);
    const error = await failure(getFromHelper('x', 'r.io', io));
    expect(error.message).toBe(`credential helper "x": ${reason}`);
    expect(`${error.stack}${JSON.stringify(error.hint)}`).not.toContain(CANARY);
  });

  test('100 MB of output', async () => {
    const { io } = helper(`while :; do echo ${CANARY.repeat(100)}; done`);
    const error = await failure(getFromHelper('x', 'r.io', io));
    expect(error.message).toBe('docker-credential-x get: more than 4194304 bytes of output');
  });

  test('100 MB on stderr do no harm', async () => {
    const { io } = helper(`head -c 100000000 /dev/zero >&2; echo '{"Username":"u","Secret":"p"}'`);
    await expect(getFromHelper('x', 'r.io', io)).resolves.toEqual({ username: 'u', password: 'p' });
  });
});

describe('helpers that hang', () => {
  test('are killed after the time-out', async () => {
    const { io, home } = helper('echo $$ > "$HOME/pid"; exec sleep 1000');
    const error = await failure(getFromHelper('x', 'r.io', io, 1000));
    expect(error.message).toBe('docker-credential-x get: no answer in 1 s');
    const pid = Number(readFileSync(join(home, 'pid'), 'utf8'));
    await expect.poll(() => isRunning(pid), { timeout: 30_000 }).toBe(false);
  });

  test('are killed by Ctrl-C, also when a child of theirs holds the pipe', async () => {
    const { io } = helper('sleep 5 & echo {; wait');
    const outcome = getFromHelper('x', 'r.io', io);
    io.interrupt();
    await expect(outcome).rejects.toBeInstanceOf(Interrupted);
  });

  test('are not waited for when they have answered, though a child of theirs holds the pipe', async () => {
    const { io, home } = helper(`sleep 1000 & echo $! > "$HOME/pid"; echo '{"Username":"u","Secret":"p"}'`);
    await expect(getFromHelper('x', 'r.io', io)).resolves.toEqual({ username: 'u', password: 'p' });
    process.kill(Number(readFileSync(join(home, 'pid'), 'utf8')));
  });

  test('are not started after Ctrl-C', async () => {
    const { io } = helper('echo {}');
    io.interrupt();
    await expect(getFromHelper('x', 'r.io', io)).rejects.toBeInstanceOf(Interrupted);
  });

  test('have longer where a person may have to answer', () => {
    expect(helperTimeout(fakeIo())).toBe(60_000);
    expect(helperTimeout(fakeIo({ tty: true }))).toBe(300_000);
  });
});

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe('helpers that cannot be run', () => {
  const missing = (name: string): string => `the docker config uses ${name}, which is not in PATH`;

  test('nothing of that name', async () => {
    const error = await failure(getFromHelper('x', 'r.io', machine().io));
    expect({ message: error.message, hint: shownHint(error.hint) }).toEqual({
      message: missing('docker-credential-x'),
      hint: 'give a login: --server r.io --username USER --password-stdin',
    });
  });

  test('a file that is not executable', async () => {
    const host = helper('echo {}');
    chmodSync(join(host.bin, 'docker-credential-x'), 0o644);
    await expect(getFromHelper('x', 'r.io', host.io)).rejects.toThrow(missing('docker-credential-x'));
  });

  test('a folder', async () => {
    const host = machine();
    mkdirSync(join(host.bin, 'docker-credential-x'));
    await expect(getFromHelper('x', 'r.io', host.io)).rejects.toThrow(missing('docker-credential-x'));
  });

  test('a script whose interpreter is missing', async () => {
    const host = machine();
    const path = host.install('docker-credential-x', '#!/no/such/interpreter\n');
    const error = await failure(getFromHelper('x', 'r.io', host.io));
    expect(error.message).toContain(`err: fork/exec ${path}: ENOENT, out: \`\``);
  });

  test.each(['../../tmp/x', 'a b', 'x;id', '', '$(id)', 'x\n'])('a name such as %j', async (suffix) => {
    const error = await failure(getFromHelper(suffix, 'r.io', machine({ systemPath: true }).io));
    expect(error.message).toBe(`credential helper "${suffix}": that is no name of a program`);
  });
});

describe('the PATH', () => {
  test('the first folder wins, and what is no program is passed over', () => {
    const host = machine();
    const folders = ['one', 'two', 'three'].map((name) => join(host.home, name));
    for (const folder of folders) mkdirSync(folder);
    const [one = '', two = '', three = ''] = folders;
    mkdirSync(join(one, 'tool'));
    for (const folder of [two, three]) writeFileSync(join(folder, 'tool'), '', { mode: 0o755 });
    expect(lookPath('tool', { PATH: folders.join(delimiter) })).toBe(join(two, 'tool'));
  });

  test('no folder is searched that depends on where one stands', () => {
    expect(lookPath('package.json', { PATH: ['', '.', 'node_modules/.bin'].join(delimiter) })).toBeUndefined();
    expect(lookPath('sh', {})).toBeUndefined();
  });
});

test.runIf(process.platform === 'linux')('other users of the machine see no secret in the process list', async () => {
  const { io } = helper(`printf '{"Username":"%s","Secret":"p"}' "$(tr '\\0' ' ' < /proc/$$/cmdline)"`);
  const answer = await getFromHelper('x', `https://jane:${CANARY}@r.io`, io);
  expect(answer?.username).toMatch(/docker-credential-x get $/);
  expect(answer?.username).not.toContain(CANARY);
});

test.runIf(process.platform === 'linux')('on a terminal a helper speaks to the person directly', async () => {
  const host = machine({ systemPath: true, tty: true });
  const script = `[ /proc/$$/fd/2 -ef /proc/$PPID/fd/2 ] && echo '{"Username":"same stderr","Secret":"p"}'`;
  host.install('docker-credential-x', `#!/bin/sh\n${script}\n`);
  await expect(getFromHelper('x', 'r.io', host.io)).resolves.toMatchObject({ username: 'same stderr' });
});
