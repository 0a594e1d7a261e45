import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { decodeDockerConfig } from '../../../src/secret/docker-config.ts';
import { CANARY } from '../../support/canary.ts';
import { here, type RanHere } from '../../support/here.ts';
import type { FakeIoOptions } from '../../support/io.ts';

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const auth = (user: string, password = CANARY) => ({ auth: base64(`${user}:${password}`) });
const config = (auths: Record<string, object>): string => JSON.stringify({ auths });

function manifest(name: string, payload: string, more: object = {}): object {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace: 'team-a' },
    type: 'kubernetes.io/dockerconfigjson',
    data: { '.dockerconfigjson': base64(payload) },
    ...more,
  };
}

function inspect(
  stdin: object | string,
  args: readonly string[] = [],
  options: FakeIoOptions & { secretOnStdout?: boolean } = {},
): Promise<RanHere> {
  const text = typeof stdin === 'string' ? stdin : JSON.stringify(stdin);
  return here(['inspect', '-f', '-', ...args], { ...options, stdin: text });
}

const good = manifest('regcred', config({ 'ghcr.io': auth('janedoe') }));

test('server, user, a mark instead of the password, and the images it is used for', async () => {
  const { code, stdout, stderr } = await inspect(good);
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout.replace(/[0-9a-f]{8}/, 'deadbeef')).toBe(
    [
      'secret team-a/regcred, kubernetes.io/dockerconfigjson',
      'SERVER    USER      PASSWORD        USED FOR',
      'ghcr.io   janedoe   •••• deadbeef   every image of ghcr.io',
      '',
    ].join('\n'),
  );
});

test('--reveal shows the password', async () => {
  const { stdout } = await inspect(good, ['--reveal'], { secretOnStdout: true });
  expect(stdout).toContain(`ghcr.io   janedoe   ${CANARY}   every`);
});

describe('everything as JSON', () => {
  test('without passwords', async () => {
    const { stdout } = await inspect(good, ['-o', 'json']);
    expect(JSON.parse(stdout)).toEqual({
      auths: {
        'ghcr.io': {
          username: 'janedoe',
          fingerprint: expect.stringMatching(/^[0-9a-f]{8}$/),
          images: 'every image of ghcr.io',
        },
      },
      secret: { namespace: 'team-a', name: 'regcred', type: 'kubernetes.io/dockerconfigjson' },
      findings: [],
    });
  });

  test('with them it is a docker config', async () => {
    const { stdout } = await inspect(good, ['-o', 'json', '--reveal'], { secretOnStdout: true });
    const { auths } = decodeDockerConfig(stdout);
    expect(auths.get('ghcr.io')).toMatchObject({ username: 'janedoe', password: CANARY, ...auth('janedoe') });
  });

  test('a password that is no text is there byte for byte', async () => {
    const raw = Buffer.from([0x61, 0x3a, 0xff, 0xfe]).toString('base64');
    const { stdout } = await inspect(manifest('x', config({ 'r.io': { auth: raw } })), ['-o', 'json', '--reveal']);
    expect(JSON.parse(stdout).auths['r.io'].auth).toBe(raw);
  });

  test('several Secrets are a list', async () => {
    const list = { apiVersion: 'v1', kind: 'List', items: [good, manifest('other', config({}))] };
    const { stdout } = await inspect(list, ['-o', 'json']);
    const names = JSON.parse(stdout).map(({ secret }: { secret: { name: string } }) => secret.name);
    expect(names).toEqual(['regcred', 'other']);
  });

  test('findings are data', async () => {
    const { stdout } = await inspect(manifest('x', config({ 'ghcr.io': {} })), ['-o', 'json']);
    expect(JSON.parse(stdout).findings).toEqual([
      {
        code: 'empty-entry',
        severity: 'error',
        object: { kind: 'Secret', namespace: 'team-a', name: 'x' },
        arguments: { server: 'ghcr.io' },
      },
    ]);
  });
});

describe('marks', () => {
  const two = {
    kind: 'List',
    apiVersion: 'v1',
    items: [
      manifest('a', config({ 'ghcr.io': auth('jane'), 'quay.io': auth('john') })),
      manifest('b', config({ 'https://ghcr.io/v2/': { username: 'jane', password: CANARY } })),
    ],
  };
  const marks = async (): Promise<string[]> => {
    const { stdout } = await inspect(two, ['-o', 'json']);
    const found: { auths: Record<string, { fingerprint: string }> }[] = JSON.parse(stdout);
    return found.flatMap(({ auths }) => Object.values(auths).map(({ fingerprint }) => fingerprint));
  };

  test('are equal for equal logins, in whatever Secret and form, and differ otherwise', async () => {
    const [jane, john, again] = await marks();
    expect(again).toBe(jane);
    expect(john).not.toBe(jane);
  });

  test('mean nothing in another run where no home keeps their key', async () => {
    expect(await marks()).not.toEqual(await marks());
  });
});

