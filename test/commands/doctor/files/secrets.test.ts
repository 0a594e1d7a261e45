/** `doctor -f` and the Secrets in the files: which of them count, and whether the proposed command helps. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CANARY } from '../../../support/canary.ts';
import { here, type RanHere } from '../../../support/here.ts';

const [A, B] = ['127.0.0.1:5001', '127.0.0.1:5002'];

let folder = '';
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'regsecret-')));
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(files: Readonly<Record<string, string | object>>): void {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
  }
}

/** Runs doctor on files of the folder, or on stdin. */
async function doctor(args: string, stdin = ''): Promise<RanHere & { readonly lines: readonly string[] }> {
  const words = args
    .split(' ')
    .map((word, index, all) => (all[index - 1] === '-f' && word !== '-' ? join(folder, word) : word));
  const ran = await here(['doctor', ...words], { stdin, env: { KUBECONFIG: '/nope' } });
  return { ...ran, lines: ran.stdout.replaceAll(`${folder}/`, '').trimEnd().split('\n') };
}

const deployment = (name: string, image: string, namespace = 'build'): object => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, namespace: namespace || undefined },
  spec: {
    template: { spec: { imagePullSecrets: [{ name: 'regcreds' }], containers: [{ name: 'app', image }] } },
  },
});

const secret = (servers: readonly string[], namespace = 'build', password = CANARY): object => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'regcreds', namespace: namespace || undefined },
  type: 'kubernetes.io/dockerconfigjson',
  stringData: {
    '.dockerconfigjson': JSON.stringify({
      auths: Object.fromEntries(servers.map((server) => [server, { username: 'janedoe', password }])),
    }),
  },
});

const apps = {
  'deploy/api.yaml': deployment('api', `${A}/janedoe/x`),
  'deploy/jobs.yaml': deployment('jobs', `${B}/janedoe/x`),
};

test('a Secret is in two files: the last one counts, and both places are named', async () => {
  write({ ...apps, 'full.yaml': secret([A, B]), 'b.yaml': secret([B]) });
  const { code, lines } = await doctor('-f deploy -f full.yaml -f b.yaml --strict');
  expect(lines).toContain(
    'full.yaml:1: warning: secret build/regcreds is also in b.yaml:1; the last one applied wins, so pods get only the logins there [duplicate-secret]',
  );
  expect(lines.filter((line) => line.endsWith('[other-images]'))).toEqual([
    expect.stringContaining('b.yaml:1: warning: '),
  ]);
  expect([code, lines.at(-1)]).toEqual([1, '4 objects in 4 files: 0 errors, 2 warnings']);
});

test('a Secret is twice in what is piped in: one with all logins is proposed', async () => {
  write(apps);
  const piped = [secret([A]), secret([B])].map((one) => JSON.stringify(one)).join('\n---\n');
  const { lines } = await doctor('-f deploy -f -', piped);
  const index = lines.findIndex((line) => line.endsWith('[duplicate-secret]'));
  expect(lines.slice(index, index + 2)).toEqual([
    'stdin:1: warning: secret build/regcreds is also in stdin:3; the last one applied wins, so pods get only the logins there [duplicate-secret]',
    `  hint: regsecret create regcreds -n build --server ${A} --server ${B} --dry-run=client -o yaml`,
  ]);
});

test('a Secret is in two files, and the last one has all logins', async () => {
  write({ ...apps, 'full.yaml': secret([A, B]), 'b.yaml': secret([B]) });
  const { lines } = await doctor('-f deploy -f b.yaml -f full.yaml');
  expect(lines.filter((line) => /\[[a-z-]+\]$/.test(line))).toEqual([
    expect.stringMatching(/^b.yaml:1: .* is also in full.yaml:1; .*\[duplicate-secret\]$/),
  ]);
});

test.each([
  ['of another namespace', { 'a.yaml': secret([A]), 'b.yaml': secret([A], 'prod') }],
  ['in a folder for another cluster', { 'dev/a.yaml': secret([A]), 'prod/a.yaml': secret([A]) }],
])('two Secrets of one name are no duplicates: one is %s', async (_, files) => {
  write(files);
  expect((await doctor('-R -f . --strict')).lines.at(-1)).toBe('2 objects in 2 files: nothing wrong');
});

