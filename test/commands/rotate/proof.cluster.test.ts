/**
 * `rotate` takes a login for the old one only if the namespace at home has it, or the person gives it. What others wrote, and what a
 * registry answers, proves nothing.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { janedoe, johndoe, newNamespace, sharedRegistries } from '../../environment/use.ts';
import { freshName, regsecretIn } from '../../support/attach-world.ts';
import { CANARY } from '../../support/canary.ts';
import {
  auth,
  auths,
  base64,
  copyOf,
  freshHost,
  labelledAnd,
  NEW,
  OLD,
  put,
  rotate,
} from '../../support/rotate-world.ts';

const GUESS = auth('ci', 'guess');

describe('what the namespace at home tells', () => {
  test.each([
    ['a label that home does not have', (team: string) => ['-l', `team=${team}`], true],
    ['a namespace by name', (_: string, namespace: string) => ['--to', namespace], true],
    ['a pattern', (_: string, namespace: string) => ['--to', `*${namespace.slice(4)}`], true],
    ['a name that no Secret at home has', () => ['far-away', '-A'], false],
  ])('%s: the same password is the old one, and home is written last', async (_, args, writesHome) => {
    const [host, team] = [freshHost(), freshName('team')];
    const [home, one] = [await newNamespace(), await newNamespace({ labels: { team } })];
    await put(home, { auths: { [host]: OLD } });
    await put(one, { name: 'far-away', auths: { [host]: OLD } });
    await put(one, { name: 'far-away-2', auths: { [host]: GUESS } });
    const ran = await rotate(home, host, args(team, one));
    const own = writesHome ? `secret/pull configured in ${home}\n` : '';
    expect([ran.code, ran.stdout]).toEqual([0, `secret/far-away configured in ${one}\n${own}`]);
    expect(await auths(one, 'far-away')).toEqual({ [host]: NEW });
    expect([await auths(home), await auths(one, 'far-away-2')]).toEqual([
      { [host]: writesHome ? NEW : OLD },
      { [host]: GUESS },
    ]);
  });

  test('what cannot be decoded is replaced at home, if that is wanted, and nowhere else', async () => {
    const [home, one, host] = [await newNamespace(), await newNamespace(), freshHost()];
    for (const namespace of [home, one]) await put(namespace, { auths: { [host]: { auth: 'eA==' } } });
    const plan = await rotate(home, host, ['-A', '--dry-run=client']);
    expect(plan.stderr).toContain(
      `secret/pull in ${home} keeps its entry for ${host}, which cannot be decoded\nhint: add --any-user to also replace it\n`,
    );
    const ran = await rotate(home, host, ['-A', '--any-user']);
    expect([ran.code, await auths(home), await auths(one)]).toEqual([0, { [host]: NEW }, { [host]: { auth: 'eA==' } }]);
  });

  test('an empty entry at home makes no other empty entry the old one', async () => {
    const [home, evil, host] = [await newNamespace(), await newNamespace(), freshHost()];
    for (const namespace of [home, evil]) await put(namespace, { auths: { [host]: {} } });
    await rotate(home, host, ['-A', '--any-user']);
    expect([await auths(home), await auths(evil)]).toEqual([{ [host]: NEW }, { [host]: {} }]);
  });

  test('a password that is known for one of the registries is the old one for the others, too', async () => {
    const [home, one, host, second] = [await newNamespace(), await newNamespace(), freshHost(), freshHost()];
    await put(home, { auths: { [host]: OLD } });
    await put(one, { auths: { [host]: OLD, [second]: OLD } });
    const ran = await rotate(home, host, ['--server', second, '-A']);
    expect([ran.code, ran.stderr]).toEqual([0, expect.stringMatching(/^2 Secrets: 2 updated\n/)]);
    expect(await auths(one)).toEqual({ [host]: NEW, [second]: NEW });
  });

  test('where the same password is stored for another registry is said, without a command: anyone who can write a Secret may have named it', async () => {
    const [team, host, other] = [freshName('team'), freshHost(), freshHost()];
    const [home, ...others] = [
      await newNamespace(),
      ...(await Promise.all([1, 2].map(() => newNamespace({ labels: { team } })))),
    ];
    const [one = '', two = ''] = others.toSorted();
    await put(home, { auths: { [host]: OLD } });
    await put(one, { auths: { [other]: auth('carl', `${CANARY}-old`) } });
    await put(two, { auths: { [host]: OLD, [other]: OLD, 'x.example': auth('somebody', 'else') } });
    const said = `the same password is also stored for ${other} in 2 Secrets (${one}/pull, ${two}/pull)`;
    for (const [flags, summary] of [
      [['--dry-run=client'], '2 Secrets: 2 updated (dry run)\n'],
      [[], '2 Secrets: 2 updated\n'],
      // After the rotation, nothing shows which password was the old one.
      [[], '2 Secrets: 2 unchanged\n'],
    ] as const) {
      const { stderr } = await rotate(home, host, ['-l', `team=${team}`, ...flags]);
      expect(stderr).toBe(`${summary}${summary.includes('unchanged') ? '' : `${said}\n`}${labelledAnd(home)}`);
    }
  });
});

test('the old password under another user name of the same registry stays, and is said', async () => {
  const [home, one, host] = [await newNamespace(), await newNamespace(), freshHost()];
  const dora = auth('dora', `${CANARY}-old`);
  await put(home, { auths: { [host]: OLD } });
  await put(one, { auths: { [host]: dora } });
  const ran = await rotate(home, host, ['--to', one]);
  expect([ran.code, ran.stdout]).toEqual([0, `secret/pull configured in ${home}\n`]);
  expect(ran.stderr).toContain(`the same password is also stored for ${host} in 1 Secret (${one}/pull)\n`);
  expect(await auths(one)).toEqual({ [host]: dora });
});

describe('a tenant is not given the login', () => {
  test('who writes down the registry and the user', async () => {
    const [home, evil, host] = [await newNamespace(), await newNamespace(), freshHost()];
    await put(home, { auths: { [host]: OLD } });
    await put(evil, { auths: { [host]: GUESS } });
    const plan = await rotate(home, host, ['-A', '--dry-run=client']);
    expect(plan.stdout).toMatch(/ {2}keeps it: another password\n/);
    const ran = await rotate(home, host, ['-A']);
    expect([ran.code, ran.stdout]).toEqual([0, `secret/pull configured in ${home}\n`]);
    expect(ran.stderr).toContain('1 Secret in 1 namespace with another password was left alone\n');
    expect(await auths(evil)).toEqual({ [host]: GUESS });
  });

  test.each([
    ['the same user', 'ci', []],
    ['another user', 'tenant', ['--any-user']],
  ])('whose registry accepts %s with a token of the tenant', async (_, user, flags) => {
    const [home, evil] = [await newNamespace(), await newNamespace()];
    // As GHCR does: any user name goes with a good token.
    const asked: (string | undefined)[] = [];
    const registry = createServer(({ headers: { authorization } }, response) => {
      asked.push(authorization);
      const headers = { 'www-authenticate': 'Basic realm="r"' };
      response.writeHead(authorization === undefined ? 401 : 200, headers).end('{}');
    });
    await new Promise<void>((ready) => registry.listen(0, '127.0.0.1', ready));
    const host = `127.0.0.1:${(registry.address() as AddressInfo).port}`;
    await put(home, { auths: { [host]: OLD } });
    await put(evil, { auths: { [host]: auth(user, 'token-of-the-tenant') } });
    const args = ['rotate', '--server', host, '--username', 'ci', '--password-stdin', '-A', ...flags];
    const ran = await regsecretIn(home, args, { stdin: CANARY });
    registry.close();
    expect([ran.code, ran.stdout]).toEqual([0, `secret/pull configured in ${home}\n`]);
    expect(asked.filter((login) => login !== undefined)).toEqual([`Basic ${base64(`ci:${CANARY}`)}`]);
    expect(await auths(evil)).toEqual({ [host]: auth(user, 'token-of-the-tenant') });
  });

  test.each([
    ['without a selection', []],
    ['that opts out of sync', ['-A']],
  ])('who marks a Secret as a copy in a namespace %s', async (_, flags) => {
    const [home, host] = [await newNamespace(), freshHost()];
    const evil = await newNamespace({ annotations: { 'regsecret/sync': 'false' } });
    await put(home, { auths: { [host]: OLD } });
    await put(evil, { auths: { [host]: OLD }, metadata: copyOf(`${home}/pull`) });
    await put(evil, { name: 'other', auths: { [host]: GUESS }, metadata: copyOf(`${home}/pull`) });
    const ran = await rotate(home, host, ['pull', ...flags]);
    expect(ran.stdout).toBe(`secret/pull configured in ${home}\n`);
    expect([await auths(evil), await auths(evil, 'other')]).toEqual([{ [host]: OLD }, { [host]: GUESS }]);
    const sync = `regsecret sync pull -n ${home} --to NAMESPACES\n`;
    const [code, said] =
      flags.length === 0
        ? [0, `update copies in other namespaces: ${sync}`]
        : [1, `error: secret ${evil}/pull keeps its login, because namespace ${evil} opts out of sync\n`];
    expect([ran.code, ran.stderr]).toEqual([code, expect.stringContaining(said)]);
  });

  test('who says that a Secret is the source of others: nothing outside moves', async () => {
    const [home, evil, host] = [await newNamespace(), await newNamespace(), freshHost()];
    await put(home, { auths: { [host]: OLD } });
    await put(evil, { name: 'victim', auths: { [host]: GUESS } });
    await put(home, { name: 'victim', auths: { [host]: OLD }, metadata: copyOf(`${evil}/victim`) });
    const ran = await rotate(evil, host, []);
    expect([ran.code, await auths(home, 'victim')]).toEqual([0, { [host]: OLD }]);
    expect(ran.stdout).toBe(`secret/victim configured in ${evil}\n`);
  });

  test('whose Secret of that name holds something else: the exit code is that of the others', async () => {
    const [home, evil, other, host] = [await newNamespace(), await newNamespace(), await newNamespace(), freshHost()];
    await put(home, { auths: { [host]: OLD } });
    await put(evil, { rest: { type: 'Opaque' } });
    await put(other, { auths: { 'quay.io': GUESS } });
    const ran = await rotate(home, host, ['pull', '-A']);
    expect([ran.code, ran.stdout, ran.stderr]).toEqual([
      0,
      `secret/pull configured in ${home}\n`,
      expect.stringMatching(/^1 Secret: 1 updated\n/),
    ]);
  });
});

describe('the person gives the old password', () => {
  test.each(['env', 'file', 'stdin'])('by --old-password-%s: what was left behind gets the new one', async (way) => {
    const [home, one, host] = [await newNamespace(), await newNamespace(), freshHost()];
    await put(home, { auths: { [host]: NEW } });
    await put(one, { auths: { [host]: OLD } });
    await put(one, { name: 'another', auths: { [host]: GUESS } });
    const unknown = await rotate(home, host, ['-A']);
    expect([unknown.code, unknown.stdout]).toEqual([3, '']);
    expect(unknown.stderr).toContain(
      `warning: it is not known whether the old password is in ${one}/another, ${one}/pull: the namespace of -n does not have it\n` +
        `hint: give it, if you have it: regsecret rotate -n ${home} -A --server ${host} --username ci --password-stdin --no-verify --old-password-file FILE\n`,
    );
    const folder = mkdtempSync(join(tmpdir(), 'regsecret-old-'));
    writeFileSync(join(folder, 'old'), `${CANARY}-old\n`);
    const flag = { env: ['OLD_PASSWORD'], file: [join(folder, 'old')], stdin: [] }[way] ?? [];
    const from = way === 'stdin' ? ['--password-env', 'NEW_PASSWORD'] : ['--password-stdin'];
    const ran = await regsecretIn(
      home,
      ['rotate', '--server', host, '--username', 'ci', ...from, '--no-verify', '-A', `--old-password-${way}`, ...flag],
      {
        stdin: way === 'stdin' ? `${CANARY}-old` : CANARY,
        env: { OLD_PASSWORD: `${CANARY}-old`, NEW_PASSWORD: CANARY },
      },
    );
    rmSync(folder, { recursive: true });
    expect([ran.code, ran.stdout]).toEqual([0, `secret/pull configured in ${one}\n`]);
    expect([await auths(one), await auths(one, 'another')]).toEqual([{ [host]: NEW }, { [host]: GUESS }]);
  });

  test.each([
    ['\n', 1, 'stdin holds no password'],
    ['{"auths":{}}', 2, '--old-password-stdin takes a password, and stdin holds a docker config'],
  ])('%j on stdin is none', async (stdin, code, text) => {
    const args = [
      'rotate',
      '--server',
      freshHost(),
      '--username',
      'ci',
      '--password-env',
      'NEW',
      '--old-password-stdin',
    ];
    const ran = await regsecretIn('default', args, { stdin, env: { NEW: CANARY } });
    const hint = 'give the old password with --old-password-stdin';
    expect([ran.code, ran.stdout, ran.stderr]).toEqual([code, '', `error: ${text}\nhint: ${hint}\n`]);
  });

  test('one that fits nothing: nothing is written', async () => {
    const [home, host] = [await newNamespace(), freshHost()];
    await put(home, { auths: { [host]: OLD } });
    const args = ['rotate', '--server', host, '--username', 'ci', '--password-stdin', '--no-verify'];
    const env = { OLD_PASSWORD: 'mistyped' };
    const ran = await regsecretIn(home, [...args, '--old-password-env', 'OLD_PASSWORD'], { stdin: CANARY, env });
    expect([ran.code, ran.stdout, ran.stderr]).toEqual([
      1,
      '',
      `error: no Secret here holds the old password for ${host}, so nothing was written\n` +
        `hint: regsecret list -n ${home} -o wide\n`,
    ]);
    expect(await auths(home)).toEqual({ [host]: OLD });
  });

  test.each([
    [['--password-stdin', '--old-password-stdin'], 'stdin cannot be both the old and the new login'],
    [['--from-file', '-', '--old-password-stdin'], 'stdin cannot be both the old and the new login'],
    [
      ['--password-stdin', '--old-password-env', 'A', '--old-password-file', 'f'],
      '--old-password-file and --old-password-env cannot be used together',
    ],
    [['--password-stdin', '--old-password-env', 'NO_SUCH'], '--old-password-env'],
    [['--password-stdin', '--old-password-file', '/nonexistent/old'], 'the file of --old-password-file does not exist'],
  ])('%j is an error, and nothing is written', async (flags, text) => {
    const [home, host] = [await newNamespace(), freshHost()];
    await put(home, { auths: { [host]: OLD } });
    const login = flags.includes('--from-file') ? [] : ['--server', host, '--username', 'ci'];
    const ran = await regsecretIn(home, ['rotate', ...login, ...flags, '--no-verify'], { stdin: CANARY });
    expect([ran.code, ran.stdout, ran.stderr]).toEqual([expect.any(Number), '', expect.stringContaining(text)]);
    expect(ran.code).not.toBe(0);
    expect(await auths(home)).toEqual({ [host]: OLD });
  });
});

describe('a selection that is empty', () => {
  test.each([
    [
      'a namespace without the login',
      (one: string) => ['--to', one],
      (one: string) => `no pull secret in namespace ${one} holds a login for`,
    ],
    [
      'a namespace without a Secret of that name',
      (one: string) => ['pull', '--to', one],
      (one: string) => `no pull secret pull in namespace ${one} holds a login for`,
    ],
    [
      'a name that no namespace has',
      () => ['pull', 'no-such', '--to', 'default'],
      () => 'no Secret in these namespaces has the name no-such, so nothing was written\nhint: regsecret list -A\n',
    ],
    ['a pattern without a match', () => ['--to', 'no-such-*'], () => 'no namespace matches no-such-*'],
    ['a pattern for vendors', () => ['--to', 'kube-*'], () => 'kube-* matches only namespaces that are chosen by name'],
    ['labels that no namespace has', () => ['-l', 'no-such=label'], () => 'no namespace has the labels no-such=label'],
    ['two ways to choose', (one: string) => ['--to', one, '-A'], () => '--to and -A cannot be used together'],
    ['two homes', (one: string) => ['-n', one], () => 'a command works in one namespace'],
  ])('%s is an error, and nothing is written', async (_, args, text) => {
    const [home, one, host] = [await newNamespace(), await newNamespace(), freshHost()];
    await put(home, { auths: { [host]: OLD } });
    const ran = await rotate(home, host, args(one));
    expect([ran.stdout, ran.stderr]).toEqual(['', expect.stringContaining(text(one))]);
    expect(ran.code).not.toBe(0);
    expect(await auths(home)).toEqual({ [host]: OLD });
  });
});

test('which of several Secrets at home should have a copy is not guessed', async () => {
  const [home, one, host] = [await newNamespace(), await newNamespace(), freshHost()];
  for (const name of ['admin', 'pull']) await put(home, { name, auths: { [host]: OLD } });
  const proposed = async (...names: string[]) => (await rotate(home, host, [...names, '--to', one])).stderr;
  expect(await proposed()).toContain(`regsecret sync NAME -n ${home} --to ${one}\n`);
  expect(await proposed('pull')).toContain(`regsecret sync pull -n ${home} --to ${one}\n`);
});

test('a new login that its registry rejects: a dry run shows the plan, and writes nothing', async () => {
  const { host } = sharedRegistries().basic;
  const [home, label] = [await newNamespace(), freshName('team')];
  const had = await newNamespace({ labels: { team: label } });
  for (const namespace of [home, had])
    await put(namespace, { auths: { [host]: auth(janedoe.username, janedoe.password) } });
  const args = ['rotate', '--server', host, '--username', johndoe.username, '--password-stdin', '--any-user'];
  const labels = ['-l', `team=${label}`];
  const wrong = await regsecretIn(home, [...args, ...labels], { stdin: 'wrong' });
  expect([wrong.code, wrong.stdout]).toEqual([1, '']);
  expect(wrong.stderr).toContain('nothing was written');
  const rehearsal = [...args, ...labels, '--dry-run=client'];
  const early = await regsecretIn(home, rehearsal, { stdin: 'of tomorrow' });
  expect([early.code, early.stdout]).toEqual([1, expect.stringContaining(`gets the new login of ${johndoe.username}`)]);
  const refusal = `${host} rejects the login (HTTP 401); a real run would stop here`;
  expect(early.stderr).toContain('2 Secrets: 2 updated (dry run); with this login nothing would be written\n');
  const lines = early.stderr.split(labelledAnd(home))[1]?.split('\n') ?? [];
  expect([lines[0], lines.at(-2)]).toEqual([
    `error: ${refusal}`,
    `hint: if the password is not valid yet: regsecret rotate -n ${home} ${args.slice(1).join(' ')} -l team=${label} --dry-run=client --no-verify`,
  ]);
  const { errors } = JSON.parse(
    (await regsecretIn(home, [...rehearsal, '-o', 'json'], { stdin: 'of tomorrow' })).stdout,
  );
  expect(errors).toMatchObject([{ message: refusal }]);
  const ran = await regsecretIn(home, [...args, ...labels], { stdin: johndoe.password });
  expect([ran.code, ran.stdout]).toEqual([0, `secret/pull configured in ${had}\nsecret/pull configured in ${home}\n`]);
});