describe('manifests', () => {
  test.each([
    [
      'stringData in YAML',
      `apiVersion: v1
kind: Secret
metadata:
  name: regcred
type: kubernetes.io/dockerconfigjson
stringData:
  .dockerconfigjson: |
    {"auths": {"ghcr.io": {"username": "janedoe", "password": "${CANARY}"}}}
`,
    ],
    [
      'the legacy type',
      JSON.stringify(
        manifest('regcred', '', {
          type: 'kubernetes.io/dockercfg',
          data: { '.dockercfg': base64(JSON.stringify({ 'ghcr.io': auth('janedoe') })) },
        }),
      ),
    ],
    [
      'between other documents',
      `# a comment\n---\nkind: ConfigMap\nmetadata: {name: x}\n---\n${JSON.stringify(good)}\n...\n---\n`,
    ],
    ['a docker config', config({ 'ghcr.io': auth('janedoe') })],
  ])('%s', async (_, text) => {
    const { stdout } = await inspect(text);
    expect(stdout).toMatch(/ghcr\.io +janedoe +•••• [0-9a-f]{8} +every image of ghcr\.io/);
  });

  test('who uses it, as far as the manifests say', async () => {
    const account = {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'default', namespace: 'team-a' },
      imagePullSecrets: [{ name: 'regcred' }],
    };
    const pod = (name: string) => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace: 'team-a' },
      spec: { imagePullSecrets: [{ name: 'regcred' }] },
    });
    const deployment = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web', namespace: 'team-a' },
      spec: { template: { spec: { imagePullSecrets: [{ name: 'regcred' }, { name: 'other' }] } } },
    };
    const { stdout } = await inspect(
      [good, account, pod('a'), pod('b'), deployment].map((one) => JSON.stringify(one)).join('\n---\n'),
    );
    expect(stdout).toContain('used by: serviceaccount/default, deployment/web, 2 pods\n');
    const unused = await inspect(
      [manifest('spare', config({})), account].map((one) => JSON.stringify(one)).join('\n---\n'),
    );
    expect(unused.stdout).toContain('used by: no pod, workload or service account in these files\n');
  });

  test('one of several, by its name', async () => {
    const list = { apiVersion: 'v1', kind: 'List', items: [good, manifest('other', config({}))] };
    const { stdout } = await inspect(list, ['other']);
    expect(stdout).toMatch(/^secret team-a\/other,/);
    const { code, stderr } = await inspect(list, ['third']);
    expect([code, stderr]).toEqual([
      1,
      'error: there is no secret third in stdin, but regcred, other\nhint: regsecret inspect -f -\n',
    ]);
  });

  test.each([
    [
      'no Secret',
      'kind: ConfigMap\n',
      'there is no secret in stdin\nhint: kubectl get secret NAME -o yaml | regsecret inspect -f -\n',
    ],
    [
      'broken YAML, with its line and nothing of its text',
      `a: 1\n---\nb: "${CANARY}\n`,
      'stdin is not valid YAML in line 4 (',
    ],
    [
      'two objects in one document',
      'apiVersion: v1\nkind: Secret\napiVersion: v1\nkind: Secret\n',
      'stdin has a second apiVersion in line 3, so a line --- is probably missing before it\nhint: put --- on its own line before line 3\n',
    ],
  ])('%s', async (_, text, message) => {
    const { code, stderr } = await inspect(text);
    expect(code).toBe(1);
    expect(stderr).toContain(`error: ${message}`);
  });

  describe('a folder', () => {
    const CONFIG_MAP = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n';

    test.each<[situation: string, files: Record<string, string>, args: string[], error: string, hint: string]>([
      ['without a Secret', { 'a.yaml': CONFIG_MAP }, [], 'there is no secret in FOLDER', 'regsecret doctor -f FOLDER'],
      [
        'without a Secret, of which one is named',
        { 'a.yaml': CONFIG_MAP },
        ['pull'],
        'there is no secret in FOLDER',
        'regsecret doctor -f FOLDER',
      ],
      [
        'with a Secret of nearly that name',
        { 'a.yaml': JSON.stringify(good) },
        ['regcrde'],
        'there is no secret regcrde in FOLDER; did you mean regcred?',
        'regsecret VERB regcred -f FOLDER',
      ],
      [
        'with a Secret of another name than one that none can have',
        { 'a.yaml': JSON.stringify(good) },
        [`${CANARY}!`],
        'there is no secret of that name in FOLDER, but regcred',
        'regsecret inspect -f FOLDER',
      ],
      ['with nothing in it', {}, [], 'there is no manifest in FOLDER', 'ls -l FOLDER'],
      // Neither command has the flag -R.
      ['with a folder in it', { 'base/a.yaml': CONFIG_MAP }, [], 'there is no manifest in FOLDER', 'ls -l FOLDER'],
    ])('%s', async (_, files, args, error, hint) => {
      const folder = mkdtempSync(join(tmpdir(), 'regsecret-inspect-'));
      onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
      for (const [name, text] of Object.entries(files)) {
        mkdirSync(dirname(join(folder, name)), { recursive: true });
        writeFileSync(join(folder, name), text);
      }
      for (const verb of ['inspect', 'verify']) {
        const { code, stderr } = await here([verb, ...args, '-f', folder]);
        expect([code, stderr.replaceAll(folder, 'FOLDER')]).toEqual([
          1,
          `error: ${error}\nhint: ${hint.replace('VERB', verb)}\n`,
        ]);
      }
    });
  });

  test('a file that is not there', async () => {
    const { code, stderr } = await here(['inspect', '-f', 'no-such-file.yaml']);
    expect(code).toBe(1);
    expect(stderr).toContain('no-such-file.yaml');
  });
});

