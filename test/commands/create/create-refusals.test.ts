/** The refusals of `create` without a cluster: a clear error and the next command; nothing is written and no secret is shown. */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { run } from '../../../src/run.ts';
import { CANARY, holdsCanary } from '../../support/canary.ts';
import { here } from '../../support/here.ts';
import { type MachineOptions, machine } from '../../support/machine.ts';

const auth = (user: string, password = CANARY): string => Buffer.from(`${user}:${password}`).toString('base64');
const config = '$HOME/.docker/config.json';
const one = { auths: { 'ghcr.io': { auth: auth('jane') } } };
const dry = ['create', 'x', '--dry-run=client'];

interface Outcome {
  readonly code: number;
  readonly stderr: string;
}

/** Runs on a machine. The canary on either stream fails the test. */
async function refused(
  args: readonly string[],
  options: MachineOptions & { prepare?: (home: string) => void } = {},
): Promise<Outcome> {
  const { prepare, ...rest } = options;
  const box = machine({ ...rest, env: { ...rest.env } });
  prepare?.(box.home);
  const code = await run(args.map(box.expand), box.io);
  const { stdout, stderr } = box.io.written;
  expect(stdout).toBe('');
  expect(holdsCanary(stderr), stderr).toBe(false);
  expect(stderr).toMatch(/^error: [^A-Z\n]|^error: (DOCKER|unable|"|--)/m);
  expect(stderr).toMatch(/^hint: \S/m);
  return { code, stderr };
}

type Row = readonly [
  title: string,
  args: readonly string[],
  options: MachineOptions & { prepare?: (home: string) => void },
  code: 1 | 2,
  says: string,
  hint?: string,
];

describe('config files', () => {
  const rows: Row[] = [
    ['broken', dry, { files: { [config]: '{"auths":' } }, 1, 'parsing config file'],
    ['binary', dry, { files: { [config]: Buffer.from([0, 1, 2, 255, 254]) } }, 1, 'config.json'],
    [
      'a directory',
      dry,
      { prepare: (home) => mkdirSync(join(home, '.docker/config.json'), { recursive: true }) },
      1,
      'is a directory',
    ],
    ['of 100 MB', dry, { prepare: (home) => large(join(home, '.docker')) }, 1, 'holds more than 16777216 bytes'],
    [
      'with an auth that docker refuses',
      dry,
      { files: { [config]: { auths: { 'r.io': { auth: 'cGFudHM=' } } } } },
      1,
      'invalid auth configuration file',
    ],
    ['without any login', dry, { files: { [config]: '{}' } }, 1, 'have no login on this machine', 'docker login'],
    ['that is empty', dry, { files: { [config]: '' } }, 1, 'have no login on this machine', 'docker login'],
    [
      'with several logins and no choice',
      dry,
      { files: { [config]: { auths: { 'a.io': { auth: auth('j') }, 'b.io': { auth: auth('j') } } } } },
      1,
      'there are 2 logins on this machine',
      '--server a.io',
    ],
    [
      'without the server that is named',
      [...dry, '--server', 'quay.io'],
      { files: { [config]: one } },
      1,
      'have no login for quay.io',
      'docker login quay.io',
    ],
    [
      'without one of the servers that are named',
      [...dry, '--server', 'ghcr.io', '--server', 'quay.io'],
      { files: { [config]: one } },
      1,
      'have no login for quay.io',
      'docker login quay.io, or give one for all: regsecret create x --dry-run=client --server ghcr.io --server quay.io --username USER --password-stdin',
    ],
  ];
  test.each(rows.map((row) => ({ title: row[0], row })))('$title', ({ row }) => check(row));
});

describe('files given with --from-file', () => {
  const from = (content: unknown): MachineOptions => ({ files: { '$HOME/f': content } });
  const args = [...dry, '--from-file', '$HOME/f'];
  const rows: Row[] = [
    ['missing', args, {}, 1, 'there is no file'],
    ['empty', args, from(''), 1, 'is empty'],
    [
      'not JSON',
      [...args, '--no-verify'],
      from(`password ${CANARY}`),
      1,
      'is not JSON',
      'regsecret create x --dry-run=client --from-file ~/.docker/config.json --no-verify',
    ],
    ['cut off', args, from(`{"auths":{"r.io":{"auth":"${auth('u')}"`), 1, 'is not JSON: unexpected end of JSON input'],
    ['binary', args, from(Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 0])), 1, 'is a binary file'],
    ['an array', args, from([]), 1, 'holds a JSON array, not a docker config'],
    [
      'a Secret manifest',
      args,
      from(`apiVersion: v1\nkind: Secret\ndata: {p: ${CANARY}}\n`),
      1,
      'is a Kubernetes Secret',
      '/f --dry-run=client',
    ],
    [
      'with nothing but a store marker',
      args,
      from({ auths: { 'ghcr.io': {} } }),
      1,
      'the login for ghcr.io',
      'docker login',
    ],
    ['with an empty map', args, from({ auths: {} }), 1, 'there is no login in ', 'docker login REGISTRY'],
    [
      'stdin with an empty map',
      [...dry, '--from-file', '-'],
      { stdin: '{}' },
      1,
      'there is no login in stdin',
      'pipe in a docker config: {"auths": {…}}',
    ],
    [
      'stdin that is not JSON',
      [...dry, '--from-file', '-', '--verify'],
      { stdin: CANARY },
      1,
      'stdin is not JSON',
      'pipe in a docker config: {"auths": {…}}',
    ],
    [
      'with nothing but an identity token',
      args,
      from({ auths: { 'r.io': { identitytoken: CANARY } } }),
      1,
      'is an identity token, which the kubelet ignores',
      '--password-stdin',
    ],
    [
      'without the server that is named',
      [...args, '--server', 'quay.io'],
      from(one),
      1,
      'there is no login for quay.io',
      '--server ghcr.io',
    ],
    [
      'without a password',
      args,
      from({ auths: { 'ghcr.io': { auth: auth('jane', '') } } }),
      1,
      'the login for ghcr.io has no password',
      'correct the login in ',
    ],
    [
      'on stdin, without a password',
      [...dry, '--from-file', '-'],
      { stdin: `{"auths":{"ghcr.io":{"auth":"${auth('jane', '')}"}}}` },
      1,
      'the login for ghcr.io has no password',
      'correct the login in what you pipe in, then run it again',
    ],
    [
      "without a password, and docker's own",
      [...dry, '--from-file', config],
      { files: { [config]: { auths: { 'ghcr.io': { auth: auth('jane', '') } } } } },
      1,
      'the login for ghcr.io has no password',
      'give it with --password-stdin',
    ],
    ['a directory', [...dry, '--from-file', '$HOME'], {}, 1, 'is a directory'],
    ['stdin that is empty', [...dry, '--from-file', '-'], {}, 1, 'stdin is empty', 'see its error above'],
  ];
  test.each(rows.map((row) => ({ title: row[0], row })))('$title', ({ row }) => check(row));
});