test('a Secret that is missing needs a login for each registry whose images are pulled with it', async () => {
  write({
    ...apps,
    'deploy/more.yaml': deployment('more', 'nginx'),
    'deploy/same.yaml': deployment('same', `${A}/janedoe/y`),
    'deploy/account.yaml': {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'ci', namespace: 'build' },
      imagePullSecrets: [{ name: 'regcreds' }],
    },
    'deploy/pod.yaml': {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'ci', namespace: 'build' },
      spec: { serviceAccountName: 'ci', containers: [{ name: 'app', image: 'c.example/x' }] },
    },
  });
  const create = `regsecret create regcreds -n build --server ${A} --server ${B} --server c.example`;
  const typed = `${create} --username USER --password-stdin`;
  const { lines } = await doctor('-f deploy --strict');
  expect(lines[1]).toBe(`  hint: ${typed}`);
  const { stdout } = await doctor('-f deploy -o json');
  expect(JSON.parse(stdout).findings[0].fix).toMatchObject({ command: typed, sufficient: false });
  // A namespace that is typed is chosen by a person, and not by the manifest.
  const { stdout: chosen } = await doctor('-f deploy -n build -o json');
  expect(JSON.parse(chosen).findings[0].fix).toMatchObject({ command: create, sufficient: true });
});

test('a Secret that is missing is piped from the cluster into the same doctor', async () => {
  write(apps);
  const { lines } = await doctor('-f deploy -f deploy/api.yaml --strict --ignore expired');
  const create = `regsecret create regcreds -n build --server ${A} --server ${B} --username USER --password-stdin`;
  const again = 'regsecret doctor -f deploy -f deploy/api.yaml -f - --strict --ignore expired';
  expect(lines.slice(1)).toEqual([
    `  hint: ${create}`,
    'doctor -f reads only files: a Secret that exists only in the cluster is reported as missing',
    `to check these files with it: kubectl get secret regcreds -n build -o yaml | ${again}`,
    '2 objects in 2 files: 0 errors, 1 warning',
  ]);
  const made = JSON.stringify(secret([A, B]));
  expect((await doctor('-f deploy -f - --strict', made)).lines).toEqual(['3 objects in 3 files: nothing wrong']);
});

test.each([
  ['stdin is taken', '-f deploy -f -', { 'deploy/a.yaml': deployment('a', `${A}/x`) }],
  [
    'two are missing',
    '-f deploy',
    { 'deploy/a.yaml': deployment('a', `${A}/x`), 'deploy/b.yaml': deployment('b', `${A}/x`, 'prod') },
  ],
])('a Secret that is missing, and %s: nothing is piped', async (_, args, files) => {
  write(files);
  const { stdout } = await doctor(args, JSON.stringify(deployment('c', `${A}/x`)));
  expect(stdout).toContain('doctor -f reads only files: ');
  expect(stdout).not.toContain('kubectl get');
});

test.each([
  ['with another port', A, B],
  ['of another host', 'a.example', 'b.example'],
])('the Secret in the files lacks a registry %s: what is proposed keeps the others', async (_, one, other) => {
  const web = { 'deploy/a.yaml': deployment('a', `${one}/x`), 'deploy/b.yaml': deployment('b', `${other}/x`) };
  write(web);
  for (const servers of [[one], [other]]) {
    const all = [...servers, ...[one, other].filter((server) => !servers.includes(server))];
    const { lines } = await doctor('-f deploy -f -', JSON.stringify(secret(servers)));
    expect(lines[1]).toBe(
      `  hint: regsecret create regcreds -n build --server ${all.join(' --server ')} --dry-run=client -o yaml`,
    );
  }
});

test('the Secret in the files has a pattern, which no login can be taken for: it is edited', async () => {
  write({ 'a.yaml': deployment('a', 'b.example/x') });
  const { lines } = await doctor('-f a.yaml -f -', JSON.stringify(secret(['*.a.example'])));
  expect(lines[1]).toMatch(/^ {2}hint: vi \+1 /);
});