describe('what is wrong comes with the command that fixes it', () => {
  test.each([
    [
      manifest('regcred', config({ 'ghcr.io': auth('jane'), 'quay.io': { auth: 'notbase64!' } })),
      'problem: the entry quay.io of secret team-a/regcred cannot be decoded (illegal base64 data at input byte 9), and a pod that uses it can use none of its pull secrets',
      'hint: regsecret create regcred -n team-a --server quay.io --username USER --password-stdin',
    ],
    [
      manifest('regcred', config({ 'registry-1.docker.io': auth('jane') })),
      'warning: the entry registry-1.docker.io of secret team-a/regcred probably does not match the images you meant: it is not the registry name in Docker Hub images',
      'hint: regsecret create regcred -n team-a --server docker.io --username USER --password-stdin',
    ],
    [
      manifest('regcred', '', { type: 'Opaque' }),
      'problem: secret team-a/regcred has the type Opaque, which the kubelet ignores',
      'hint: regsecret create regcred -n team-a --server REGISTRY --username USER --password-stdin --force',
    ],
  ])('%#', async (secret, sentence, hint) => {
    const { code, stdout } = await inspect(secret);
    expect(code).toBe(0);
    expect(stdout).toContain(`${sentence}\n${hint}\n`);
  });
});

describe('on a terminal', () => {
  const hostile = manifest(
    'regcred',
    config({
      'ghcr.io': { username: `jane\u001b[31m${'x'.repeat(60)}`, password: CANARY, email: 'j\u202e@x.example' },
      [`${'a'.repeat(90)}.example.com`]: auth('\u0007bell'),
    }),
  );

  test('rows keep to its width, and long values end in an ellipsis', async () => {
    const { stdout } = await inspect(hostile, [], { tty: true, env: { NO_COLOR: '1' } });
    const rows = stdout.split('\n').filter((line) => !/^(error|warning|hint):/.test(line));
    expect(rows.filter((line) => [...line].length > 80)).toEqual([]);
    expect(stdout).toContain('…');
  });

  test('-o wide cuts nothing', async () => {
    const { stdout } = await inspect(hostile, ['-o', 'wide'], { tty: true, env: { NO_COLOR: '1' } });
    expect(stdout).not.toContain('…');
    expect(stdout).toContain(`${'a'.repeat(90)}.example.com`);
  });

  test.each([[[]], [['-o', 'wide']], [['-o', 'json']], [['-o', 'yaml']]])(
    'what could move the cursor is shown as an escape %j',
    async (args) => {
      const { stdout, stderr } = await inspect(hostile, args as string[], { tty: true, env: { NO_COLOR: '1' } });
      expect(stdout + stderr).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
    },
  );
});

test('a user name and password in a server are shown with --reveal only', async () => {
  const secret = manifest('regcred', config({ [`https://jane:${CANARY}@ghcr.io`]: auth('jane') }));
  for (const args of [[], ['-o', 'json'], ['-o', 'yaml'], ['-o', 'wide']]) await inspect(secret, args);
  const { stdout } = await inspect(secret, ['--reveal'], { secretOnStdout: true });
  expect(stdout).toContain(`https://jane:${CANARY}@ghcr.io`);
});
