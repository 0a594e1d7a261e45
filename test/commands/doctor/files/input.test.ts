/** The input of `doctor -f`: files, stdin, nothing, and arbitrary text. */
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { cases } from '../../../support/cases.ts';
import { clean, doctor, pod, secretOf } from '../../../support/doctor-files.ts';
import { fc } from '../../../support/fast-check.ts';
import { here } from '../../../support/here.ts';
import { manifestTexts } from '../../../support/manifest-texts.ts';

describe('-n and a file that names its namespace', () => {
  const inTeam = (namespace: string) =>
    `apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: a, namespace: ${namespace}}\n`;

  test.each([
    ['the same', inTeam('team-a'), 0, ''],
    ['none', 'apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: a}\n', 0, ''],
    ['one that is filled in later', inTeam('TEAM'), 0, ''],
    [
      'another one',
      inTeam('team-b'),
      1,
      'error: stdin has namespace team-b in line 1, and -n has team-a\nhint: regsecret doctor -n team-b -f -\n',
    ],
    [
      'several',
      `${inTeam('team-a')}---\n${inTeam('team-b')}`,
      1,
      'error: stdin has namespace team-b in line 5, and -n has team-a\nhint: leave out -n: these files have 2 namespaces\n',
    ],
  ])('%s', async (_, text, code, stderr) => {
    expect(await doctor(['-f', '-', '-n', 'team-a'], text)).toMatchObject({ code, stderr });
  });
});

test('files and images are two questions', async () => {
  const refused = {
    code: 2,
    stderr:
      'error: -f cannot be combined with targets\nhint: regsecret doctor -f a.yaml for the files, or regsecret doctor --image nginx for the cluster\n',
  };
  expect(await doctor(['--image', 'nginx', '-f', 'a.yaml'])).toMatchObject(refused);
});

test.each([
  [['-f', 'a.yaml', 'deploy/api', '-n', 'team'], 'doctor -n team -f a.yaml', 'doctor -n team deploy/api'],
  [['deploy/api', '-f', 'a.yaml', '--strict'], 'doctor -f a.yaml --strict', 'doctor deploy/api --strict'],
  [['-f', 'a.yaml', '-A', '-R'], 'doctor -f a.yaml -R', 'doctor -A'],
])('a target behind a file, which is no file: %j', async (args, inFiles, inCluster) => {
  expect(await doctor(args)).toMatchObject({
    code: 2,
    stderr: `error: -f cannot be combined with targets\nhint: regsecret ${inFiles} for the files, or regsecret ${inCluster} for the cluster\n`,
  });
});

test('a file that is not there', async () => {
  expect(await doctor(['-f', '/nope.yaml'])).toMatchObject({
    code: 1,
    stdout: '',
    stderr: 'error: cannot read /nope.yaml: no such file or directory\nhint: ls /\n',
  });
});

test('of a Secret with thousands of broken entries the first are listed, and the rest are counted', async () => {
  const auths = Object.fromEntries(Array.from({ length: 3000 }, (_, index) => [`r${index}.io`, { auth: '!' }]));
  const text = JSON.stringify(secretOf({ name: 'regcred' }, JSON.stringify({ auths })));
  const { stdout } = await doctor(['-f', '-'], text);
  expect(stdout.match(/\[unreadable-entry\]/g)).toHaveLength(20);
  expect(stdout).toContain('and 2980 more like it in this Secret');
  expect(stdout).toContain('1 object in 1 file: 3000 errors, 0 warnings\n');
});

test.each([
  ['nothing', ['-f', '-'], ''],
  ['white space, and JSON is wanted', ['-f', '-', '-o', 'json'], '\n\n'],
  ['nothing, beside files that name a Secret', ['-f', join(clean, '05-kustomization.yaml'), '-f', '-'], ''],
])('%s on stdin: the command before it has failed', async (_, args, text) => {
  expect(await doctor(args, text)).toEqual({
    code: 1,
    stdout: '',
    stderr: 'error: stdin is empty: the command before the pipe printed nothing\nhint: see its error above\n',
  });
});

test.each([
  [
    'what a template leaves that has nothing to fill in',
    '---\n# Source: web/templates/x.yaml\n---\n',
    'it holds no Kubernetes object',
  ],
  [
    'the error of a template',
    'Error: execution error at (web/templates/x.yaml:3:4): no image\n',
    'it holds no Kubernetes object',
  ],
  [
    'what kubectl and create say without -o yaml',
    'secret/regcreds created (dry run)\n',
    'it is the message of a command: add -o yaml to that command',
  ],
  ['a document without an object', 'replicas: 3\nimage: ghcr.io/a/b\n', 'it holds no Kubernetes object'],
])('%s on stdin fails', async (_, text, why) => {
  // The program that produced stdin has already reported more, so this is one line.
  expect(await doctor(['-f', '-'], text)).toEqual({
    code: 1,
    stdout: `stdin:1: error: stdin cannot be read: ${why} [unreadable-file]\n`,
    stderr: '',
  });
});

test('what attach prints is sound, but for the Secret that is made elsewhere', async () => {
  const { stdout } = await here(['attach', 'registry', '-f', '-'], { stdin: pod('') });
  const { code } = await doctor(['-f', '-', '--strict', '--ignore', 'missing-secret'], stdout);
  expect([code, (await doctor(['-f', '-', '--strict'], stdout)).code]).toEqual([0, 1]);
});