test('a Secret without a namespace goes into that of the context, wherever those that name it are', async () => {
  write({
    'a.yaml': deployment('a', `${A}/x`),
    'b.yaml': deployment('b', `${A}/x`, 'prod'),
    's.yaml': secret([A, 'other.example'], ''),
  });
  const { code, lines } = await doctor('-f . --strict');
  const why = 'but the one in s.yaml has no namespace, so it goes into the namespace of the context: add namespace';
  expect([code, lines]).toEqual([
    1,
    [
      `a.yaml:1: warning: deployment/a uses secret build/regcreds, ${why}: build to its metadata [missing-secret]`,
      '  hint: vi +1 s.yaml',
      `b.yaml:1: warning: deployment/b uses secret prod/regcreds, ${why}: prod to its metadata [missing-secret]`,
      '  hint: vi +1 s.yaml',
      '3 objects in 3 files: 0 errors, 2 warnings',
    ],
  ]);
});

const account = (name: string, namespace?: string): object => ({
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: { name, namespace },
  imagePullSecrets: [{ name: 'regcreds' }],
});

test('a Secret from stdin without a namespace needs the flag of the command that makes it, and not another command', async () => {
  write({ 'a.yaml': deployment('a', `${A}/x`) });
  const { code, lines } = await doctor('-f . -f - --strict', JSON.stringify(secret([A], '')));
  const why =
    'has no namespace, so it goes into the namespace of the context: add -n build to the command that creates it';
  expect([code, lines]).toEqual([
    1,
    [
      `a.yaml:1: warning: deployment/a uses secret build/regcreds, but the one from stdin ${why} [missing-secret]`,
      '2 objects in 2 files: 0 errors, 1 warning',
    ],
  ]);
});

test('a service account without a namespace goes into that of the context, too', async () => {
  const pod = (name: string): object => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'build' },
    spec: { serviceAccountName: 'ci', containers: [{ name: 'app', image: `${A}/x` }] },
  });
  write({ 'a.yaml': pod('a'), 'b.yaml': pod('b'), 'sa.yaml': account('ci'), 's.yaml': secret([A], '') });
  const { code, lines } = await doctor('-f . --strict');
  expect([code, lines]).toEqual([
    1,
    [
      'sa.yaml:1: warning: serviceaccount ci has no namespace, so it goes into the namespace of the context, but pod/a, pod/b use the one of build [missing-account]',
      expect.stringMatching(/^ {2}hint: vi \+1 .*sa.yaml$/),
      '4 objects in 4 files: 0 errors, 1 warning',
    ],
  ]);
  expect((await doctor('-f . -n build --strict')).code).toBe(0);
  write({ 'sa.yaml': account('ci', 'build'), 's.yaml': secret([A]) });
  expect((await doctor('-f . --strict')).code).toBe(0);
});

test.each([
  ['those that name it have none either', '-f .', { 'a.yaml': deployment('a', `${A}/x`, '') }],
  ['-n names it', '-f . -n build', { 'a.yaml': deployment('a', `${A}/x`) }],
  ['one is in the namespace', '-f .', { 'a.yaml': deployment('a', `${A}/x`), 'b.yaml': secret([A]) }],
])('a Secret without a namespace, and %s', async (_, args, files) => {
  write({ ...files, 's.yaml': secret([A], '') });
  expect((await doctor(`${args} --strict`)).lines.at(-1)).toMatch(/nothing wrong/);
});