describe('servers that open no image', () => {
  test.each([
    ['registry-1.docker.io', '--server https://index.docker.io/v1/'],
    ['hub.docker.com', '--server https://index.docker.io/v1/'],
    ['https://ghcr.io/v2', '--server ghcr.io'],
    ['ghcr.io/acme/app:v1', '--server ghcr.io/acme/app'],
    ['docker://ghcr.io', '--server ghcr.io'],
    ['GHCR.io', '--server ghcr.io'],
    [`http://jane:${CANARY}@ghcr.io`, '--server ghcr.io'],
  ])('%s', async (server, hint) => {
    const ran = await refused([...dry, '--server', server, '--username', 'u', '--password-stdin'], { stdin: 'p' });
    expect(ran.code).toBe(1);
    expect(ran.stderr).toContain(`hint: ${hint}`);
  });
});

test.each<[server: string, warning: string]>([
  ['github.com', 'github.com is a web site and no registry: images of GitHub Container Registry begin with ghcr.io'],
  ['https://gitlab.com/', 'gitlab.com is a web site and no registry: images of GitLab begin with registry.gitlab.com'],
  ['www.github.com/acme', 'www.github.com is a web site and no registry: images of GitHub Container Registry begin'],
  ['gitlab.example.com', ''],
])('a warning where the server is only a web site: %s', async (server, warning) => {
  const ran = await here([...dry, '--server', server, '--username', 'u', '--password-stdin'], { stdin: 'p' });
  expect(ran.code).toBe(0);
  expect(ran.stderr).toContain(warning);
  expect(ran.stderr.includes('web site')).toBe(warning !== '');
});