const CONTAINERS = 'spec: {containers: [{name: app, image: ghcr.io/acme/web}]}';

test.each([
  ['a list without a kind', `items:\n- apiVersion: v1\n  kind: Pod\n  ${CONTAINERS}\n`, 'a list of objects', 1],
  ['objects that are no list', `- apiVersion: v1\n  kind: Pod\n  ${CONTAINERS}\n`, 'a list of objects', 1],
  ['an item', `apiVersion: v1\nkind: List\nitems:\n- metadata: {name: web}\n  ${CONTAINERS}\n`, 'an object', 4],
])('%s without a kind, which kubectl refuses', async (_, text, what, line) => {
  const why = `stdin:${line}: error: stdin cannot be read: it has ${what} without a kind in line ${line} [unreadable-file]`;
  expect(await doctor(['-f', '-'], text)).toEqual({ code: 1, stdout: `${why}\n`, stderr: '' });
});

test('an item without a kind is of that of its list', async () => {
  const text = `apiVersion: v1\nkind: PodList\nitems:\n- metadata: {name: web}\n  ${CONTAINERS}\n`;
  const { stdout } = await doctor(['-f', '-', '--strict'], text);
  expect(stdout).toMatch(/^1 object in 1 file: nothing wrong/);
});

test.each([
  [
    'a field that is not read here',
    'metadata: {name: a}\nspec: {priority: {{ .Values.priority }}, containers: [{name: a, image: nginx}]}',
  ],
  ['a name', 'metadata: {name: "{{ .Release.Name }}"}\nspec: {containers: [{name: a, image: nginx}]}'],
])('a template with {{ }} in %s is not checked', async (_, rest) => {
  const text = `apiVersion: v1\nkind: Pod\n${rest}\n`;
  expect(await doctor(['-f', '-'], text)).toEqual({
    code: 3,
    stdout:
      'stdin:1: warning: stdin cannot be read: values are still to be filled in; it seems to be the template of a chart [unreadable-file]\n  hint: helm template CHART | regsecret doctor -f -\n0 objects in 1 file: 0 errors, 1 warning\n',
    stderr: '',
  });
  expect((await doctor(['-f', '-', '--strict'], text)).code).toBe(1);
  expect((await doctor(['-f', '-', '--ignore', 'unreadable-file'], text)).code).toBe(0);
  expect(JSON.parse((await doctor(['-f', '-', '-o', 'json'], text)).stdout).healthy).toBe(null);
});

test('files without anything of ours say so', async () => {
  expect(await doctor(['-f', '-'], 'kind: ConfigMap\n')).toEqual({
    code: 0,
    stdout: '0 objects in 1 file: nothing wrong\n',
    stderr: 'warning: no pull secret in these files, and nothing that pulls images\n',
  });
});

/** Arbitrary payloads under arbitrary data keys. */
const payload = fc.oneof(
  fc.constantFrom('', '{}', '{"auths":{"ghcr.io":{"auth":"x"}}}', '{"auths":{"":{}}}', '{"ghcr.io":{"username":"u"}}'),
  fc.json(),
);
const secrets = fc
  .record(
    {
      type: fc.constantFrom('kubernetes.io/dockerconfigjson', 'kubernetes.io/dockercfg', 'Opaque', 7),
      data: fc.dictionary(fc.constantFrom('.dockerconfigjson', '.dockercfg', 'x'), payload, { noNullPrototype: true }),
      stringData: fc.dictionary(fc.constantFrom('.dockerconfigjson', '.dockercfg'), payload, { noNullPrototype: true }),
    },
    { requiredKeys: [] },
  )
  .map((rest) => JSON.stringify({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'regsecret' }, ...rest }));

describe('whatever is in a file, there is an answer', () => {
  const answers = async (text: string): Promise<void> => {
    const { code, stdout, stderr } = await doctor(['-f', '-'], text);
    expect([0, 1, 3]).toContain(code);
    if (text.trim() === '') return;
    expect(stdout).toMatch(/^(\d+ objects? in 1 file: .+|stdin:\d+: error: stdin cannot be read: .+)\n$/m);
    expect(stderr.replace('warning: no pull secret in these files, and nothing that pulls images\n', '')).toBe('');
  };

  test('manifests', () =>
    fc.assert(
      fc.asyncProperty(manifestTexts, fc.array(secrets, { maxLength: 2 }), (text, more) =>
        answers([text, ...more].join('\n---\n')),
      ),
      { numRuns: cases(60, 300) },
    ));

  test('anything', () =>
    fc.assert(fc.asyncProperty(fc.oneof(fc.string({ unit: 'binary' }), fc.json(), payload), answers), {
      numRuns: cases(60, 300),
    }));
});

test.each([
  ['a.yaml', 'b.yml'],
  ['./a', 'b.json'],
  ['-f', 'a.yaml', 'b.yaml'],
  ['a.yaml', '-f', 'b'],
])('words that are files: %j', async (...args) => {
  const { code, stderr } = await doctor(args);
  expect([code, stderr.split('\n')[0]]).toEqual([1, expect.stringMatching(/^error: cannot read (\.\/)?[ab]/)]);
});