describe('a Secret with placeholders', () => {
  const web = { 'a.yaml': deployment('a', `${A}/x`), 'b.yaml': deployment('b', 'b.example/x') };
  const withConfig = (config: string): string =>
    JSON.stringify({ ...secret([]), stringData: { '.dockerconfigjson': config } });
  const SEEN = 'pull secret regcreds of deployment build/b has no entry for b.example/x, only for';

  test.each([
    ['the password', { username: 'janedoe', password: `\${PASSWORD}` }],
    ['the login', { auth: `\${AUTH}` }],
    ['the login, encrypted', { auth: 'ENC[AES256_GCM,data:x]' }],
  ])('%s is filled in later: its servers are judged', async (_, entry) => {
    write(web);
    const { lines } = await doctor('-f . -f - --strict', withConfig(JSON.stringify({ auths: { [A]: entry } })));
    expect(lines[0]).toContain(`${SEEN} ${A}`);
    expect(lines.at(-1)).toBe('3 objects in 3 files: 0 errors, 1 warning');
  });

  test('what else is wrong with it is said', async () => {
    const config = JSON.stringify({ auths: { [A]: { username: '', password: `\${PASSWORD}` } } });
    expect((await doctor('-f -', withConfig(config))).stdout).toContain('[incomplete-entry]');
  });

  test.each([
    ['the whole', `\${CONFIG}`, 3],
    ['a part that is no text', `{"auths": \${AUTHS}}`, 3],
    ['a server', `{"auths":{"${A}":{"auth":"x"},"\${HOST}":{"auth":"x"}}}`, 3],
    // Without the decryption key nobody can judge the payload.
    ['the whole, encrypted,', 'ENC[AES256_GCM,data:x]', 0],
  ])('%s is filled in later: it is not judged, and the end says so', async (_, config, strict) => {
    write(web);
    expect((await doctor('-f . -f -', withConfig(config))).code).toBe(0);
    const { code, lines } = await doctor('-f . -f - --strict', withConfig(config));
    expect([code, lines]).toEqual([
      strict,
      ['3 objects in 3 files: nothing wrong; 1 Secret was not checked, because it is encrypted or filled in later'],
    ]);
    const { manifests } = JSON.parse((await doctor('-f - -o json', withConfig(config))).stdout);
    expect(manifests).toEqual({ files: 1, objects: 1, unjudged: 1, withoutLogin: [] });
  });
});

describe('a folder that kustomize builds', () => {
  const kustomization = (text: string) => `resources: [web.yaml]\n${text}`;
  const missing = (lines: readonly string[]) =>
    lines.flatMap((line, index) => (line.endsWith('[missing-secret]') ? [lines[index + 1]] : []));

  test.each([
    ['k', '-f k', { 'k/kustomization.yaml': kustomization('secretGenerator: [{name: regcreds}]\n') }],
    ['k', '-f k', { 'k/kustomization.yml': kustomization('') }],
    [
      'k/prod',
      '-R -f k',
      {
        'k/kustomization.yaml': kustomization(''),
        'k/dev/kustomization.yaml': kustomization('secretGenerator: [{name: others}]\n'),
        'k/prod/kustomization.yaml': kustomization('secretGenerator: [{name: regcreds}]\n'),
      },
    ],
  ])('%s is built first', async (built, args, files) => {
    write({ ...files, 'k/web.yaml': deployment('a', `${A}/x`) });
    const { lines } = await doctor(args);
    expect(missing(lines)).toEqual([`  hint: kubectl kustomize ${built} | regsecret doctor -f -`]);
    const { findings } = JSON.parse((await doctor(`${args} -o json`)).stdout);
    expect(findings[0].fix.sufficient).toBe(false);
  });

  test.each([
    ['-f k --strict', '| regsecret doctor -f - --strict'],
    ['-f b.yaml -f k/web.yaml -f k -R --strict', '| regsecret doctor -f - -f b.yaml -R --strict'],
    [
      '-f k -n a --only missing-secret,unreadable-file',
      '| regsecret doctor -n a -f - --only missing-secret,unreadable-file',
    ],
    ['-f k/*.yaml --ignore expired', '| regsecret doctor -f - --ignore expired'],
    ['-f k -f - --strict', ''],
  ])('its hint keeps what else was typed: doctor %s', async (args, rest) => {
    write({
      'k/kustomization.yaml': kustomization(''),
      'k/web.yaml': deployment('a', `${A}/x`, ''),
      'b.yaml': deployment('b', `${A}/x`, ''),
    });
    const { lines } = await doctor(args, JSON.stringify(deployment('c', `${A}/x`, '')));
    const hint = `  hint: kubectl kustomize k ${rest}`.trimEnd();
    const hints = lines.flatMap((line, index) => (/^k\/.*\[(unread|missing)/.test(line) ? [lines[index + 1]] : []));
    expect(new Set(hints)).toEqual(new Set([hint]));
    expect(lines.some((line) => line.includes('can be checked; pipe that in as well'))).toBe(rest === '');
  });
});