describe('logins that pull nothing', () => {
  const rows: Row[] = [
    ['no password', [...dry, '--username', 'u'], {}, 2, 'no password', '--password-stdin'],
    ['no user name', [...dry, '--password-stdin'], { stdin: CANARY }, 2, 'no username', '--username'],
    ['an empty password on stdin', [...dry, '--username', 'u', '--password-stdin'], {}, 1, 'stdin holds no password'],
    [
      'a line on stdin for each server',
      [...dry, '--server', 'a.io', '--server', 'b.io', '--username', 'u', '--password-stdin'],
      { stdin: `${CANARY}\n${CANARY}2\n` },
      2,
      'stdin has 2 lines, but --password-stdin reads one password, which is for every --server',
      'regsecret create x --dry-run=client --server a.io --username USER --password-stdin, then regsecret create x --dry-run=client --server b.io --username USER',
    ],
    ['an empty user name', [...dry, '--username', '', '--password-stdin'], { stdin: CANARY }, 2, '--username has an'],
    [
      'a user name with a colon',
      [...dry, '--username', 'a:b', '--password-stdin'],
      { stdin: CANARY },
      1,
      'has a colon',
    ],
    [
      'a password file that is not there',
      [...dry, '--username', 'u', '--password-file', '/nope'],
      {},
      1,
      'the file of --password-file does not exist',
    ],
    ['a variable that is not set', [...dry, '--username', 'u', '--password-env', 'NOPE'], {}, 1, '$NOPE is not set'],
    [
      'a variable whose name has a typo',
      [...dry, '--username', 'u', '--password-env', 'REGISTRY_PASWORD'],
      { env: { REGISTRY_PASSWORD: 'x' } },
      1,
      '$REGISTRY_PASWORD is not set; did you mean REGISTRY_PASSWORD?',
    ],
    [
      'the value of a variable in place of its name',
      [...dry, '--username', 'u', '--password-env', 'Not-A-Name!'],
      {},
      1,
      'the variable of --password-env is not set',
      'type the name of the variable without $: --password-env REGISTRY_TOKEN',
    ],
    [
      'more than 1 MiB',
      [...dry, '--username', 'u', '--password-stdin'],
      { stdin: 'x'.repeat(800_000) },
      1,
      'the API server accepts 1048576',
    ],
  ];
  test.each(rows.map((row) => ({ title: row[0], row })))('$title', ({ row }) => check(row));
});

describe('logins that have expired', () => {
  const json = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const seconds = Date.UTC(2026, 0, 2) / 1000;
  const jwt = `${json({ alg: 'none' })}.${json({ exp: seconds })}.${CANARY}`;
  const ecr = Buffer.from(JSON.stringify({ payload: CANARY, expiration: seconds })).toString('base64');
  const acr = 'team.azurecr.io';
  const said = 'expired at 2026-01-02T00:00:00Z';
  const files = (auths: object): MachineOptions => ({ files: { [config]: { auths } } });
  const aws = '1.dkr.ecr.us-east-1.amazonaws.com';
  const rows: Row[] = [
    [
      'a JSON web token',
      dry,
      files({ 'r.io': { auth: auth('u', jwt) } }),
      1,
      `the login for r.io from ~/.docker/config.json ${said}`,
      'docker login r.io',
    ],
    [
      'a password of Amazon ECR',
      [...dry, '--server', aws, '--username', 'AWS', '--password-stdin'],
      { stdin: ecr },
      1,
      `the login for ${aws} from stdin ${said}`,
      'run it again with a new password',
    ],
    [
      'an identity token of Azure',
      [...dry, '--from-file', '$HOME/f'],
      { files: { '$HOME/f': { auths: { [acr]: { identitytoken: jwt } } } } },
      1,
      `the login for ${acr} from`,
      'correct the login in ',
    ],
    [
      'every one of several',
      [...dry, '--all'],
      files({ 'a.io': { auth: auth('u', jwt) }, 'b.io': { auth: auth('u', jwt) } }),
      1,
      `the login for a.io from ~/.docker/config.json ${said}`,
      'docker login a.io',
    ],
  ];
  test.each(rows.map((row) => ({ title: row[0], row })))('$title', ({ row }) => check(row));

  test('--no-verify writes it and says when it expired', async () => {
    const box = machine(files({ 'r.io': { auth: auth('u', jwt) } }));
    expect(await run([...dry, '--no-verify', '-o', 'name'], box.io)).toBe(0);
    expect(box.io.written.stdout).toBe('secret/x\n');
    expect(box.io.written.stderr).toContain(`the login for r.io ${said}`);
  });

  test('beside one that has not: it is skipped with a warning', async () => {
    const box = machine(files({ 'a.io': { auth: auth('u', jwt) }, 'b.io': { auth: auth('u') } }));
    expect(await run([...dry, '--all'], box.io)).toBe(0);
    expect(box.io.written.stderr).toContain(`warning: skipped: the login for a.io from ~/.docker/config.json ${said}`);
    expect(box.io.written.stderr).toContain('b.io  u  from ~/.docker/config.json');
  });
});

describe('flags that contradict each other', () => {
  const rows: Row[] = [
    [
      'two passwords',
      [...dry, '--username', 'u', '--password-stdin', '--password-env', 'P'],
      { stdin: CANARY, env: { P: CANARY } },
      2,
      'cannot be used together',
    ],
    [
      'our flags and those of kubectl',
      [...dry, '--username', 'u', '--docker-username', 'u', '--password-stdin'],
      { stdin: CANARY },
      2,
      'mean the same',
    ],
    [
      'a login and --from-file',
      [...dry, '--username', 'u', '--password-stdin', '--from-file', 'x'],
      { stdin: CANARY },
      2,
      'cannot be used together',
    ],
    ['--all and --server', [...dry, '--all', '--server', 'a.io'], {}, 2, 'cannot be used together'],
    ['--prompt without a terminal', [...dry, '--prompt'], {}, 2, 'no terminal to ask on'],
    [
      'one password for two registries with a comma',
      [...dry, '--server', 'a.io,b.io', '--username', 'u', '--password-stdin'],
      { stdin: CANARY },
      2,
      '--server takes one registry, so repeat it for each',
      '--server a.io --server b.io',
    ],
    [
      'one password for a registry and for what is none',
      [...dry, '--server', 'a.io', '--server', 'https://', '--username', 'u', '--password-stdin'],
      { stdin: CANARY },
      1,
      'no image can match the server',
    ],
    [
      'servers of ours and of kubectl',
      [...dry, '--server', 'a.io', '--server', 'b.io', '--docker-server', 'b.io', '--docker-username', 'u'],
      {},
      2,
      '--server and --docker-server mean the same',
    ],
  ];
  test.each(rows.map((row) => ({ title: row[0], row })))('$title', ({ row }) => check(row));
});

describe('names', () => {
  test.each(['X_Y', 'a b', '-', 'a'.repeat(300)])('%s', async (name) => {
    const ran = await refused(['create', name, '--dry-run=client', '--username', 'u', '--password-stdin'], {
      stdin: CANARY,
    });
    expect(ran.code).toBe(1);
    expect(ran.stderr).toContain('hint: regsecret create NAME');
  });
});

describe('credential helpers', () => {
  const store = { files: { [config]: { credHelpers: { 'r.io': 'h' } } } };
  const args = [...dry, '--server', 'r.io'];
  const helper = (script: string, mode = 0o755) => ({
    ...store,
    prepare: (home: string) => {
      const file = join(home, '../bin/docker-credential-h');
      writeFileSync(file, `#!/bin/sh\n${script}\n`);
      chmodSync(file, mode);
    },
  });
  const rows: Row[] = [
    [
      'missing',
      args,
      store,
      1,
      'error: the docker config uses docker-credential-h, which is not in PATH',
      'hint: give a login: regsecret create x ',
    ],
    ['crashing', args, helper('kill -SEGV $$'), 1, 'credential helper "h" for r.io'],
    ['failing', args, helper('echo the vault is locked; exit 1'), 1, 'the vault is locked'],
    ['printing garbage', args, helper(`echo 'garbage ${CANARY}'`), 1, 'credential helper "h"'],
    [
      'printing a secret in the wrong shape',
      args,
      helper(`echo '{"Secret":["${CANARY}"]}'`),
      1,
      'credential helper "h"',
    ],
    [
      'knowing nothing',
      args,
      helper(`echo 'credentials not found in native keychain'; exit 1`),
      1,
      'have no login for r.io',
      'docker login r.io',
    ],
    ['not executable', args, helper('exit 0', 0o644), 1, 'docker-credential-h, which is not in PATH'],
  ];
  test.each(rows.map((row) => ({ title: row[0], row })))('$title', ({ row }) => check(row));
});

async function check([, args, options, code, says, hint]: Row): Promise<void> {
  const ran = await refused(args, options);
  expect(ran.stderr).toContain(says);
  expect(ran.code).toBe(code);
  if (hint !== undefined) expect(/^hint: .*$/m.exec(ran.stderr)?.[0]).toContain(hint);
}

function large(folder: string): void {
  mkdirSync(folder);
  writeFileSync(join(folder, 'config.json'), Buffer.alloc(100 * 1024 * 1024, ' '));
}
